# A next hop whose connection is ending, as what it sent was no SIP, gets no requests that would go down with it: they
# go to the other, and where there is none they are refused at once.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop ends
nexthop hop
HOPS="{ uri = \"sip:$ends_address;transport=tcp\"; }, { uri = \"sip:$hop_address;transport=tcp\"; priority = 2; }"
edge
until_true "both next hops" eval '[ "$(count_of edge "next hop .*: up at")" -ge 2 ]'

# It sends the edge what is no SIP, and then neither reads nor closes: the edge lingers for it, a second. $1: what a
# partner then hears, in a time that begins when the edge may go on, however late the machine was before.
asks_behind_the_end()
{
	rm -f "$T/now" "$T/goes-on"
	orders=$(count_of ends '^ok')
	{
		send MESSAGE sip:bob@example.com; echo 'expect 200'; echo 'print ready'
		echo "await $T/now"; echo call; send MESSAGE sip:bob@example.com; echo 'print asks'
		echo "await $T/goes-on"; echo "$1"
	} >"$T/caller.script"
	talk caller contoso
	wait_for caller '^ready'
	kill -STOP "$edge_pid"
	tell ends 'send <<END
this is no SIP

END'
	until_true "the order carried out" eval '[ "$(count_of ends "^ok")" -gt "$orders" ]'
	kill -STOP "$ends_pid"
	: >"$T/now"
	wait_for caller '^asks'
	sleep 0.2
	: >"$T/goes-on"
	kill -CONT "$edge_pid"
	talked caller
	kill -CONT "$ends_pid"
}

asks_behind_the_end 'expect 200 within 500ms'
is "what the other one got" "$(at_hop)" 1
until_true "the first one again" eval '[ "$(count_of edge "next hop sip:$ends_address.*: up at")" -ge 2 ]'
kill "$hop_pid"
wait_for edge "next hop sip:$hop_address.*: closed by the peer"
asks_behind_the_end 'expect 503 within 500ms header Reason matches next-hop-down'
edge_stop
