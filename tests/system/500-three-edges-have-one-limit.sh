# One partner with four connections to each of three edges, 200/s at random for 30 s and bursts between:
# the store never gives more than 20 slots in a second, to the microsecond, and leaves none unused; the
# next hop sees each slot once, and hardly a moment late.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

make_certs
nexthop
redis_start
edges 3
mark
loads=
for load in 1:61 2:67 3:72; do
	k=${load%:*} rate=${load#*:}
	at "$k"
	partner contoso --connections 4 --from sip:a@contoso.example --to sip:bob@example.com \
		--count $((rate * 30)) --rate "$rate/s" --random --wait "$PATIENCE" >"$T/load$k.json" &
	loads="$loads $!"
done
for i in 1 2 3 4 5 6 7 8; do
	sleep 2.9
	partner_at $((i % 3 + 1)) contoso --from sip:a@contoso.example --to sip:bob@example.com --count 40 --burst --wait "$PATIENCE" >"$T/burst$i.json"
done
for load in $loads; do wait "$load"; done

admitted=0 refused=0
for account in "$T"/load?.json "$T"/burst?.json; do
	is "lost: $(cat "$account")" "$(number "$account" lost)" 0
	admitted=$((admitted + $(answered "$account" 200)))
	refused=$((refused + $(answered "$account" '503 rate-limit')))
done
is "sent, and either forwarded or refused" $((admitted + refused)) 6320
is "at the next hop" "$(at_hop)" "$admitted"
exact contoso.example --span 30 --least 0.99
is "slots given" "$(wc -l <"$T/slots.contoso.example")" "$admitted"
kept_rate --limit 20 --period 0.97 "$T/hop.jsonl" || fail "over 20 in 0.97 s at the next hop"
silent "$lost"
edges_stop
