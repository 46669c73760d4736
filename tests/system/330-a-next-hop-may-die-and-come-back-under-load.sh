# A next hop killed and started again under load: each request gets exactly one final
# answer, 200 or 503 next-hop-down with Retry-After; no answer that came is lost, and no
# record of a request remains.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='allow = ( { domain = "contoso.example"; } );'
nexthop hop --delay 200
edge
hop_is_up

partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 1600 --rate 200/s --wait 10 >"$T/load.json" &
load=$!
until_true "traffic" eval '[ "$(at_hop)" -gt 300 ]'
kill -KILL "$hop_pid"
wait_for edge 'next-hop-down'
sleep 1
LISTEN=$hop_address nexthop hop --delay 200
until_true "the next hop again" eval '[ "$(count_of edge "next hop .*: up at")" -ge 2 ]'
wait $load

is "lost" "$(number "$T/load.json" lost)" 0
is "answered twice" "$(number "$T/load.json" strays)" 0
good=$(number "$T/load.json" 200)
down=$(number "$T/load.json" '503 next-hop-down')
is "answers" $((good + down)) 1600
within "served" "$good" 400 1500
grep -q '"retry_after":{"min":[1-9]' "$T/load.json" || fail "no Retry-After: $(cat "$T/load.json")"
kill -USR1 "$edge_pid"
wait_for edge 'total: handshakes'
said edge "total: refuse next-hop-down: $down\$" || fail "the total is not $down: $(grep total: "$T/edge.log")"
said edge "total: responses success: $good\$" || fail "the total is not $good: $(grep total: "$T/edge.log")"
edge_stop
said edge 'stopping: .*; 0 requests wait' || fail "records remain: $(grep stopping "$T/edge.log")"
