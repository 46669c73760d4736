# Two of three edges are cut off: one puts a partner on the watch list meanwhile, the other finds one
# suspicious, and answers of a third are spread over both sides. When they are back every edge knows all of it,
# and answers count once however often an edge is cut off.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='limits: { rate = "1000/s"; }; watch-list: { distinct-uris = 40; };'
make_certs
for who in northwind tailspin; do certs issue "$T" $who dns:$who.example; done
nexthop hop --answer-user 'nobody*=404'
redis_start
edges 3
# fail_at EDGE WHO COUNT: so many failures.
fail_at()
{
	partner_at "$1" "$2" --from "sip:a@$2.example" --to sip:nobody%d@example.com --count "$3" --window 5 --wait "$PATIENCE" >"$T/$2.json"
	answered "$T/$2.json" 404
}
is_slow() # EDGE WHO
{
	partner_at "$1" "$2" --from "sip:a@$2.example" --to sip:nobody1@example.com --count 5 --burst --wait "$PATIENCE" >"$T/slow.json"
	[ "$(answered "$T/slow.json" '503 rate-suspicious')" -ge 2 ]
}

is "contoso's failures with Redis" "$(fail_at 1 contoso 15)" 15
sleep 0.3
mark
line cut 2 3
says_now 2 "$lost"
says_now 3 "$lost"
is "contoso's failures without" "$(fail_at 2 contoso 15)" 15
is "tailspin's failures" "$(fail_at 2 tailspin 12)" 12
partner_at 2 northwind --from sip:n@northwind.example --to sip:user%d@example.com --count 41 --window 5 >"$T/names.json"
is "northwind's names" "$(answered "$T/names.json" 200)" 40
is "northwind's 41st name" "$(answered "$T/names.json" '403 watch-list')" 1
within "fabrikam's failures" "$(fail_at 3 fabrikam 30)" 20 30
says_now 3 'fabrikam.example: now suspicious'
is "northwind at an edge that cannot know" "$(one 1 northwind.example)" 200
mark
line mend 2 3
for k in 2 3; do
	says_now $k "$joined"
	says_now $k 'redis: what this edge learned of [0-9]+ partners? by itself is merged'
done
sleep 0.5
every_edge northwind.example "403 watch-list"
for k in 1 2; do is_slow $k fabrikam || fail "fabrikam is not suspicious at edge $k: $(cat "$T/slow.json")"; done
is_slow 3 contoso || fail "contoso's answers of both sides were not added up: $(cat "$T/slow.json")"

# Once more, and once more: twelve failures stay twelve.
for turn in 1 2; do
	mark
	line cut 2
	says_now 2 "$lost"
	mark
	line mend 2
	says_now 2 "$joined"
done
sleep 0.5
is "tailspin goes on" "$(fail_at 2 tailspin 7)" 7
sleep 0.3
! is_slow 1 tailspin || fail "tailspin's answers were counted more than once: $(cat "$T/slow.json")"
edges_stop
