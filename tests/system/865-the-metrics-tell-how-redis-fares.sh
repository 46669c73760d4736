# Trips to Redis are counted and timed; while it stands still the metrics say so, and that the edge measures by
# its share; then it is well again. Who is watched in the pool is so in the metrics of each edge.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"
. "$SOURCE/tests/system/metrics.lib"

STORE_TIMEOUT=300ms
POLICY='watch-list: { distinct-uris = 5; };'
with_metrics
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
redis_start
edges 2
for k in 1 2; do scrape edge$k; is "Redis at first, at edge $k" "$(value fedgate_store_up)" 1; done
northwind_is_watched
partner_at 2 contoso --from sip:a@contoso.example --to sip:bob@example.com --count 10 --rate 20/s >"$T/some.json"
until_true "the watched one in the metrics of edge 1" value_is 'fedgate_partners{class="watched"}' 1 edge1
until_true "the watched one in the metrics of edge 2" value_is 'fedgate_partners{class="watched"}' 1 edge2
until_true "the others" value_is 'fedgate_partners{class="discovered"}' 1 edge2
scrape edge2
within "trips of edge 2" "$(value fedgate_store_seconds_count)" 10 11
is "measured without Redis" "$(value fedgate_store_fallback_total)" 0

mark
kill -STOP "$redis_pid"
partner_at 2 contoso --from sip:a@contoso.example --to sip:bob@example.com --count 30 --rate 15/s >"$T/some.json"
says_now 2 "$lost"
until_true "no store" value_is fedgate_store_up 0 edge2
within "measured without Redis now" "$(value fedgate_store_fallback_total)" 20 30
[ "$(value 'fedgate_store_seconds_bucket{le="0.25"}')" -lt "$(value fedgate_store_seconds_count)" ] || fail "no trip was late"
kill -CONT "$redis_pid"
says_now 2 "$joined"
until_true "the store again" value_is fedgate_store_up 1 edge2
edges_stop
