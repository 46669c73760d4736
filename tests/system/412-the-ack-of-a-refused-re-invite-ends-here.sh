# A further INVITE that the edge itself refuses has the callee's To tag already, and so has its
# ACK: it ends here all the same, takes no slot, and the next hop never hears of either, with
# our Route and without. The ACK of the call that stands goes on, and so does the BYE.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='limits: { rate = "3/2s"; max-delay = "0s"; };'
nexthop
edge
hop_is_up
ack()
{
	printf 'send <<END\nACK {CONTACT} SIP/2.0\nVia: SIP/2.0/{TRANSPORT} {LOCAL};branch={SAME-BRANCH}\n'
	printf '%s\n' "${ROUTE-{ROUTE\}}" | sed '/^$/d'
	printf 'Max-Forwards: 70\nFrom: {SELF}\nTo: {REMOTE}\nCall-ID: {CALLID}\nCSeq: {CSEQ} ACK\nContent-Length: 0\n\nEND\n'
}
{
	send INVITE sip:one@example.com; echo "expect 200"; further ACK
	further INVITE; echo "expect 200"; further ACK
	further INVITE; echo "expect 503 header Reason matches rate-limit"; ack
	further INVITE; echo "expect 503 header Reason matches rate-limit"; ack
	ROUTE=
	further INVITE | sed 's/{CONTACT}/sip:one@example.com/'; echo "expect 503 header Reason matches rate-limit"; ack | sed 's/{CONTACT}/sip:one@example.com/'
	further INVITE | sed 's/{CONTACT}/sip:one@example.com/'; echo "expect 503 header Reason matches rate-limit"; ack | sed 's/{CONTACT}/sip:one@example.com/'
	unset ROUTE
	echo "expect nothing for 4s"
	further BYE; echo "expect 200 within 6s"
} | script contoso
is "requests at the next hop" "$(sed -nE 's/.*"method":"([A-Z]+)".*"cseq":"([0-9]+).*/\1 \2/p' "$T/hop.jsonl" | tr '\n' ',')" \
	"INVITE 1,ACK 1,INVITE 2,ACK 2,BYE 7,"
edge_stop
