# The token of our Record-Route is good for its partner, source, Call-ID and local party,
# and as we wrote it: forged, altered, copied to another call, another callee, another source
# or another partner it is 403 bad-route. Foreign Routes are removed and not followed.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
edge
hop_is_up
refused() { echo 'expect 403 header Reason matches bad-route'; }
with() { (ROUTE="Route: <sip:edge1.example.com;lr;fg=$1>"; further "${2:-MESSAGE}") | sed 's/{REMOTE}/{CALLEE}/; s/{SELF}/{CALLER}/'; }
{
	send INVITE sip:bob@example.com
	echo "expect 200"
	echo 'set-from CALLEE To ^(.+)$'
	echo 'set-from CALLER From ^(.+)$'
	echo "set-from TOKEN Record-Route fg=([^;>]+)"
	echo "set-from ALL-BUT-ONE Record-Route fg=([^;>]+)[^;>]>"
	echo "set-from TAIL Record-Route fg=.([^;>]+)"
	further ACK
	with '{TOKEN}'; echo "expect 200"
	with '{TOKEN}A'; refused
	with '{ALL-BUT-ONE}'; refused
	with 'Z{TAIL}'; refused
	with ''; refused
	with 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'; refused
	with "$(printf 'A%.0s' $(seq 3000))"; refused
	with '{TOKEN}' | sed 's/^To: .*/To: <sip:carol@example.com>;tag=x/'; refused
	with '{TOKEN}' | sed 's/^From: .*/From: <sip:a@it.contoso.example>;tag=x/'; refused
	with '{TOKEN}' | sed 's/^Call-ID: .*/Call-ID: another/'; refused
	with '{TOKEN}A' | sed 's/^Route: /Route: <sip:evil.example;lr>\nRoute: /'; refused
	with '{TOKEN}' BYE; echo "expect 200"
	echo 'set-from CALL Call-ID (.+)'
	echo "connection other cert=$T/fabrikam.pem key=$T/fabrikam.key"
	with '{TOKEN}' | sed 's/{CALLID}/{CALL}/'; refused
	with '{TOKEN}' | sed 's/{CALLID}/{CALL}/; s/^From: .*/From: <sip:a@fabrikam.example>;tag=x/'; refused
} | script contoso
is "requests at the next hop" "$(at_hop)" 4

{
	send MESSAGE sip:bob@example.com "Route: <sip:evil.example;lr>" "Route: <sip:127.0.0.1:1;lr>, <sip:third.example;lr>"
	echo "expect 200"
	# Our own host without a token is foreign too.
	echo call
	send MESSAGE sip:bob@example.com "Route: <sip:edge1.example.com;lr>"
	echo "expect 200"
	echo call
	send MESSAGE sip:bob@evil.example "Route: <sip:edge1.example.com;lr>"
	echo "expect 403 header Reason matches not-local"
} | script contoso
is "requests at the next hop" "$(at_hop)" 6
is "those with a Route" "$(grep '"method"' "$T/hop.jsonl" | grep -vc '"routes":\[\]')" 0
edge_stop
