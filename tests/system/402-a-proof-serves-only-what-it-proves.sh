# A CANCEL and an ACK follow their INVITE only with its Request-URI; a token opens no new dialog;
# maddr sends nobody anywhere.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --ring --silent INVITE --answer-user "busy=486"
edge
hop_is_up
{
	send INVITE sip:busy@example.com; echo 'expect 486'
	send ACK sip:victim@evil.example
	echo call
	send INVITE sip:bob@example.com; echo 'expect 180'
	send CANCEL sip:victim@evil.example; echo 'expect 403 for CANCEL header Reason matches not-local'
	send CANCEL sip:bob@example.com; echo 'expect 200 for CANCEL'; echo 'expect 487 for INVITE'
	send ACK sip:bob@example.com
	echo call
	send MESSAGE 'sip:bob@example.com;maddr=192.0.2.1'; echo 'expect 403 header Reason matches not-local'
	echo call
	send SUBSCRIBE sip:bob@example.com; echo 'expect 200'
	send INVITE sip:bob@evil.example '{ROUTE}' | sed 's,^To: .*,To: <sip:bob@example.com>,'
	echo 'expect 403 for INVITE header Reason matches not-local'
} | script contoso
! grep -q evil.example "$T/hop.jsonl" || fail "something for evil.example reached the next hop"
edge_stop
