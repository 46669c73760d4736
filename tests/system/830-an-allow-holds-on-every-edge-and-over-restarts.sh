# allow contoso.example --for 1h --comment "ticket 7" on edge 1: edge 3 forwards without limit; so it does when every
# edge and Redis were started anew. What is decided for seconds ends when they are over, while the edges run and over a
# restart of all.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

ctl_at() { k=$1; shift; "$BUILD/fedgatectl" -s "$T/edge$k.d/console.sock" "$@"; }
# burst K CERT: how many of sixty at once are let through.
burst() { partner_at "$1" "$2" --from "sip:a@$2.example" --to sip:bob@example.com --count 60 --burst --wait "$PATIENCE" >"$T/burst.json"; answered "$T/burst.json" 200; }
has_limit() { n=$(burst "$1" "$2"); [ "$n" -ge 1 ] && [ "$n" -le 40 ]; }
has_none()  { [ "$(burst "$1" "$2")" = 60 ]; }
knows()     { ctl_at "$1" --json decisions | grep -q "\"domain\": *\"$2\""; }

make_certs
POLICY='limits: { max-delay = "0s"; };'
nexthop
redis_start
edges 3
has_limit 3 contoso || fail "contoso has no limit before: $(cat "$T/burst.json")"
ctl_at 1 allow contoso.example --for 1h --comment "ticket 7" >"$T/allow"
grep -qE '^contoso.example is allowed until [0-9T:.-]+Z$' "$T/allow" || fail "allow says: $(cat "$T/allow")"
until_true "edge 3 to know" knows 3 contoso.example
is "let through at edge 3" "$(burst 3 contoso)" 60
ctl_at 3 decisions | grep -qE '^allow +contoso.example .* edge1.example.com +ticket 7' || fail "edge 3 lists: $(ctl_at 3 decisions)"
wait_for edge3 'contoso.example: allow, of operator .* at edge1.example.com, until .*: ticket 7'
grep -q '"event":"operator","decision":"allow","partner":"contoso.example","who":"[^"]*","at":"edge1.example.com","until":"[^"]*Z","comment":"ticket 7"' \
	"$T/edge3.d/decisions.jsonl" || fail "the decision log of edge 3 has no such line"

# What is for seconds only ends on each edge by itself.
ctl_at 2 allow fabrikam.example --for 4s
until_true "edge 1 to know" knows 1 fabrikam.example
until_true "the four seconds to be over at edge 1" eval '! knows 1 fabrikam.example'
wait_for edge1 'fabrikam.example: allow is over'
has_limit 1 fabrikam || fail "fabrikam has no limit when its time is over: $(cat "$T/burst.json")"

ctl_at 2 allow fabrikam.example --for 6s
until_true "edge 1 to know" knows 1 fabrikam.example

edges_stop
redis_stop
redis_again
for k in 1 2 3; do edge_start $k; done
all_joined "1 2 3"
until_true "edge 3 to know, started anew" knows 3 contoso.example
is "let through at edge 3, started anew" "$(burst 3 contoso)" 60
until_true "the six seconds to be over at edge 1" eval '! knows 1 fabrikam.example'
has_limit 1 fabrikam || fail "fabrikam has no limit when its time is over: $(cat "$T/burst.json")"
edges_stop
