# Refusals fold whatever the partners are called: two whose names a plain hash puts in one place, flooding
# at once, write some lines a second and not one for each message.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs issue "$T" one dns:an.example
certs issue "$T" two dns:c0.example
nexthop
edge
hop_is_up
for pair in one:an two:c0; do
	partner "${pair%:*}" --from "sip:a@${pair#*:}.example" --to sip:eve@foreign.example --count 800 --rate 400/s --wait 5 >"$T/${pair%:*}.json" &
	eval "${pair%:*}=$!"
done
wait "$one"; wait "$two"
is "refused" "$(number "$T/one.json" '403 not-local') $(number "$T/two.json" '403 not-local')" "800 800"
sleep 1.5
within "lines in the log" "$(count_of edge 'not-local')" 2 20
within "lines in the decision log" "$(grep -c not-local "$T/decisions.jsonl")" 2 20
edge_stop
told=$(grep not-local "$T/decisions.jsonl" | sed -E 's/.*"count":([0-9]+).*/\1/; t; s/.*/1/' | awk '{ n += $1 } END { print n }')
is "refusals that the decision log tells of" "$told" 1600
