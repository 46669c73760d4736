# Redis is not there when the edges start, and comes later. Edges with one name, and edges with another
# policy, are told apart and said, in each log; it is said too when that is over.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
redis_port=$(free_address | sed 's/.*://') redis_address=127.0.0.1:$redis_port
edge_count=2
for k in 1 2; do
	edge_start $k
	wait_for edge$k "redis: lost $redis_address: .*refused.*; this edge now limits by itself, 20/s a partner"
done
every_edge fabrikam.example 200
every_edge contoso.example 200
! said edge1 'state.key' || fail "an edge of a pool looks for a state file"
grep -q '"event":"store"' "$T/edge1.d/decisions.jsonl" || fail "the decision log does not tell of the store"
redis_start --unixsocket "$T/redis.socket"
all_joined "1 2"
grep -q '"event":"store".*limits are the pool' "$T/edge1.d/decisions.jsonl" || fail "the decision log does not tell that it is back"
acquainted
# They know of each other: each would take its half.
mark
redis_stop
all_say 'this edge now limits by itself, 10/s a partner'
redis_again
all_say "$joined"

# A third edge with the first one's name.
mark
name_3=edge1.example.com
edge_start 3
until_true "that a name is there twice" grep -qE 'pool: another edge calls itself edge1.example.com too' "$T/edge1.log" "$T/edge3.log"
! says 2 'pool: another edge calls itself' || fail "edge 2 has its own name"
kill -TERM "$edge3_pid"; wait "$edge3_pid" || fail "edge 3 did not exit 0"

# A way to Redis of another kind, and the pool is the same.
mark
STORE_AT="address = \"unix:$T/redis.socket\";" name_3=edge3.example.com
edge_start 3
wait_for edge3 "redis: .*redis.socket answers: limits are the pool.s again"
kill -TERM "$edge3_pid"; wait "$edge3_pid" || fail "edge 3 did not exit 0"
is "edges in Redis" "$(redis_cli hkeys 'fg:1:{edges}' | sort | tr '\n' ' ')" "edge1.example.com edge2.example.com edge3.example.com "

# Another policy at edge 2, by a reload.
mark
printf '%s\n' 'limits: { rate = "10/s"; }; allow = ( { domain = "fabrikam.example"; } );' >"$T/edge2.d/policy.conf"
reload_edge 2
says_now 1 'pool: edge2.example.com judges by another policy \(digest [0-9a-f]+, here [0-9a-f]+\)'
says_now 2 'pool: edge1.example.com judges by another policy'
mark
printf '%s\n' "$POLICY" >"$T/edge2.d/policy.conf"
reload_edge 2
says_now 1 'pool: edge2.example.com judges by the same policy as this edge again'
says_now 2 'pool: edge1.example.com judges by the same policy as this edge again'
edges_stop
