# Redis at its maxmemory, with noeviction: it says OOM, the edges say so and limit by themselves, allowed
# traffic goes on, who is watched stays out; when there is room the limit is one again.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } ); watch-list: { distinct-uris = 5; };'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
redis_start --maxmemory-policy noeviction
edges 2
northwind_is_watched
mark
bystander_at 1 160 20/s
redis_cli config set maxmemory 1 >/dev/null
for k in 1 2; do
	at $k
	partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --rate 30/s --wait "$PATIENCE" >"$T/load$k.json" &
	eval "load$k=$!"
done
all_say 'redis: lost .*OOM.*; this edge now limits by itself, 10/s a partner|redis: lost .*(memory|full).*; this edge now limits by itself, 10/s a partner'
every_edge northwind.example "403 watch-list"
wait $load1; wait $load2
for k in 1 2; do
	is "lost" "$(number "$T/load$k.json" lost)" 0
	within "forwarded by edge $k alone" "$(answered "$T/load$k.json" 200)" 30 100
done
silent "$joined"
redis_cli config set maxmemory 0 >/dev/null
all_say "$joined"
every_edge northwind.example "403 watch-list"
bystanders_are_well
sleep 3
exact_from=$(redis_time)
for k in 1 2; do
	at $k
	partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --rate 30/s --wait "$PATIENCE" >"$T/load$k.json" &
	eval "load$k=$!"
done
wait $load1; wait $load2
exact contoso.example --since "$exact_from"
edges_stop
