# A whole call: INVITE, 180, 200, ACK, re-INVITE, BYE. What follows the INVITE carries
# our Record-Route and goes to the next hop whatever its Request-URI, without the Route.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --ring --delay 200 --contact server7.inside.example:5075
edge
hop_is_up
{
	send INVITE sip:bob@example.com "Record-Route: <sip:proxy.contoso.example;lr>"
	echo 'expect 180 header Record-Route matches edge1.example.com:[0-9]+;transport=tls;lr;fg='
	echo 'expect 200 for INVITE header Record-Route matches fg=.*proxy.contoso.example'
	further ACK
	further INVITE
	echo 'expect 200 for INVITE'
	further ACK
	further BYE
	echo 'expect 200 for BYE'
} >"$T/lines"
# A real partner's route set leaves out his own proxy, which is behind him.
sed 's/^{ROUTE}$/Route: <{EDGE}>/; /^expect 200 for INVITE header/a set-from EDGE Record-Route ^<([^>]+)>' "$T/lines" >"$T/caller"
script contoso <"$T/caller"

is "requests at the next hop" "$(sed -nE 's/.*"method":"([A-Z]+)".*/\1/p' "$T/hop.jsonl" | tr '\n' ' ')" "INVITE ACK INVITE ACK BYE "
is "those with the Request-URI of the callee" "$(grep -c '"request_uri":"sip:bob@server7.inside.example:5075' "$T/hop.jsonl")" 4
is "those with a Route" "$(grep '"method"' "$T/hop.jsonl" | grep -vc '"routes":\[\]')" 0
is "those with a Max-Forwards of one less" "$(grep -c '"max_forwards":69' "$T/hop.jsonl")" 5
head -n 1 "$T/hop.jsonl" | grep -qE '"record_routes":\["<sip:edge1.example.com:[0-9]+;transport=tls;lr;fg=[^"]+","<sip:proxy' ||
	fail "the Record-Route of the INVITE: $(head -n 1 "$T/hop.jsonl")"
edge_stop
said edge 'total: refuse' && fail "something was refused"
true
