# Out of file descriptors: said once, open connections are served, and new ones are
# taken again as soon as there is room.
. "$SOURCE/tests/system/lib.sh"

command -v prlimit >/dev/null || { echo "skipped: there is no prlimit"; exit 0; }
make_certs
POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; } );'
nexthop
edge
hop_is_up
{
	FROM=sip:a@fabrikam.example
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"
	echo "await $T/out"; echo call; send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print still"
	echo "await $T/over"; echo call; send MESSAGE sip:bob@example.com; echo "expect 200"
} >"$T/other.script"
talk other fabrikam
wait_for other ready
open=$(find "/proc/$edge_pid/fd" -type l | wc -l)
prlimit --pid "$edge_pid" --nofile=$((open + 3)):
start many "$TOOLS/partner" --connect "$address" --cert "$T/contoso.pem" --key "$T/contoso.key" --ca "$T/ca.pem" \
	--connections 10 --from sip:a@contoso.example --to sip:bob@example.com --count 1000 --rate 10/s
wait_for edge 'cannot accept: Too many open files: raise LimitNOFILE'
: >"$T/out"
wait_for other still
sleep 1
is "how often it was said" "$(count_of edge 'cannot accept')" 1
ticks() { awk '{ print $14 + $15 }' "/proc/$edge_pid/stat"; }
before=$(ticks)
sleep 1
within "clock ticks of CPU in a second of waiting" $(($(ticks) - before)) 0 40
kill "$many_pid"
(unset FROM; send MESSAGE sip:bob@example.com; echo "expect 200 within 10s") | script contoso
said edge 'accepts again' || fail "it does not say that it accepts again"
: >"$T/over"
talked other

# The same when the operator gives it more.
prlimit --pid "$edge_pid" --nofile=$((open + 3)):
start more "$TOOLS/partner" --connect "$address" --cert "$T/contoso.pem" --key "$T/contoso.key" --ca "$T/ca.pem" \
	--connections 10 --from sip:a@contoso.example --to sip:bob@example.com --count 40
until_true "the second time" eval '[ "$(count_of edge "cannot accept")" -eq 2 ]'
prlimit --pid "$edge_pid" --nofile=200:
wait "$more_pid" || fail "no connection at all"
is "answered" "$(number "$T/more.log" 200)" 40
edge_stop
