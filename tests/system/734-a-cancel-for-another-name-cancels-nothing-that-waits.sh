# A CANCEL belongs to the INVITE that has its Request-URI (RFC 3261 9.2): one with the INVITE's branch, for somebody else,
# is a request of its own, and the INVITE that waits for its slot waits on, until its own CANCEL comes.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='limits: { rate = "1/2s"; max-delay = "20s"; };'
nexthop
edge
hop_is_up
{
	send MESSAGE sip:bob@example.com; echo 'expect 200'; echo call
	send INVITE sip:carol@example.com; echo 'expect nothing for 200ms'
	send CANCEL sip:dave@example.com; echo 'expect nothing for 300ms'
	send CANCEL 'sip:carol@example.com;user=phone'; echo 'expect nothing for 300ms'
	send CANCEL sip:carol@example.com
	echo 'expect 200 for CANCEL within 1s'; echo 'expect 487 for INVITE within 1s header Reason matches cancelled'
	send ACK sip:carol@example.com
} | script contoso
is "INVITEs at the next hop" "$(grep -c '"method":"INVITE"' "$T/hop.jsonl" || true)" 0
edge_stop
said edge 'total: refuse cancelled: 1$' || fail "not counted: $(grep total: "$T/edge.log")"
