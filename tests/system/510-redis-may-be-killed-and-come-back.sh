# SIGKILL for Redis under load from three edges: each goes on with its share at once, so all together stay
# inside the limit but for one window at the cut; allowed traffic never stops, watched partners stay out. When
# Redis is back with its append-only file the limit is one again, exactly.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } ); watch-list: { distinct-uris = 5; };'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
redis_start
edges 3
northwind_is_watched

mark
for k in 1 2 3; do bystander_at $k 240 20/s; done
flood cut 660 60/s
sleep 3
killed=$(hop_time)
redis_kill9
all_say 'redis: lost .*; this edge now limits by itself, 6/s a partner'
sleep 1
every_edge northwind.example "403 watch-list"
sleep 4
alone=$(hop_time)
redis_again
all_say "$joined"
all_say 'redis: what this edge learned of [0-9]+ partners? by itself is merged'
every_edge northwind.example "403 watch-list"
flooded cut
bystanders_are_well
# Nothing waits any more for a slot of the time before.
sleep 2.5
back=$(hop_time) back_at=$(redis_time)
flood whole 300 60/s
flooded whole

at_rate() { what=$1; shift; "$TOOLS/windowcheck" --domain contoso.example "$@" "$T/hop.jsonl" || fail "$what"; }
kept_rate --limit 20 --period 0.97 --domain contoso.example --until "$killed" "$T/hop.jsonl" || fail "before"
# At the cut, and when it is back: never over the limit but for one window more, however long one looks.
for seconds in 1 2 3 4 5; do
	at_rate "one window more at the cut, in $seconds s" --limit $((20 * seconds + 20)) --period "$seconds" --slack 30 --since "$killed" --until "$alone"
	at_rate "one window more at the return, in $seconds s" --limit $((20 * seconds + 20)) --period "$seconds" --slack 30 --since "$alone"
done
# What Redis had given a slot goes on for max-delay.
at_rate "three shares" --limit 18 --period 0.97 --slack 150 --since $((killed + 3200000)) --until "$alone"
kept_rate --limit 20 --period 0.97 --domain contoso.example --since $((back + 1)) "$T/hop.jsonl" || fail "afterwards"
exact contoso.example --since "$back_at"
edges_stop
