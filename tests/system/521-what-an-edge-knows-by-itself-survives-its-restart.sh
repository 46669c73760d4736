# Redis is away, a partner harvests names and goes on the watch list of this edge alone; the edge is killed and
# started, still without Redis: watched. Then stopped and started with Redis: watched on all edges.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='watch-list: { distinct-uris = 30; }; limits: { rate = "1000/s"; };'
STORE_SET='state-file = "kept";'
make_certs
redis_start
nexthop
edges 2
mark
redis_kill9
all_say "$lost"
at 1
partner contoso --from sip:a@contoso.example --to 'sip:user%d@example.com' --count 40 --rate 100/s --wait 5 >"$T/harvest.json"
is "names until the watch list" "$(number "$T/harvest.json" 200)" 30
watched() { partner contoso --from sip:a@contoso.example --to sip:user1@example.com --count 1 --wait 5 >"$T/once.json"; grep -q '"403 watch-list":1' "$T/once.json"; }

kill -KILL "$edge1_pid"
wait "$edge1_pid" 2>/dev/null || true
edge_start 1
at 1
watched || fail "the killed edge has forgotten: $(cat "$T/once.json")"

kill -TERM "$edge1_pid"
wait "$edge1_pid" || fail "the edge did not exit 0"
redis_again
edge_start 1
wait_for edge1 "$joined"
at 2
until_true "the other edge to know" watched
edges_stop
