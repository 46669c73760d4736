# A next hop that does not read: what is queued for it is bounded, the partner that
# fills the queue gets 503 busy and is read from no more, another partner's request is still
# taken; and when it reads on, each request has got exactly one answer.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; } );'
nexthop
edge
hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
memory() { sed -nE 's/^VmRSS:[^0-9]*([0-9]+) kB/\1/p' "/proc/$edge_pid/status"; }

kill -STOP "$hop_pid"
before=$(memory)
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 3000 --burst --body 30000 --wait 30 >"$T/load.json" &
load=$!
wait_for edge 'contoso.example: refused MESSAGE .*busy'
{
	FROM=sip:a@fabrikam.example; send MESSAGE sip:bob@example.com; echo "expect nothing for 500ms"
	echo "print queued"; echo "expect 200 within 30s"
} >"$T/other.script"
talk other fabrikam
wait_for other queued
within "kB more in memory" $(($(memory) - before)) -100000 60000
kill -CONT "$hop_pid"
talked other
wait $load
is "lost" "$(number "$T/load.json" lost)" 0
is "answered twice" "$(number "$T/load.json" strays)" 0
busy=$(number "$T/load.json" '503 busy')
within "busy" "$busy" 1 2999
is "answers" $(($(number "$T/load.json" 200) + busy)) 3000
said edge 'fabrikam.example: refused' && fail "the other partner is refused"
edge_stop
