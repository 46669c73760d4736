# Requests that a next hop holds when it dies are answered 503 at once, an INVITE too,
# and its ACK goes nowhere; the next request is served as soon as the hop is back.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --silent '*'
edge
hop_is_up

{
	send INVITE sip:bob@example.com
	echo call; send MESSAGE sip:bob@example.com
	echo call; send SUBSCRIBE sip:bob@example.com "Event: presence"
	echo "expect nothing for 100ms"; echo "print waits"
	# Far below the 32 s of a silent hop.
	echo 'expect 503 for MESSAGE within 8s header Reason matches next-hop-down header Retry-After matches ^[1-9]'
	echo 'expect 503 for SUBSCRIBE within 2s header Reason matches next-hop-down header Retry-After matches ^[1-9]'
	echo 'expect 503 for INVITE within 2s header Reason matches next-hop-down header Retry-After matches ^[1-9]'
	send ACK sip:bob@example.com | sed 's/{CSEQ}/1/'
	echo "print answered"; echo "await $T/back"
	echo call; send MESSAGE sip:bob@example.com; echo "expect 200"
	echo "expect nothing for 200ms"
} >"$T/caller.script"
talk caller contoso
wait_for caller waits
until_true "all at the hop" eval '[ "$(at_hop)" -eq 3 ]'
kill -KILL "$hop_pid"
wait_for caller answered
{ send MESSAGE sip:bob@example.com; echo 'expect 503 header Reason matches next-hop-down header Retry-After matches ^[1-9]'; } | script contoso
LISTEN=$hop_address nexthop hop
until_true "the next hop again" eval '[ "$(count_of edge "next hop .*: up at")" -ge 2 ]'
: >"$T/back"
talked caller
is "at the hop, both lives of it" "$(at_hop)" 4
edge_stop
said edge 'stopping: .*; 0 requests wait' || fail "records remain: $(grep stopping "$T/edge.log")"
