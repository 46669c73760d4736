# A call that began on one edge goes on over another and ends on the third: the signed Route proves it
# there, and its BYE waits for a slot although the partner is over its limit everywhere. Without the Route
# it is an ordinary request, and is refused.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

make_certs
nexthop
redis_start
edges 3
at 1
with_edge() { ROUTE='Route: <{EDGE}>'; further "$@"; }
{
	send INVITE sip:bob@example.com; echo 'expect 200'; echo 'set-from EDGE Record-Route ^<([^>]+)>'; further ACK
	echo "connection two connect=$edge2_address cert=$T/contoso.pem key=$T/contoso.key ca=$T/ca.pem"
	with_edge MESSAGE; echo 'expect 200'
	echo "print talking"
	echo "await $T/flooded"
	echo "connection three connect=$edge3_address cert=$T/contoso.pem key=$T/contoso.key ca=$T/ca.pem"
	with_edge BYE; echo "expect 200 for BYE within ${PATIENCE}s"
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
# What may wait does; until then nothing else has room.
partner_at 2 contoso --from sip:a@contoso.example --to sip:bob@example.com --count 200 --burst --wait "$PATIENCE" >"$T/flood.json" &
flood=$!
wait_for edge2 'refused MESSAGE from .*: rate-limit'
is "an ordinary BYE" "$(partner_at 3 contoso --method BYE --from sip:a@contoso.example --to sip:bob@example.com | sed -nE 's/.*"reasons":\{"([^"]+)".*/\1/p')" "503 rate-limit"
: >"$T/flooded"
talked caller
wait $flood
is "the BYE at the next hop" "$(grep -c '"method":"BYE"' "$T/hop.jsonl")" 1
exact contoso.example
edges_stop
