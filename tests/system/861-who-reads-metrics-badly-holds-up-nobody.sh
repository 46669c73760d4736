# Connections to the metrics that say nothing, drip, do not read, or come by hundreds: messages do not notice,
# another address reads, and after ten seconds they are gone.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/metrics.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
with_metrics
make_certs
nexthop
edge
hop_is_up
metrics=$(metrics_of)
bystander 300 20/s

# bad NAME: plays $T/NAME.script to the metrics.
bad() { start "$1" "$TOOLS/partner" --connect "$metrics" --script "$T/$1.script"; }
{
	for i in 1 2 3 4 5; do echo "connection c$i connect=$metrics plain"; echo 'raw 4745'; done
	echo 'print here'
	for i in 1 2 3 4 5; do echo "connection c$i"; echo 'expect close within 30s'; done
} >"$T/silent.script"
# GET /metrics HTTP/1.1 CRLF, and then a header without an end, an octet each 2 seconds.
{ echo 'raw 474554202f6d65747269637320485454502f312e310d0a58'; for i in 1 2 3; do echo 'sleep 2'; echo 'raw 58'; done
	echo 'expect close within 8s'; } >"$T/drip.script"
# Asks, and does not read.
{ echo 'stop-reading'; echo 'raw 474554202f6d65747269637320485454502f312e310d0a486f73743a20780d0a0d0a'; echo 'sleep 12'; } >"$T/deaf.script"
bad silent
wait_for silent here
bad drip
bad deaf

# From another address somebody reads well.
for i in 1 2 3 4 5; do is "a good reader meanwhile" "$(get /metrics --interface 127.0.0.2)" 200; done
# Hundreds, one behind the other and at once; those over the bound are closed.
seq 300 | xargs -P 8 -I % curl -s -o /dev/null --interface 127.0.0.3 "http://$metrics/metrics" || true
head -c 100000 /dev/zero | tr '\0' 'x' >"$T/long"
get /metrics --interface 127.0.0.2 -H "X: $(cat "$T/long")" >"$T/status" 2>/dev/null || true
grep -qE '^(431|413|400|000)$' "$T/status" || fail "a header of 100 kB: $(cat "$T/status")"
head -c 3000000 /dev/zero | get /metrics --interface 127.0.0.2 --data-binary @- >"$T/status" 2>/dev/null || true
grep -qE '^(405|000)$' "$T/status" || fail "a body of 3 MB: $(cat "$T/status")"

for name in silent drip; do talked $name; done
kill "$deaf_pid" 2>/dev/null || true
bystander_is_well
reads_well() { [ "$(get /metrics 2>/dev/null)" = 200 ]; }
until_true "the first address reads again" reads_well
scrape
is "the bystander's, counted" "$(value 'fedgate_requests_total{verdict="forward",reason="allowed",class="allowed"}')" 300
edge_stop
