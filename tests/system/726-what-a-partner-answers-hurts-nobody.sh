# What our users send to a partner, and what he makes of it: a foreign Contact leads nowhere else, a head or a body of a
# megabyte ends his connection and is told at once, a second final answer to a request goes nowhere, one that never comes is 408 in
# time; what he sends back unchanged is a loop, with another Request-URI it is none (RFC 5393).
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

cat >"$T/names" <<END
host-record=evil.example,$NET.9
END
MESSAGES_SET='answer-timeout = "1500ms";'
POLICY='allow = ( { domain = "contoso.example"; } );'
two_organisations
certs issue "$T" evil dns:evil.example
start decoy "$TOOLS/nexthop" --listen "$NET.9:5061" --cert "$T/evil.pem" --key "$T/evil.key" --log "$T/decoy.jsonl" --control /dev/null
wait_for decoy '^listening'

# He has a connection here, by which all goes to him.
{
	echo 'print here'
	echo 'expect request INVITE within 20s'; echo 'answer 180'; echo 'answer 200 "Contact: <sip:carol@evil.example;transport=tls>"'
	echo 'expect request ACK'
	# Further finals: a 2xx of a fork goes in, a failure behind it does not.
	echo 'expect request INVITE within 20s'; echo 'answer 200 "Contact: <sip:carol@evil.example>"'
	echo 'answer 200 "Contact: <sip:fork@evil.example>"'; echo 'answer 486'; echo 'answer 603'; echo 'answer 180'
	echo 'expect request BYE within 20s'; echo 'answer 200'; echo 'answer 200'; echo 'answer 500'
	# He says nothing, and later too much.
	echo 'expect request INVITE within 20s'; echo 'expect request MESSAGE within 20s'; echo 'answer 200 "X: {PAD:1000000}"'
	echo 'expect close within 5s'; echo reconnect; echo 'print again'
	echo 'expect request INVITE within 20s'; echo 'answer 180'
	printf 'send <<END\nSIP/2.0 200 OK\nVia: {HEADER:Via}\nFrom: {HEADER:From}\nTo: {HEADER:To};tag=1\nCall-ID: {HEADER:Call-ID}\nCSeq: {HEADER:CSeq}\nContent-Length: {LEN}\n\n{PAD:1000000}\nEND\n'
	echo 'expect close within 5s'
} >"$T/carol.script"
talk carol contoso
wait_for carol '^here'
{
	from_us INVITE sip:carol@contoso.example; echo 'expect 180'; echo 'expect 200 header Contact matches evil.example'; further ACK
	echo call
	from_us INVITE sip:carol@contoso.example; echo 'expect 200'; echo 'expect 200 header Contact matches fork'; echo 'expect nothing for 200ms'
	further BYE; echo 'expect 200'; echo 'expect nothing for 200ms'
	echo call
	from_us INVITE sip:carol@contoso.example; echo 'expect 408 within 5s header Reason matches next-hop-silent'
	echo call
	from_us MESSAGE sip:carol@contoso.example; echo 'expect 480 within 5s header Reason matches partner-gone'
	echo "await $T/again"; echo call
	from_us INVITE sip:carol@contoso.example; echo 'expect 480 within 5s header Reason matches partner-gone'
} >"$T/ours.script"
(wait_for carol '^again'; : >"$T/again") &
us_script || fail "our user; of the partner: $(cat "$T/carol.log")"
wait $!
talked carol
is "what reached the decoy" "$(cat "$T/decoy.jsonl" 2>/dev/null)" ""
edge_stop

# --- there and back again ---
nexthop diverts --silent MESSAGE
HOPS="{ uri = \"sip:$diverts_address;transport=tcp\"; }"
edge
hop_is_up
{
	send MESSAGE sip:bob@example.com 'Max-Breadth: 60'
	echo 'print sent'
	echo 'expect request MESSAGE within 20s header Max-Breadth matches 60'
	for uri in sip:bob@example.com sip:dave@example.com; do
		printf 'send <<END\nMESSAGE %s SIP/2.0\nVia: SIP/2.0/{TRANSPORT} {LOCAL};branch={BRANCH}\nVia: {HEADER:Via}\nMax-Forwards: 60\n' "$uri"
		printf 'From: {HEADER:From}\nTo: {HEADER:To}\nCall-ID: {HEADER:Call-ID}\nCSeq: {HEADER:CSeq}\nContent-Length: 0\n\nEND\n'
		[ "$uri" = sip:dave@example.com ] || echo 'expect 482 header Reason matches loop'
	done
} >"$T/spiral.script"
talk spiral contoso
until_true "the MESSAGE inside" grep -q '"request_uri":"sip:bob@example.com' "$T/diverts.jsonl"
tell diverts 'send <<END
MESSAGE sip:carol@contoso.example SIP/2.0
Via: SIP/2.0/TCP {LOCAL};branch={BRANCH}
Via: {HEADER:Via}
Max-Forwards: 65
From: {HEADER:From}
To: {HEADER:To}
Call-ID: {HEADER:Call-ID}
CSeq: {HEADER:CSeq}
Max-Breadth: {HEADER:Max-Breadth}
Content-Length: 0

END'
talked spiral
until_true "the spiral inside" grep -q '"request_uri":"sip:dave@example.com' "$T/diverts.jsonl"
is "what came in to bob" "$(grep -c '"request_uri":"sip:bob@example.com' "$T/diverts.jsonl")" 1
edge_stop
