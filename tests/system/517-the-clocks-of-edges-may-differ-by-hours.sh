# One edge's clock is three hours ahead, one two hours behind, one is set back while it runs: the limit
# is still one, and holds end for all at the same moment, for it is Redis' clock that counts.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"
. "$SOURCE/tests/system/clock.lib"

# All of it lies after today, where the certificates are valid.
make_certs
POLICY='watch-list: { distinct-uris = 3; hold = "12s"; };'
nexthop
redis_start
edge_count=3
for k in 1 2 3; do
	relay $k
	set_clock "+$((96 / k))h" "$k"
	EDGE_UNDER=$(under_clock $k)
	edge_start $k
done
all_joined "1 2 3"
acquainted
partner_at 2 fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 4 --window 1 >"$T/names.json"
is "the fourth name" "$(answered "$T/names.json" '403 watch-list')" 1
every_edge fabrikam.example "403 watch-list"
loads=
for k in 1 2 3; do
	at $k
	partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 360 --rate 40/s --random --wait "$PATIENCE" >"$T/load$k.json" &
	loads="$loads $!"
done
sleep 3
set_clock +30h 2
sleep 3
set_clock +60h 2
for load in $loads; do wait "$load"; done
for k in 1 2 3; do is "lost" "$(number "$T/load$k.json" lost)" 0; done
exact contoso.example
kept_rate --limit 20 --period 0.97 --domain contoso.example "$T/hop.jsonl" || fail "over 20 in 0.97 s"
until_true "the hold is over" one_is 2 fabrikam.example 200
every_edge fabrikam.example 200
hours=$(sed -sn '$p' "$T"/edge?.log | cut -c1-13 | sort -u | wc -l)
is "different hours in the logs" "$hours" 3
edges_stop
