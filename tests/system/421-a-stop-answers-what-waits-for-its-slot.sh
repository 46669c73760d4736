# A message that waits for its slot when drain-timeout is over is answered 503, not lost; so
# is an INVITE, whose ACK nobody has to hear any more. The next hop gets neither.
. "$SOURCE/tests/system/lib.sh"

make_certs
MESSAGES_SET='drain-timeout = "500ms";'
POLICY='limits: { rate = "1/10s"; max-delay = "20s"; };'
nexthop
edge
hop_is_up
{
	send MESSAGE sip:bob@example.com; echo "expect 200"
	echo call; send MESSAGE sip:bob@example.com
	echo "print waiting"
	echo 'expect 503 for MESSAGE header Reason matches busy header Retry-After matches [0-9] within 10s'
	echo "expect close within 10s"
} >"$T/one.script"
{
	send INVITE sip:bob@example.com
	echo "print waiting"
	echo 'expect 503 for INVITE header Reason matches busy within 10s'
	echo "expect close within 10s"
} >"$T/two.script"
talk one contoso
wait_for one waiting
talk two contoso
wait_for two waiting
until_true "both wait" eval '[ "$(count_of edge paced)" -ge 2 ]'
edge_stop
talked one
talked two
is "requests at the next hop" "$(at_hop)" 1
