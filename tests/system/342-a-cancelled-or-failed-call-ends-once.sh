# CANCEL of a ringing INVITE follows it; the ACK of a failed INVITE goes on once, a
# further one is dropped, and the ACK of our own refusal is swallowed.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='block = ( { domain = "fabrikam.example"; } );'
nexthop hop --ring --silent INVITE --answer-user "busy=486"
edge
hop_is_up
{
	send INVITE sip:bob@example.com; echo 'expect 180'
	send CANCEL sip:bob@example.com
	echo 'expect 200 for CANCEL'
	echo 'expect 487 for INVITE'
	send ACK sip:bob@example.com
	send ACK sip:bob@example.com
	echo "expect nothing for 200ms"
} | script contoso
branches() { sed -nE "/\"method\":\"$1\"/s/.*branch=(z9hG4bKfg[0-9a-f.]+).*/\1/p" "$T/hop.jsonl"; }
is "the CANCEL's branch" "$(branches CANCEL)" "$(branches INVITE)"
is "the ACK's branch" "$(branches ACK)" "$(branches INVITE)"
is "what the ACK is for" "$(sed -nE 's/.*"acknowledges":([0-9]+).*/\1/p' "$T/hop.jsonl")" 487

{
	FROM=sip:a@fabrikam.example
	send INVITE sip:bob@example.com
	echo 'expect 403 header Reason matches blocked-domain'
	send ACK sip:bob@example.com
	echo "expect nothing for 200ms"
} | script fabrikam
is "requests at the next hop" "$(at_hop)" 3
edge_stop
said edge 'total: drop ack-extra: 1$' || fail "the second ACK: $(grep total: "$T/edge.log")"
said edge 'total: drop ack-ours: 1$' || fail "the ACK of our refusal: $(grep total: "$T/edge.log")"
