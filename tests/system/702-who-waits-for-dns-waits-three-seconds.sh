# DNS that does not answer: the request waits 3 s, then 403 source-unknown, and that is not remembered.
# Meanwhile a CANCEL ends it, the end of its connection too, and an allowed partner notices nothing.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
dns $(silence silent.contoso.example)
nexthop
edge
hop_is_up
bystander 600 100
{
	ask MESSAGE sip:bob@example.com sip:a@one.silent.contoso.example
	echo 'expect nothing for 2600ms'
	echo 'expect 403 within 1s header Reason matches source-unknown'
	echo call
	FROM=sip:a@two.silent.contoso.example
	send INVITE sip:bob@example.com; echo 'expect nothing for 500ms'
	send CANCEL sip:bob@example.com
	echo 'expect 200 for CANCEL within 1s'
	echo 'expect 487 for INVITE within 1s header Reason matches cancelled'
	send ACK sip:bob@example.com
	echo call
	ask MESSAGE sip:bob@example.com sip:a@contoso.example # another source of the same connection does not wait
	echo 'expect 200 within 1s'
	echo call
	ask MESSAGE sip:bob@example.com sip:a@three.silent.contoso.example
	echo 'expect nothing for 300ms'
	echo close
} >"$T/story"
play contoso
wait_for edge 'connection-closed'
bystander_is_well

# Known now, as soon as DNS answers: what could not be told was not kept.
dns $(srv one.silent.contoso.example sip.contoso.example)
sleep 10 # libunbound itself remembers that a server failed, for 5 s from when it gave up
{ ask MESSAGE sip:bob@example.com sip:a@one.silent.contoso.example; answer_is 200; } >"$T/story"
play contoso
is "forwarded" "$(at_hop)" 602
edge_stop
for total in 'refuse source-unknown: 1' 'refuse cancelled: 1' 'drop connection-closed: 1'; do
	said edge "total: $total\$" || fail "not counted: $total: $(grep total: "$T/edge.log")"
done
