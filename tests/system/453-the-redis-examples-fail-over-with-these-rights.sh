# deploy/redis: a master, a replica and three sentinels as in the examples, with no more rights than
# their users have there. The master is killed: an edge's user hears who is the new one,
# what was written is there, and the old one comes back as its replica. (Silence counts
# after the 5 s of the example: of 1 s a busy machine makes a second failover, back to the old master.)
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/redis.lib"
PATIENCE=$((PATIENCE * 3)) # Sentinel waits 10 s before it makes the old master a replica

one=$(free_port)
example redis.conf first "$one"
begin redis-server first
two=$(free_port)
example redis.conf second "$two"
echo "replicaof localhost $one" >>"$T/second.conf"
begin redis-server second
in_step() { cli operator "$two" info replication | grep -q '^master_link_status:up'; }
until_true "the replica to be in step" in_step
answered OK fedgate "$one" set fg:1 kept
until_true "the replica to have it" eval '[ "$(cli operator "$two" get fg:1)" = kept ]'
case $(cli fedgate "$two" set fg:2 1 2>&1) in *READONLY*) ;; *) fail "a replica takes writes" ;; esac

for sentry in sentry1 sentry2 sentry3; do
	watch=$(free_port)
	example sentinel.conf $sentry "$watch"
	sed -i "s|^sentinel monitor fedgate localhost 6379 2|sentinel monitor fedgate localhost $one 2|
		s|^sentinel failover-timeout fedgate .*|sentinel failover-timeout fedgate 10000|" "$T/$sentry.conf"
	begin redis-sentinel $sentry
done
know_each_other()
{
	for sentry in sentry1 sentry2 sentry3; do
		at=$(sed -n 's/^tls-port //p' "$T/$sentry.conf")
		[ "$(cli fedgate "$at" sentinel sentinels fedgate | grep -cx runid)" -eq 2 ] || return 1
		cli operator "$at" sentinel replicas fedgate | grep -qx 'slave' || return 1
	done
}
until_true "three sentinels that know each other and the replica" know_each_other

cli fedgate "$watch" subscribe +switch-master >"$T/heard.log" 2>&1 &
pids="$pids $!"
wait_for heard '^subscribe'
kill -KILL "$first_pid"
wait "$first_pid" || true
wait_for heard "fedgate localhost $one localhost $two"
master_is() { [ "$(cli fedgate "$watch" sentinel get-master-addr-by-name fedgate | tr '\n' ' ')" = "localhost $1 " ]; }
until_true "Sentinel to name the new master" master_is "$two"
until_true "the new master's role" eval '[ "$(cli fedgate "$two" role | head -n 1)" = master ]'
answered kept operator "$two" get fg:1
answered OK fedgate "$two" set fg:2 new

begin redis-server first
until_true "the old master as a replica" eval '[ "$(cli fedgate "$one" role | head -n 1)" = slave ]'
until_true "it to have what is new" eval '[ "$(cli operator "$one" get fg:2)" = new ]'
grep -q "^replicaof localhost $two" "$T/first.conf" || fail "who is the master was not written down"
for server in first second sentry1 sentry2 sentry3; do
	for at in $(sed -n 's/^tls-port //p' "$T/$server.conf"); do
		denied=$(cli operator "$at" acl log | grep -A1 -xE 'object|username' | grep -vE '^(--|object|username)$' | tr '\n' ' ')
		is "what $server denied" "$denied" ""
	done
done
kill -KILL "$first_pid" # who writes his first AOF hears no SIGTERM, and would be waited for
