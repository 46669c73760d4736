# FLUSHALL, SCRIPT FLUSH, and keys of ours overwritten with another type or with nonsense: traffic goes on,
# what restricts partners is back in Redis by itself, and an edge that comes new learns of it there.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='limits: { rate = "1000/s"; }; allow = ( { domain = "allowed.example"; } ); watch-list: { distinct-uris = 40; };'
make_certs
certs issue "$T" northwind dns:northwind.example
certs issue "$T" allowed dns:allowed.example
nexthop hop --answer-user 'nobody*=404'
redis_start
edges 3
partner_at 1 contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 41 --window 10 >"$T/names.json"
is "the 41st name" "$(answered "$T/names.json" '403 watch-list')" 1
partner_at 2 fabrikam --from sip:f@fabrikam.example --to sip:nobody%d@example.com --count 30 --window 10 --wait "$PATIENCE" >"$T/bad.json"
within "failures" "$(answered "$T/bad.json" 404)" 20 30
wait_for edge2 'fabrikam.example: now suspicious'

# Of five at once a suspicious partner may send one, and two wait.
is_slow()
{
	partner_at "$1" fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 5 --burst --wait "$PATIENCE" >"$T/slow.json"
	[ "$(answered "$T/slow.json" '503 rate-suspicious')" -ge 2 ]
}
# It takes a second each: at one edge after the other.
turn=0
all_hold()
{
	every_edge contoso.example "403 watch-list"
	turn=$((turn % 3 + 1))
	is_slow $turn || fail "fabrikam is not suspicious at edge $turn: $(cat "$T/slow.json")"
	every_edge allowed.example 200
	is "one that nothing restricts" "$(one 3 northwind.example)" 200
}
in_redis() { is_restricted contoso.example && is_restricted fabrikam.example; }
all_hold
in_redis || fail "it is not in Redis: $(show_partner contoso.example)"

mark
redis_cli flushall >/dev/null
every_edge contoso.example "403 watch-list"
all_say 'has been emptied or replaced: what restricts partners is written back'
until_true "the restrictions in Redis again" in_redis
all_hold

redis_cli script flush >/dev/null
all_hold
for k in 1 2 3; do is "after SCRIPT FLUSH" "$(one $k northwind.example)" 200; done

# Each key in turn; the state goes with the first.
for part in s w c a; do
	mark
	redis_cli set "$(key_of contoso.example $part)" nonsense >/dev/null
	redis_cli set "$(key_of fabrikam.example $part)" nonsense >/dev/null
	redis_cli set "$(key_of northwind.example $part)" nonsense >/dev/null
	partner_at 1 northwind --from sip:n@northwind.example --to sip:bob@example.com --count 10 --window 2 >"$T/wrong.json"
	is "northwind's, with $part of another type" "$(answered "$T/wrong.json" 200)" 10
	all_hold
	until_true "a right type of $part" eval '[ "$(redis_cli type "$(key_of northwind.example $part)")" != string ]'
done
until_true "the restrictions in Redis again, after another type" in_redis
for key in '{held}' '{seen}' '{edges}' '{edges}:pool'; do redis_cli set "fg:1:$key" nonsense >/dev/null; done
type_of() { [ "$(redis_cli type "fg:1:$1")" = "$2" ]; }
until_true "the pool's own keys again" eval 'type_of "{held}" zset && ! type_of "{seen}" string && type_of "{edges}" hash && type_of "{edges}:pool" hash'
redis_cli hset "$(key_of northwind.example s)" n nonsense c -1 x '' q 1e400 h nonsense >/dev/null
redis_cli rpush "$(key_of northwind.example w)" nonsense >/dev/null
partner_at 2 northwind --from sip:n@northwind.example --to sip:bob@example.com --count 10 --window 2 --wait "$PATIENCE" >"$T/wrong.json"
is "northwind's, with nonsense for numbers" "$(answered "$T/wrong.json" 200)" 10
all_hold

edge_start 4
wait_for edge4 "$joined"
is "watched at an edge that is new" "$(one 4 contoso.example)" "403 watch-list"
is_slow 4 || fail "not suspicious at an edge that is new: $(cat "$T/slow.json")"
silent "$lost"
edge_count=4

# A reply without end is not read to its end.
mark
head -c 3000000 /dev/zero | tr '\0' x | redis_cli -x hset 'fg:1:{edges}:pool' id >/dev/null
all_say 'redis: lost .*a reply that is too long'
every_edge contoso.example "403 watch-list"
every_edge allowed.example 200
mark
redis_cli hdel 'fg:1:{edges}:pool' id >/dev/null
all_say "$joined"
all_hold
edges_stop
