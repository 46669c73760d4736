# Each counter is equal to what the partners saw, while and after they send; the page is well-formed at any
# time, and tells the state of the edge.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/metrics.lib"

said_promtool
POLICY='allow = ( { domain = "fabrikam.example"; } ); block = ( { domain = "spim.example"; } );'
with_metrics
make_certs
certs issue "$T" spim dns:spim.example
nexthop
edge
hop_is_up
metrics=$(metrics_of)

scrape
is "requests at first" "$(sum 'fedgate_requests_total.*')" 0
is "reasons times classes" "$(grep -c '^fedgate_requests_total' "$T/page")" "$((6 * $(grep -c '^REASON(' "$SOURCE/policy/reason.def")))"

# The flood goes on while it is looked at.
partner contoso --connections 3 --from sip:a@contoso.example --to sip:bob@example.com --count 300 --burst --wait 4 >"$T/flood.json" &
flood=$!
before=0
while kill -0 $flood 2>/dev/null; do
	scrape
	now=$(sum 'fedgate_requests_total.*')
	[ "$now" -ge "$before" ] || fail "counted down from $before to $now"
	before=$now
done
wait $flood
partner fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 50 >"$T/allowed.json"
partner fabrikam --from sip:f@fabrikam.example --to sip:eve@foreign.example --count 30 >"$T/foreign.json"
partner spim --from sip:s@spim.example --to sip:bob@example.com --count 20 >"$T/spim.json"
"$TOOLS/partner" --connect "$address" --tls --from sip:x@contoso.example --to sip:bob@example.com --wait 1 >"$T/nobody" 2>&1 || true
{ FROM=sip:f@fabrikam.example; send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "await $T/go-on"; } >"$T/open.script"
talk open fabrikam
wait_for open ready

scrape
requests() { value "fedgate_requests_total{verdict=\"$1\",reason=\"$2\",class=\"$3\"}"; }
is "over the rate" "$(requests refuse rate-limit discovered)" "$(answered "$T/flood.json" '503 rate-limit')"
is "of the flood, answered" "$(($(requests forward within-limits discovered) + $(requests delay paced discovered)))" "$(answered "$T/flood.json" 200)"
is "delayed" "$(requests delay paced discovered)" 40
is "allowed" "$(requests forward allowed allowed)" 51
is "not local" "$(requests refuse not-local none)" 30
is "blocked" "$(requests refuse blocked-domain blocked)" 20
is "all requests" "$(sum 'fedgate_requests_total.*')" $((300 + 50 + 30 + 20 + 1))
is "verdicts" "$(value fedgate_verdict_seconds_count)" $((300 + 50 + 30 + 20 + 1))
is "responses" "$(value 'fedgate_responses_total{outcome="success"}')" "$(($(at_hop) + 0))"
is "no trips to Redis" "$(value fedgate_store_seconds_count)" 0
is "handshakes done" "$(value 'fedgate_tls_handshakes_total{result="done"}')" 7
is "handshakes failed" "$(value 'fedgate_tls_handshakes_total{result="failed"}')" 1
is "connections" "$(value 'fedgate_connections{listener="federation"}')" 1
is "the store" "$(value fedgate_store_up)" 1
is "the next hop" "$(value "fedgate_next_hop_up{uri=\"sip:$hop_address;transport=tcp\"}")" 1
is "the policy" "$(value "fedgate_policy_info{digest=\"$(sha256sum "$T/policy.conf" | cut -c 1-12)\"}")" 1
within "days of the certificate" "$(value 'fedgate_certificate_expiry_seconds{listener="federation"}' | awk '{ print $1 / 86400 }')" 29.9 30
is "certificates" "$(grep -c '^fedgate_certificate_expiry' "$T/page")" 1
until_true "a discovered partner" value_is 'fedgate_partners{class="discovered"}' 1
is "allowed partners" "$(value 'fedgate_partners{class="allowed"}')" 1
within "octets of memory" "$(value process_resident_memory_bytes)" 1000000 2000000000
within "descriptors" "$(value process_open_fds)" 8 100
is "how many there may be" "$(value process_max_fds)" "$(ulimit -n)"
within "the age in seconds" "$(awk -v now="$(date +%s)" -v then="$(value process_start_time_seconds)" 'BEGIN { print now - then }')" -1 240
[ "$(value process_cpu_seconds_total)" != 0 ] || fail "no CPU time"
! grep -q 'contoso\|fabrikam\|spim' "$T/page" || fail "a partner's name: $(grep 'contoso\|fabrikam\|spim' "$T/page")"
: >"$T/go-on"
talked open
until_true "no connection" value_is 'fedgate_connections{listener="federation"}' 0

# What else HTTP has.
is "another page" "$(get /)" 404
is "behind it" "$(get /metrics/x)" 404
is "a question is no other page" "$(get '/metrics?name=x')" 200
is "POST" "$(get /metrics -d x=1)" 405
is "DELETE" "$(get /metrics -X DELETE)" 405
is "HEAD" "$(get /metrics -I)" 200
grep -qi '^Content-Type: text/plain; version=0.0.4' "$T/page" || fail "the type: $(cat "$T/page")"
edge_stop
