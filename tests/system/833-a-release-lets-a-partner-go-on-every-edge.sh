# A watched partner is let go by name at one edge, and goes on at each; its set is empty. Allowing a watched partner lets it
# go too: it is not watched when the time of the allow is over. What is not restricted cannot be released.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

ctl_at() { k=$1; shift; "$BUILD/fedgatectl" -s "$T/edge$k.d/console.sock" "$@"; }

make_certs
certs issue "$T" northwind dns:northwind.example
certs issue "$T" hosted dns:sipfed.hosted-uc.example
POLICY='watch-list: { distinct-uris = 5; };
providers = ( { name = "hosted-uc"; edge = "sipfed.hosted-uc.example"; domains = [ "*" ]; } );'
nexthop
redis_start
edges 2
ctl_at 1 release northwind.example 2>"$T/err" && fail "somebody unknown was released"
grep -q 'neither on the watch list nor suspicious' "$T/err" || fail "it says: $(cat "$T/err")"
# Who was decided about, and never came, was not seen.
ctl_at 1 allow northwind.example >"$T/allow"
ctl_at 1 partner northwind.example >"$T/partner" 2>"$T/err" && fail "who never came was seen: $(cat "$T/partner")"
grep -q 'no such partner has been heard of' "$T/err" || fail "it says: $(cat "$T/err")"
ctl_at 1 unallow northwind.example >"$T/allow"
northwind_is_watched
every_edge northwind.example "403 watch-list"
# A slip is answered with who is restricted and may be meant, on every edge; else nobody is.
for k in 1 2; do
	ctl_at $k release nordwind.example 2>"$T/err" && fail "a slip was released"
	grep -q 'nothing to release: did you mean northwind.example?$' "$T/err" || fail "a slip: $(cat "$T/err")"
done
ctl_at 1 release entirely.other.example 2>"$T/err" && fail "another was released"
grep -q 'nothing to release$' "$T/err" || fail "another: $(cat "$T/err")"
ctl_at 2 release sip.northwind.example --comment "a new office" >"$T/release"
grep -q '^northwind.example is released' "$T/release" || fail "release says: $(cat "$T/release")"
grep -q '"event":"operator","who":.*"asked":"release sip.northwind.example --comment .*new office' "$T/edge2.d/decisions.jsonl" || fail "the decision log has no such line"
until_true "edge 1 to let it go" one_is 1 northwind.example 200
every_edge northwind.example 200
# The set was emptied: bob, whom it has just asked for, and four of these are five.
partner_at 1 northwind --from sip:n@northwind.example --to sip:user%d@example.com --count 6 --window 1 >"$T/names.json"
is "names beyond the five" "$(answered "$T/names.json" '403 watch-list')" 2
ctl_at 2 allow northwind.example --for 3s >"$T/allow"
grep -q ', and released$' "$T/allow" || fail "allow says: $(cat "$T/allow")"
until_true "edge 1 to let it in" one_is 1 northwind.example 200
wait_for edge1 'northwind.example: allow is over'
wait_for edge2 'northwind.example: allow is over'
every_edge northwind.example 200

# A provider's tenant is named in capitals, too.
partner_at 1 hosted --from sip:n@tenant1.example --to sip:user%d@example.com --count 6 --window 1 >"$T/names.json"
is "names of the tenant beyond the five" "$(answered "$T/names.json" '403 watch-list')" 1
ctl_at 1 release hosted-cu/tenant1.example 2>"$T/err" && fail "a slip was released"
grep -q 'did you mean hosted-uc/tenant1.example?$' "$T/err" || fail "a slip in a provider's name: $(cat "$T/err")"
ctl_at 1 release HOSTED-UC/tenant1.example >"$T/release"
grep -q '^hosted-uc/tenant1.example is released' "$T/release" || fail "release says: $(cat "$T/release")"
edges_stop
