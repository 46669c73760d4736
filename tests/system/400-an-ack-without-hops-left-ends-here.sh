# The ACK of a failed INVITE goes on with its INVITE, but not with Max-Forwards 0: it is dropped,
# and the edge lives on. (Counted down below 0 it could not be printed.)
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --answer-user "busy=486"
edge
hop_is_up
{
	send INVITE sip:busy@example.com; echo 'expect 486'
	MAX_FORWARDS='Max-Forwards: 0'
	send ACK sip:busy@example.com
	echo 'expect nothing for 200ms'
	MAX_FORWARDS='Max-Forwards: 70'
	echo call
	send MESSAGE sip:bob@example.com; echo 'expect 200'
} | script contoso
is "requests at the next hop" "$(at_hop)" 2
edge_stop
