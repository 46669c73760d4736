# Five tenants of a provider over three edges: 20/s for each, 40/s and 60 names for all together, and the
# tenants beyond max-tenants are one.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='providers = ( { name = "hosted-uc"; edge = "sipfed.hosted-uc.example"; domains = [ "*" ]; max-tenants = 3; rate = "40/s"; distinct-uris = 60; } );'
make_certs
certs issue "$T" hosted dns:sipfed.hosted-uc.example
nexthop
redis_start
edges 3
tenant() # EDGE NUMBER COUNT RATE
{
	at "$1"
	partner hosted --from "sip:a@tenant$2.example" --to sip:bob@example.com --count "$3" --rate "$4" --random --wait "$PATIENCE" >"$T/tenant$1.$2.json" &
	floods="${floods:-} $!"
}
# The first three that come are known by their names.
for t in 1 2 3; do tenant $t $t 1 1/s; wait $!; done
floods=
for t in 1 2 3 4 5; do for k in 1 2 3; do tenant $k $t 100 12/s; done; done
for f in $floods; do wait "$f"; done
for account in "$T"/tenant?.?.json; do is "lost: $(cat "$account")" "$(number "$account" lost)" 0; done
"$TOOLS/slots" --key 'fg:1:{phosted-uc}:w' "$T"/redis.d/appendonlydir/*.incr.aof >"$T/slots" || fail "no slot of the provider: $(redis_cli keys 'fg:1:*')"
"$TOOLS/windowcheck" --limit 40 --period 1 "$T/slots" || fail "the provider's slots"
is "slots given" "$(wc -l <"$T/slots")" "$(at_hop)"
kept_rate --limit 40 --period 0.97 "$T/hop.jsonl" || fail "over the provider's rate"
for t in 1 2 3; do kept_rate --limit 20 --period 0.97 --domain "tenant$t.example" "$T/hop.jsonl" || fail "over the rate of tenant $t"; done
kept_rate --limit 20 --period 0.97 --domain tenant4.example --domain tenant5.example "$T/hop.jsonl" || fail "over the rate of those beyond max-tenants"

# Bob is one name; the others come from all tenants, on all edges.
sleep 2.1
names() { partner_at "$1" hosted --from "sip:a@tenant$2.example" --to sip:user%d@example.com --first "$3" --count "$4" --window 5 --wait "$PATIENCE" >"$T/names.json"; }
names 1 1 1 20
names 2 2 21 20
names 3 4 41 19
every_tenant() { for t in 1 2 4 5; do is "tenant $t on edge $1" "$(partner_at "$1" hosted --from "sip:a@tenant$t.example" --to "sip:$2@example.com" --wait "$PATIENCE" | sed -nE 's/.*"reasons":\{"([^"]+)".*/\1/p;t;s/.*"answers":\{"([^"]+)".*/\1/p')" "$3"; done; }
every_tenant 2 user1 200
names 1 5 60 1
is "the 61st name of all tenants" "$(answered "$T/names.json" '403 watch-list')" 1
sleep 1
for k in 1 2 3; do every_tenant $k user1 "403 watch-list"; done
edges_stop
