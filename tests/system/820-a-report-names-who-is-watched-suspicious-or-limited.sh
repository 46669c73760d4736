# A harvester, one that guesses and a flooder stand in the report by name, the worst first, with reason, since when,
# counters, certificate and sources, as the manual documents it; who is good does not. `partners` has all of them.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='watch-list: { distinct-uris = 5; }; allow = ( { domain = "good.example"; } );'
make_certs
certs issue "$T" northwind dns:northwind.example
certs issue "$T" good dns:good.example
nexthop hop --answer-user 'nobody*=404'
edge
hop_is_up
begun=$(date -u +%Y-%m-%dT%H:%M)

partner northwind --from sip:n@northwind.example --to sip:user%d@example.com --count 8 --window 1 >"$T/names.json"
is "the harvester, refused" "$(answered "$T/names.json" '403 watch-list')" 3
partner contoso --from sip:a@contoso.example --to sip:nobody@example.com --count 24 --window 1 --wait 5 >"$T/guesses.json"
is "failures of who guesses" "$(answered "$T/guesses.json" 404)" 24
partner fabrikam --from sip:f@sip.fabrikam.example --to sip:bob@example.com --count 100 --burst --wait 5 >"$T/flood.json"
is "the flooder, refused" "$(answered "$T/flood.json" '503 rate-limit')" 40
partner good --from sip:g@good.example --to sip:bob@example.com --count 3 >"$T/good.json"

documented report
rows_of() { sed 's/{"partner":/\n&/g' "$T/$1.json" | grep '^{"partner":' || true; }
names_in() { rows_of "$1" | cut -d '"' -f 4 | paste -s -d ' '; }
# of PARTNER KEY VALUE: in the report.
of() { rows_of report | grep "^{\"partner\":\"$1\"" | grep -qF "\"$2\":$3" || fail "$1 has no $2 $3: $(cat "$T/report.json")"; }
is "in the report, in this order" "$(names_in report)" "northwind.example contoso.example fabrikam.example"
of northwind.example class '"watched"'
of northwind.example reason '"watch-list"'
of northwind.example distinct_uris 5
of northwind.example refused 3
of northwind.example forwarded 5
of northwind.example sources '["northwind.example"]'
of northwind.example edges '["edge1.example.com"]'
of contoso.example class '"suspicious"'
of contoso.example reason '"rate-suspicious"'
of contoso.example rate_limit 1.0
of contoso.example failures 24
of contoso.example failure_share 1.0
of fabrikam.example class '"discovered"'
of fabrikam.example reason '"rate-limit"'
of fabrikam.example rate_limit 20.0
of fabrikam.example refused 40
of fabrikam.example delayed 40
of fabrikam.example release_at null
of fabrikam.example sources '["sip.fabrikam.example"]'
grep -qE '"partner":"northwind.example".*"since":"'"${begun%:*}"'[^"]*Z".*"certificate":\{"subject":"[^"]+","issuer":"[^"]+","serial":"[0-9A-F]+"\}.*"release_at":"20' "$T/report.json" ||
	fail "no certificate, or no times: $(cat "$T/report.json")"
grep -qF '"more":0' "$T/report.json" || fail "more than all: $(cat "$T/report.json")"
grep -qE '"store":\{"kind":"memory","state":"good".*"knows":"edge"\}' "$T/report.json" || fail "whose report it is: $(cat "$T/report.json")"

# For people.
ctl report >"$T/text"
grep -qE '^northwind.example +watched +.* ago +watch-list' "$T/text" || fail "the text: $(cat "$T/text")"
grep -qE '^fabrikam.example +discovered +.* ago +rate-limit' "$T/text" || fail "the text: $(cat "$T/text")"

documented report --limit 2
is "of three the worst two" "$(names_in report)" "northwind.example contoso.example"
grep -qF '"more":1' "$T/report.json" || fail "the third is not counted: $(cat "$T/report.json")"
ctl report --limit 2 | grep -q '^1 more are not shown' || fail "the third is not told of: $(ctl report --limit 2)"
for wrong in 0 10001 x -1 ''; do
	ctl report --limit "$wrong" >"$T/out" 2>"$T/err" && fail "--limit \"$wrong\" is taken"
	grep -q 'a number from 1 to 10000' "$T/err" || fail "--limit \"$wrong\": $(cat "$T/err")"
done

documented partners
is "seen in the last hour, the latest first" "$(names_in partners)" "good.example fabrikam.example contoso.example northwind.example"
documented partners '*n*o*.example'
is "by a pattern" "$(names_in partners)" "contoso.example northwind.example"
documented partners 'nobody.*'
is "whom no pattern fits" "$(names_in partners)" ""

documented edges
grep -qE '"edge":"edge1.example.com","address":"'"$address"'","version":"[0-9.]+","policy_digest":"[0-9a-f]{12}","same_policy":true' "$T/edges.json" ||
	fail "the edge itself: $(cat "$T/edges.json")"
