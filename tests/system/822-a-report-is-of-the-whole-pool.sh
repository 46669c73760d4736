# What one edge of a pool saw the other reports: who is watched, suspicious or limited, with both edges named, their
# counts added, and the certificate that only the first has seen; `edges` tells of both and of another policy. Without
# Redis an edge reports what it knows by itself, and says so.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='watch-list: { distinct-uris = 5; }; allow = ( { domain = "good.example"; } );'
make_certs
certs issue "$T" northwind dns:northwind.example
certs issue "$T" good dns:good.example
nexthop
redis_start
edges 2
# ctl_at K words...: of that edge's console.
ctl_at() { k=$1; shift; "$BUILD/fedgatectl" -s "$T/edge$k.d/console.sock" "$@"; }
# reported K ERE: in the report of that edge, which may be a second late.
reported() { ctl_at "$1" --json report >"$T/report.json" && grep -qE -- "$2" "$T/report.json"; }

northwind_is_watched
for k in 1 2; do
	partner_at $k contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --burst --wait 10 >"$T/flood$k.json"
done
partner_at 1 good --from sip:g@good.example --to sip:bob@example.com --count 4 >"$T/good.json"
refused=$(($(answered "$T/flood1.json" '503 rate-limit') + $(answered "$T/flood2.json" '503 rate-limit')))
within "refused of the flood at both" "$refused" 60 140

until_true "edge 2 to report what both saw" reported 2 "\"partner\":\"contoso.example\",\"class\":\"discovered\".*\"reason\":\"rate-limit\".*\"refused\":$refused,.*\"edges\":\[\"edge[12].example.com\",\"edge[12].example.com\"\]"
until_true "edge 2 to report the harvester of edge 1" reported 2 \
	'"partner":"northwind.example","class":"watched","since":"20[^"]*Z","reason":"watch-list".*"distinct_uris":5,.*"forwarded":5,.*"refused":1,"edges":\["edge1.example.com"\],"certificate":\{"subject":"[^"]+","issuer":"[^"]+","serial":"[0-9A-F]+"\},"sources":\["northwind.example"\]'
grep -qE '"store":\{"kind":"redis","state":"good".*"knows":"pool"\}' "$T/report.json" || fail "whose report it is: $(cat "$T/report.json")"
at 2
ctl() { ctl_at 2 "$@"; }
documented report
documented partner contoso.example
good_is_told_of() { documented partners 'good*'; grep -q '"partner":"good.example","class":"allowed".*"forwarded":4' "$T/partners.json"; }
until_true "the allowed partner of edge 1" good_is_told_of

documented edges
is "edges with the same policy" "$(grep -o '"same_policy": *true' "$T/edges.json" | wc -l)" 2
printf '%s\n' "$POLICY // other" >"$T/edge1.d/policy.conf"
mark
reload_edge 1
other_policy() { ctl_at 2 --json edges | grep -qE '"edge":"edge1.example.com","address":"'"$edge1_address"'",.*"same_policy":false,"last_heard":"20'; }
until_true "edge 2 to mark the policy of edge 1" other_policy
ctl report | grep -q "not all edges of the pool judge by this edge's policy" || fail "the report does not say so: $(ctl report)"

# Without Redis.
mark
line cut 2
says_now 2 "$lost"
reported 2 '"store":\{"kind":"redis","state":"trouble".*"knows":"edge"\}' || fail "without Redis it is not said: $(cat "$T/report.json")"
reported 2 '"partner":"northwind.example","class":"watched"' || fail "the watched one is forgotten: $(cat "$T/report.json")"
reported 2 '"partner":"contoso.example".*"edges":\["edge2.example.com"\]' || fail "the flooder of its own: $(cat "$T/report.json")"
documented report
ctl report | grep -qE 'only this edge' || fail "the text does not say it: $(ctl report)"
line mend 2
says_now 2 "$joined"
until_true "the pool's report again" reported 2 '"knows":"pool"'
edges_stop
