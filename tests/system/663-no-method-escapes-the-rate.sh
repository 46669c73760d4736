# Every method counts: OPTIONS to the edge itself, CANCEL of nothing, ACK and BYE of no call, NOTIFY, and one
# that nobody knows. Of sixty at once twenty pass, each time.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "20/2s"; max-delay = "0s"; };'
make_certs
nexthop
edge
hop_is_up

sixty() # METHOD TO
{
	partner contoso --from sip:a@contoso.example --to "$2" --method "$1" --count 60 --burst --wait "${3:-10}" >"$T/$1.json"
	sleep 2.2
}
sixty OPTIONS sip:edge1.example.com
is "OPTIONS that the edge answered" "$(answered "$T/OPTIONS.json" 200) $(answered "$T/OPTIONS.json" '503 rate-limit')" "20 40"
is "of them at the next hop" "$(at_hop)" 0
had=0
for method in CANCEL BYE NOTIFY XFOO OPTIONS; do
	sixty $method sip:bob@example.com
	is "$method: passed and refused" "$(answered "$T/$method.json" 200) $(answered "$T/$method.json" '503 rate-limit')" "20 40"
	had=$((had + 20))
	is "requests at the next hop" "$(at_hop)" $had
done
# An ACK is never answered: refused means dropped.
sixty ACK sip:bob@example.com 1
is "answers to an ACK" "$(number "$T/ACK.json" answered)" 0
is "requests at the next hop" "$(at_hop)" $((had + 20))
edge_stop
said edge "total: refuse rate-limit: $((7 * 40))\$" || fail "not all are counted: $(grep total: "$T/edge.log")"
