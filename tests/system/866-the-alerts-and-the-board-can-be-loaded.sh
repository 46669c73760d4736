# The rules are what promtool takes, and go off for what they are made for; the board is JSON.
. "$SOURCE/tests/system/lib.sh"

board=$SOURCE/deploy/grafana/fedgate.json alerts=$SOURCE/deploy/prometheus/alerts.yml
looked=
if command -v jq >/dev/null; then
	jq -e '.panels | length > 10' "$board" >/dev/null || fail "the board is no JSON, or has no panels"
	is "panels that overlap or stand outside" "$(jq '[.panels[].gridPos | select(.x + .w > 24)] | length' "$board")" 0
	is "panels without a query" "$(jq '[.panels[] | select([.targets[].expr | length > 0] | all | not)] | length' "$board")" 0
	looked=yes
elif command -v python3 >/dev/null; then
	python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["panels"]) > 10' "$board" || fail "the board is no JSON"
	looked=yes
fi
command -v promtool >/dev/null || { echo "skipped: there is no promtool${looked:+; the board is JSON}"; exit 0; }
echo "with: $(promtool --version 2>&1 | sed -nE '1s/^promtool, version ([^ ]+).*/promtool \1/p')"
promtool check rules "$alerts" >"$T/check" 2>&1 || fail "$(cat "$T/check")"

# What each query of the board is, promtool says as a rule.
if command -v jq >/dev/null; then
	{
		echo 'groups: [ { name: board, rules: ['
		jq -r '.panels[].targets[].expr, .annotations.list[].expr' "$board" |
			sed "s/\\\$__rate_interval/5m/g; s/'/''/g; s/.*/{ record: 'a:b', expr: '&' },/" |
			awk '{ sub(/a:b/, "a:b" NR); print }'
		echo '] } ]'
	} >"$T/board.yml"
	promtool check rules "$T/board.yml" >"$T/check" 2>&1 || fail "the board's queries: $(cat "$T/check")"
fi

cp "$alerts" "$T/alerts.yml"
try() # EXPECTED ALERT AT LABELS SERIES...
{
	{
		printf -- '- interval: 1m\n  input_series:\n'
		expected=$1 alert=$2 at=$3 labels=$4; shift 4
		while [ $# -gt 0 ]; do printf -- "  - series: '%s'\n    values: '%s'\n" "$1" "$2"; shift 2; done
		printf '  promql_expr_test:\n  - expr: count(ALERTS{alertname="%s",alertstate="firing"%s}) or vector(0)\n    eval_time: %s\n' "$alert" "$labels" "$at"
		printf '    exp_samples: [ { labels: "{}", value: %s } ]\n' "$expected"
	} >>"$T/cases"
}
edge='job="fedgate",instance="a"' other='job="fedgate",instance="b"'
: >"$T/cases"
try 1 FedgateDown 2m '' "up{$edge}" '0x10'
try 0 FedgateDown 2m '' "up{$edge}" '1x10'
try 1 FedgateStoreDown 3m '' "fedgate_store_up{$edge}" '1 0x10'
try 0 FedgateStoreDown 3m '' "fedgate_store_up{$edge}" '1x10'
try 1 FedgateStoreLate 20m '' "fedgate_store_up{$edge}" '1x30' "fedgate_store_fallback_total{$edge}" '0+5x30'
try 0 FedgateStoreLate 20m '' "fedgate_store_up{$edge}" '1x30' "fedgate_store_fallback_total{$edge}" '7x30'
try 1 FedgateCertificateEnds 90m '' "fedgate_certificate_expiry_seconds{$edge,listener=\"federation\"}" '2500000-60x100'
try 0 FedgateCertificateEnds 90m '' "fedgate_certificate_expiry_seconds{$edge,listener=\"federation\"}" '2700000-60x100'
try 1 FedgateCertificateEndsSoon 1m '' "fedgate_certificate_expiry_seconds{$edge,listener=\"internal\"}" '-5x10'
try 1 FedgateNextHopDown 7m '' "fedgate_next_hop_up{$edge,uri=\"x\"}" '0x10' "fedgate_next_hop_up{$edge,uri=\"y\"}" '1x10'
try 0 FedgateNoNextHop 7m '' "fedgate_next_hop_up{$edge,uri=\"x\"}" '0x10' "fedgate_next_hop_up{$edge,uri=\"y\"}" '1x10'
try 1 FedgateNoNextHop 3m '' "fedgate_next_hop_up{$edge,uri=\"x\"}" '0x10' "fedgate_next_hop_up{$other,uri=\"x\"}" '1x10'
try 1 FedgatePoliciesDiffer 7m '' "fedgate_policy_info{$edge,digest=\"1\"}" '1x10' "fedgate_policy_info{$other,digest=\"2\"}" '1x10'
try 0 FedgatePoliciesDiffer 7m '' "fedgate_policy_info{$edge,digest=\"1\"}" '1x10' "fedgate_policy_info{$other,digest=\"1\"}" '1x10'
try 1 FedgatePartnersWatched 70m '' "fedgate_partners{$edge,class=\"watched\"}" '2x30 9x60'
try 0 FedgatePartnersWatched 70m '' "fedgate_partners{$edge,class=\"watched\"}" '9x100'
try 1 FedgateVerdictSlow 20m '' "fedgate_verdict_seconds_bucket{$edge,le=\"0.25\"}" '0+10x30' \
	"fedgate_verdict_seconds_bucket{$edge,le=\"1\"}" '0+20x30' "fedgate_verdict_seconds_bucket{$edge,le=\"+Inf\"}" '0+20x30'
try 0 FedgateVerdictSlow 20m '' "fedgate_verdict_seconds_bucket{$edge,le=\"0.01\"}" '0+20x30' "fedgate_verdict_seconds_bucket{$edge,le=\"+Inf\"}" '0+20x30'
try 1 FedgateBusy 12m '' "fedgate_requests_total{$edge,verdict=\"refuse\",reason=\"busy\",class=\"discovered\"}" '0+1x30'
try 0 FedgateBusy 12m '' "fedgate_requests_total{$edge,verdict=\"refuse\",reason=\"rate-limit\",class=\"discovered\"}" '0+1x30'
try 1 FedgateHandshakesFail 25m '' "fedgate_tls_handshakes_total{$edge,result=\"failed\"}" '0+120x30' "fedgate_tls_handshakes_total{$edge,result=\"done\"}" '0+10x30'
try 0 FedgateHandshakesFail 25m '' "fedgate_tls_handshakes_total{$edge,result=\"failed\"}" '0+120x30' "fedgate_tls_handshakes_total{$edge,result=\"done\"}" '0+500x30'
try 1 FedgateDescriptors 7m '' "process_open_fds{$edge}" '900x10' "process_max_fds{$edge}" '1024x10'
{ echo 'rule_files: [ alerts.yml ]'; echo 'evaluation_interval: 1m'; echo 'tests:'; cat "$T/cases"; } >"$T/test.yml"
promtool test rules "$T/test.yml" >"$T/tested" 2>&1 || fail "$(cat "$T/tested")"
# Each rule has gone off here.
for alert in $(sed -nE 's/^  - alert: //p' "$alerts"); do
	grep -q "alertname=\"$alert\"" "$T/cases" || fail "$alert is not tried"
done
