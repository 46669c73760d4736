# A CANCEL for an INVITE that waits for its slot: 200, and the INVITE 487, neither goes
# on. What waits when its connection closes is dropped. The slot is not given back.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='limits: { rate = "1/2s"; max-delay = "20s"; };'
nexthop
edge
hop_is_up
{
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo call
	send INVITE sip:carol@example.com; echo "expect nothing for 200ms"
	send CANCEL sip:carol@example.com
	echo 'expect 200 for CANCEL within 1s'
	echo 'expect 487 for INVITE within 1s header Reason matches cancelled'
	send ACK sip:carol@example.com
	echo call
	# Slots: 0 the first, 2 the cancelled one, so 4 s for this.
	send MESSAGE sip:dave@example.com; echo "expect nothing for 2500ms"; echo "expect 200"
} | script contoso
{
	FROM=sip:a@fabrikam.example
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo call
	send MESSAGE sip:gone@example.com; echo "expect nothing for 300ms"; echo "close"
} | script fabrikam
wait_for edge 'connection-closed'
sleep 2.2
is "requests at the next hop" "$(sed -nE 's/.*"request_uri":"sip:([a-z]+)@.*/\1/p' "$T/hop.jsonl" | tr '\n' ' ')" "bob dave bob "
edge_stop
said edge 'total: drop connection-closed: 1$' || fail "not counted: $(grep total: "$T/edge.log")"
said edge 'total: refuse cancelled: 1$' || fail "not counted: $(grep total: "$T/edge.log")"
