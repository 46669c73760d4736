# The wall clock set forward and back by hours while traffic runs: no burst is let
# through, nothing is stuck, time-outs still come; who is watched stays so over a restart with
# another time.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/clock.lib"

EDGE_UNDER=$(under_clock)

# All of it lies after today, where the certificates are valid.
make_certs
POLICY='watch-list: { distinct-uris = 3; };'
MESSAGES_SET='answer-timeout = "2s";'
set_clock +48h
nexthop hop --silent INVITE
edge
hop_is_up
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 270 --rate 30/s --wait 6 >"$T/load.json" &
load=$!
for clock in +53h +41h +48h +20d; do
	sleep 2
	set_clock "$clock"
done
wait $load
is "lost" "$(number "$T/load.json" lost)" 0
kept_rate --limit 20 --period 0.97 --least 0.85 "$T/hop.jsonl" || fail "the rate was not kept"
hours=$(sed -nE 's/^(....-..-..T..).*/\1/p' "$T/edge.log" | sort -u | wc -l)
within "different hours in the log" "$hours" 3 9

set_clock +48h
{
	send INVITE sip:bob@example.com | sed 's/a@contoso/a@fabrikam/'; echo "expect nothing for 300ms"; echo "print sent"
	echo "expect 408 for INVITE within 8s"
} >"$T/caller.script"
talk caller fabrikam
wait_for caller sent
set_clock +45h
talked caller

{
	FROM=sip:a@fabrikam.example
	for name in two three; do echo call; send MESSAGE sip:$name@example.com; echo "expect 200"; done
	echo call; send MESSAGE sip:four@example.com; echo 'expect 403 header Reason matches watch-list'
} | script fabrikam
edge_stop
for clock in +53h +39h; do
	set_clock "$clock"
	edge
	hop_is_up
	{ send MESSAGE sip:two@example.com | sed 's/a@contoso/a@fabrikam/'; echo 'expect 403 header Reason matches watch-list'; } | script fabrikam
	edge_stop
done
