# Two next hops, one does not read: what does not fit into its queue goes to the other;
# after write-timeout it counts as dead, and what it held is answered 503.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='allow = ( { domain = "contoso.example"; } );'
MESSAGES_SET='write-timeout = "2s";'
nexthop stuck
nexthop hop
HOPS="{ uri = \"sip:$stuck_address;transport=tcp\"; }, { uri = \"sip:$hop_address;transport=tcp\"; }"
edge
until_true "both next hops" eval '[ "$(count_of edge "next hop .*: up at")" -ge 2 ]'
kill -STOP "$stuck_pid"
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 1500 --rate 300/s --body 30000 --wait 20 >"$T/load.json"
is "lost" "$(number "$T/load.json" lost)" 0
is "answered twice" "$(number "$T/load.json" strays)" 0
good=$(number "$T/load.json" 200) down=$(number "$T/load.json" '503 next-hop-down')
is "answers" $((good + down)) 1500
within "served by the other" "$good" 1000 1499
said edge "next hop sip:$stuck_address.*: the peer does not read" || fail "the log does not say it"
kill -CONT "$stuck_pid"
edge_stop
said edge 'stopping: .*; 0 requests wait' || fail "records remain: $(grep stopping "$T/edge.log")"
