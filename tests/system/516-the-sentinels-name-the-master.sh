# Two sentinels, a master and a replica, edges with traffic: SIGKILL for the master, and the edges follow
# the sentinels to the new one; allowed traffic never stops, who is watched stays so, the limit is one again.
# The old master comes back as a replica and is left alone; sentinels may go away.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"
command -v redis-sentinel >/dev/null || { echo "skipped: there is no redis-sentinel"; exit 0; }

POLICY='allow = ( { domain = "fabrikam.example"; } ); watch-list: { distinct-uris = 5; };'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
redis_start
redis_server second --replicaof 127.0.0.1 "$redis_port" --repl-diskless-sync-delay 0 --repl-timeout 60
until_true "the replica has what the master has" eval 'redis_cli info replication | grep -q "state=online"'

# sentinel NAME MS: watches the master, which is dead when it is silent for so long. Two that find out at
# the same time may both want to lead, and wait then.
sentinel()
{
	port=$(free_address | sed 's/.*://')
	mkdir -p "$T/$1.d"
	cat >"$T/$1.d/sentinel.conf" <<-END
	port $port
	bind 127.0.0.1
	dir $T/$1.d
	sentinel monitor fedgate 127.0.0.1 $redis_port 1
	sentinel down-after-milliseconds fedgate $2
	sentinel failover-timeout fedgate 3000
	END
	start "$1" redis-sentinel "$T/$1.d/sentinel.conf"
	eval "$1_port=$port"
	wait_for "$1" 'monitor master fedgate'
}
sentinel s1 1000
sentinel s2 30000
until_true "a sentinel knows the replica" eval 'redis-cli -p $s1_port sentinel replicas fedgate 2>/dev/null | grep -q "$second_port"'
until_true "the other too" eval 'redis-cli -p $s2_port sentinel replicas fedgate 2>/dev/null | grep -q "$second_port"'
until_true "the sentinels know each other" eval 'redis-cli -p $s1_port sentinel sentinels fedgate 2>/dev/null | grep -q "$s2_port"'
STORE_AT="sentinels = [ \"127.0.0.1:$s1_port\", \"127.0.0.1:$s2_port\" ]; master = \"fedgate\";"
STORE_TIMEOUT=500ms
edge_count=3
for k in 1 2 3; do edge_start $k; done
all_joined "1 2 3"
acquainted
northwind_is_watched
until_true "the replica knows it" eval '(redis_port=$second_port; is_restricted northwind.example)'

mark
for k in 1 2 3; do bystander_at $k 200 20/s; done
flood cut 600 60/s
sleep 2
killed=$(hop_time)
redis_kill9
all_say "$lost"
all_say "redis: 127.0.0.1:$second_port answers: limits are the pool.s again"
every_edge northwind.example "403 watch-list"
flooded cut
bystanders_are_well
sleep 2.5
back=$(hop_time)
flood whole 240 60/s
flooded whole
for seconds in 1 2 3; do
	kept_rate --limit $((20 * seconds + 20)) --period "$seconds" --domain contoso.example --since "$killed" "$T/hop.jsonl" ||
		fail "more than one window more in $seconds s"
done
kept_rate --limit 20 --period 0.97 --domain contoso.example --since $((back + 1)) "$T/hop.jsonl" || fail "afterwards"

# The old master, back, and one sentinel gone: nothing changes for the edges.
mark
redis_server redis --replicaof 127.0.0.1 "$second_port"
until_true "it is a replica" eval 'redis_cli role 2>/dev/null | head -n 1 | grep -q slave'
kill -KILL "$s1_pid"; wait "$s1_pid" 2>/dev/null || true
sleep 1
every_edge northwind.example "403 watch-list"
every_edge fabrikam.example 200
silent "$lost"
# And back, by an operator, told by the sentinel that is left.
until_true "the sentinel that is left knows the replica" eval 'redis-cli -p $s2_port sentinel replicas fedgate | grep -q "^$redis_port$"'
# One that comes to nothing is asked for again.
fails_over()
{
	[ "$(redis-cli -p "$s2_port" sentinel get-master-addr-by-name fedgate | tail -n 1)" != "$redis_port" ] || return 0
	redis-cli -p "$s2_port" sentinel failover fedgate >/dev/null
	sleep 0.5
	return 1
}
until_true "a fail-over" fails_over
all_say "redis: 127.0.0.1:$redis_port answers: limits are the pool.s again"
every_edge northwind.example "403 watch-list"
edges_stop
