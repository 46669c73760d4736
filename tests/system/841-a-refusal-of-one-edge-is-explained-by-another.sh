# Over a pool: who was refused by one edge is found by its Call-ID at every other a second later, and explained by
# the pool's own readings; also when the edge that refused has gone. Without Redis an edge says what it knows, and that.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"
. "$SOURCE/tests/system/explain.lib"

POLICY='limits: { max-delay = "0s"; };
watch-list: { distinct-uris = 5; };
block = ( { domain = "bad.example"; } );'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
redis_start
edges 2
ctl() { "$BUILD/fedgatectl" -s "$T/edge$k.d/console.sock" "$@"; }
# found K CALL-ID: at edge K, within a few seconds.
knows() { EXPLAINED=$(ctl --json explain --call-id "$1" 2>/dev/null); }
found() { k=$1 asked="explain --call-id $2 at edge $1"; until_true "$asked" knows "$2"; }

refuse_at_1() # CERT FROM CALL-ID STATUS REASON
{
	at 1
	{ ask MESSAGE sip:bob@example.com "$2" | sed "s/{CALLID}/$3/"; answer_is "$4" "$5"; } >"$T/story"
	play "$1"
}
refuse_at_1 contoso sip:a@bad.example blocked-1@test 403 blocked-domain
found 2 blocked-1@test
decides 2 refuse blocked-domain policy.conf:3
has '"edge":"edge1.example.com","reason":"blocked-domain","rule":"policy.conf:3"' '"partner":"contoso.example"' '"whole_pool":true'
found 1 blocked-1@test
is "how often edge 1 tells of it" "$(printf %s "$EXPLAINED" | grep -o '"call_id":' | wc -l)" 1

# The pool's readings: named at edge 1, counted at edge 2.
northwind_is_watched
k=2
asks --from sip:n@northwind.example --to sip:user1@example.com
decides 7 refuse watch-list policy.conf:2
has '"store":"redis"'
at 1
partner fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 4 --window 1 >"$T/names.json"
asks --from sip:f@fabrikam.example --to sip:user5@example.com
decides 11 forward within-limits default
says_like 10 '^4 of 5 distinct URIs in the last 1d; this one is new$'
for n in 1 2 3 4 5 6 7 8; do asks --from sip:f@fabrikam.example --to sip:other$n@example.com; done
says_like 10 '^4 of 5 '
asks --from sip:stranger@new.example --peer new.example
decides 11 forward within-limits default
is "what Redis knows of a stranger that was only asked about" "$(redis_cli exists "$(key_of new.example s)")" 0

# The edge that refused has gone.
edge_kill9 1
found 2 blocked-1@test
has '"edge":"edge1.example.com"'

# Without Redis.
k=2
at 2
redis_kill9
says_lost() { says 2 "$lost"; }
mark
partner fabrikam --from sip:f@fabrikam.example --to sip:user1@example.com --count 1 --wait 10 >"$T/alone.json"
wait_for edge2 "$lost"
{ ask MESSAGE sip:bob@example.com sip:a@bad.example | sed 's/{CALLID}/blocked-2@test/'; answer_is 403 blocked-domain; } >"$T/story"
play contoso
found 2 blocked-2@test
has '"whole_pool":false' '"edge":"edge2.example.com"'
asks --from sip:n@northwind.example
decides 7 refuse watch-list policy.conf:2
has '"store":"this edge alone"'
ctl explain --call-id blocked-1@test 2>"$T/err" && fail "edge 2 knows of a refusal of edge 1 without Redis"
grep -q "and the pool's store is away" "$T/err" || fail "it says: $(cat "$T/err")"

# What was refused meanwhile is told when Redis is back.
redis_again
wait_for edge2 "$joined"
edge_start 1
wait_for edge1 "$joined"
found 1 blocked-2@test
has '"edge":"edge2.example.com"'
