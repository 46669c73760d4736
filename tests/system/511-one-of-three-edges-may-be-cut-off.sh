# One of three edges loses its way to Redis: it takes its share by itself, the others go on as before, and
# all together are never over the limit by more than that share. What it counted is merged, and the limit is one again.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } ); watch-list: { distinct-uris = 30; };'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
redis_start
edges 3
names() { partner_at "$1" northwind --from sip:n@northwind.example --to sip:user%d@example.com --first "$2" --count "$3" --rate 5/s --wait "$PATIENCE" >"$T/names$1.json"; }
bystander_at 2 200 20/s
flood cut 540 60/s
sleep 2
mark
line cut 2
says_now 2 'redis: lost .*; this edge now limits by itself, 6/s a partner'
# Names that an edge hears of while it is cut off are names of the pool when it is back.
names 2 1 16 &
apart=$!
names 1 17 14
wait $apart
is "names on both sides" $(($(answered "$T/names1.json" 200) + $(answered "$T/names2.json" 200))) 30
line mend 2
says_now 2 "$joined"
says_now 2 'redis: what this edge learned of [0-9]+ partners? by itself is merged'
is "the 31st name, on edge 3" "$(one 3 northwind.example sip:user31@example.com)" "403 watch-list"
flooded cut
bystanders_are_well
! says 1 "$lost" && ! says 3 "$lost" || fail "an edge that was not cut off says that it has lost Redis"
# Nothing waits any more for a slot of the time before.
sleep 2.5
back=$(hop_time) back_at=$(redis_time)
flood whole 300 60/s
flooded whole
kept_rate --limit 26 --period 0.97 --domain contoso.example "$T/hop.jsonl" || fail "more than the limit and one share"
kept_rate --limit 20 --period 0.97 --domain contoso.example --since $((back + 1)) "$T/hop.jsonl" || fail "afterwards"
exact contoso.example --since "$back_at"
edges_stop
