# What a refusal carries: Reason always, Retry-After with every 503, ms-diagnostics-public unless it is switched
# off; refuse-status = 480 changes the status of a refusal by rate and nothing else.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

LIMITS='limits: { rate = "2/10s"; max-delay = "1s"; };'
POLICY=$LIMITS
make_certs
nexthop
edge
hop_is_up

{
	ask MESSAGE sip:eve@foreign.example
	echo 'expect 403 header Retry-After absent header Reason matches "^fedgate;cause=403;text=.not-local.$" header ms-diagnostics-public matches "^38011;reason=..*ours.$" header To matches ";tag=."'
	ask MESSAGE sip:bob@example.com; answer_is 200
	ask MESSAGE sip:bob@example.com; answer_is 200
	# The third twice: judged whole, and by what is remembered of the one before.
	for turn in 1 2; do
		ask MESSAGE sip:bob@example.com
		echo 'expect 503 header Retry-After matches "^(9|10)$" header Reason matches "^fedgate;cause=503;text=.rate-limit.$" header ms-diagnostics-public matches "^38021;reason=..*rate.$" header To matches ";tag=." header CSeq matches "MESSAGE$"'
	done
	ask INVITE sip:bob@example.com
	echo 'expect 503 for INVITE header Retry-After matches "^(9|10)$" header Reason matches rate-limit'
	ask ACK sip:bob@example.com | sed 's/{BRANCH}/{SAME-BRANCH}/; s/^To: .*/&;tag={TOTAG}/; s/{CSEQ}/6/'
	echo 'expect nothing for 0.3s'
	# Row 1 comes first, for those that are judged by what is remembered too.
	ask MESSAGE 'sip:bob@example.com;MADDR=192.0.2.1'; answer_is 403 not-local
	ask MESSAGE sip:bob@example.com sip:a@contoso.example 'Require: recipient-list-message'; answer_is 403 not-here
	ask MESSAGE sip:bob@example.com sip:a@contoso.example 'c: application/resource-lists+xml'; answer_is 403 not-here
	ask MESSAGE sip:bob@example.com sip:a@contoso.example 'Content-Type: multipart/mixed;boundary=x' |
		sed 's/^Content-Length: 0/Content-Length: 39/; s/^END$/--x\nc: application\/adrl+xml\n\n--x--\nEND/'
	answer_is 403 not-here
} >"$T/story"
play contoso

law "limits: { rate = \"2/10s\"; max-delay = \"1s\"; refuse-status = 480; };"
{
	for turn in 1 2; do
		ask MESSAGE sip:bob@example.com
		echo 'expect 480 header Reason matches "^fedgate;cause=480;text=.rate-limit.$" header Retry-After matches "^[0-9]+$"'
	done
	ask MESSAGE sip:eve@foreign.example; answer_is 403 not-local
} >"$T/story"
play contoso

# diagnostics = false, on all ways to an answer
BORDER_SET='diagnostics = false;'
write_conf
law "$LIMITS"
{
	for turn in 1 2; do
		ask MESSAGE sip:bob@example.com
		echo 'expect 503 header Reason matches rate-limit header ms-diagnostics-public absent'
	done
	ask MESSAGE sip:eve@foreign.example
	echo 'expect 403 header Reason matches not-local header ms-diagnostics-public absent'
	ask MESSAGE sip:bob@example.com | sed '/^Content-Length/d'
	echo 'expect 400 header Reason matches malformed header ms-diagnostics-public absent'
} >"$T/story"
play contoso

# No next hop.
kill "$hop_pid"
wait_for edge 'next hop .*(down|lost|refused|closed)'
{
	ask MESSAGE sip:bob@example.com sip:f@fabrikam.example
	echo 'expect 503 header Reason matches "^fedgate;cause=503;text=.next-hop-down.$" header Retry-After matches "^[1-9][0-9]*$"'
	ask ACK sip:bob@example.com sip:f@fabrikam.example
	echo 'expect nothing for 0.3s'
} >"$T/story"
play fabrikam
is "messages at the next hop" "$(at_hop)" 2
