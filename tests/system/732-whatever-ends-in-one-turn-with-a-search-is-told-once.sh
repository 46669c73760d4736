# Requests wait for a connection that a partner's edge does not let come about. In one turn of the edge all this ends: one
# of those who wait hangs up, one's connection goes, and the partner's edge closes; the law is changed, and the edge
# stopped, while others wait. Who is still there is told, once and at once, and nobody else notices.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

cat >"$T/names" <<END
host-record=sip.silent.example,$NET.9
END
POLICY='allow = ( { domain = "contoso.example"; edge = "sip.contoso.example"; }, { domain = "silent.example"; edge = "sip.silent.example"; } );'
MESSAGES_SET='drain-timeout = "500ms";'
two_organisations
mkfifo "$T/hole.control"
start hole "$TOOLS/relay" --listen $NET.9:5061 --to $NET.7:5061 --control "$T/hole.control"
wait_for hole '^listening'
tell hole stall
wait_for hole '^ok stall'

# user NAME: one of our users, who asks for what nobody answers, and plays $T/NAME.then when $T/now is there.
user()
{
	{ from_us INVITE sip:s@silent.example; echo "expect nothing for 200ms"; echo 'print waits'; echo "await $T/now"; cat "$T/$1.then"; } >"$T/$1.script"
	start "$1" "$TOOLS/partner" --connect "$door" --script "$T/$1.script"
	wait_for "$1" '^waits'
}
ended() { eval "wait \$${1}_pid" || fail "$1: $(cat "$T/$1.log")"; }

echo 'expect 504 within 1s header Reason matches partner-unreachable' | tee "$T/first.then" >"$T/last.then"
echo 'expect nothing for 9s' >"$T/gone.then"
{ from_us CANCEL sip:s@silent.example; echo 'print cancels'; echo 'expect 200 for CANCEL within 1s'; echo 'expect 487 for INVITE within 1s'; echo 'expect nothing for 300ms'; } >"$T/cancels.then"
user first; user gone; user cancels; user last
kill -STOP "$edge_pid"
: >"$T/now"
wait_for cancels '^cancels'
kill -KILL "$gone_pid"; wait "$gone_pid" 2>/dev/null || true
tell hole cut
wait_for hole '^ok cut'
sleep 0.2
kill -CONT "$edge_pid"
ended first; ended last; ended cancels
is "what is in flight" "$(ctl --json status | sed -nE 's/.*"pending":([0-9]+),"store".*/\1/p')" 0

# The law and the certificates change while somebody waits; then the edge stops.
tell hole mend; tell hole stall
sleep 1.2
rm "$T/now"
echo 'expect 503 within 3s' >"$T/stays.then"
user stays
reload
: >"$T/now"
{ from_us MESSAGE sip:c@contoso.example; echo 'expect 200 within 2s'; } >"$T/ours.script"
us_script || fail "our user, behind the reload"
edge_stop
ended stays
