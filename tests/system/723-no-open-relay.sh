# No open relay: whatever is asked, from outside or from inside, goes to nobody but a configured next hop or a partner
# whom the policy lets us reach. Each row is one attempt: how it is refused, why, and what it tries; a decoy partner who
# has a connection here, and a decoy server that DNS names for strangers, hear of none.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/two.lib"

cat >"$T/names" <<END
host-record=evil.example,$NET.9
srv-host=_sipfederationtls._tcp.evil.example,evil.example,5061
host-record=trap.example,$NET.9
srv-host=_sipfederationtls._tcp.trap.example,evil.example,5061
host-record=blocked.example,$NET.9
END
POLICY='block = ( { domain = "blocked.example"; } );
	allow = ( { domain = "contoso.example"; edge = "sip.contoso.example"; } );'
two_organisations
edge_stop
# From here on the edge is as it is in the world: partners have no private addresses.
FEDERATION_SET=
EDGE_SET="route-keys = [ \"$(openssl rand -hex 32)\" ];"
edge
hop_is_up
certs issue "$T" evil dns:evil.example
start decoy "$TOOLS/nexthop" --listen "$NET.9:5061" --cert "$T/evil.pem" --key "$T/evil.key" --log "$T/decoy.jsonl" --control /dev/null
wait_for decoy '^listening'

# attempt "STATUS [REASON]" "what it tries" METHOD URI [FROM [LINE...]]: a row. STATUS `nothing`: it is dropped.
# Each has a connection of its own, as some end theirs.
attempt()
{
	wanted=$1; tries=$2; shift 2
	printf 'print "%s"\ncall\n' "$tries"
	ask "$@"
	verdict "$wanted"
	echo "$tries" >>"$T/rows"
}
verdict()
{
	case $1 in
	nothing) echo 'expect nothing for 50ms' ;;
	*) answer_is $1 ;;
	esac
	echo reconnect
}
# in_dialog "STATUS REASON" "what it tries" "SED SCRIPT" [METHOD]: a request inside the call that went through, changed.
in_dialog()
{
	printf 'print "%s"\n' "$2"
	(ROUTE='Route: <{OUTER}>, <{INNER}>'; further "${4:-MESSAGE}") | sed 's/{REMOTE}/{CALLEE}/; s/{SELF}/{CALLER}/; s/{CALLID}/{CALL}/; s/{CONTACT}/{TARGET}/' | sed "$3"
	verdict "$1"
	echo "$2" >>"$T/rows"
}
a_call()
{
	echo call
	send INVITE sip:bob@example.com; echo 'expect 200'
	echo 'set-from CALLEE To ^(.+)$'; echo 'set-from CALLER From ^(.+)$'; echo 'set-from CALL Call-ID ^(.+)$'
	echo 'set-from TARGET Contact <([^>]+)>'; echo 'set-from OUTER Record-Route "^<[^>]*>, ?<([^>]+)>"'; echo 'set-from INNER Record-Route ^<([^>]+)>'
	further ACK
}
us=sip:bob@example.com
: >"$T/rows"
{
	echo "connection decoy cert=$T/fabrikam.pem key=$T/fabrikam.key"
	echo 'connection main'
	# Where the Request-URI leads.
	attempt '403 not-local' 'a stranger' MESSAGE sip:victim@evil.example
	attempt '403 not-local' 'another partner, who has a connection here' MESSAGE sip:f@fabrikam.example
	attempt '403 not-local' 'himself, by us' MESSAGE sip:a@contoso.example
	attempt '403 not-local' 'a stranger by sips' MESSAGE sips:victim@evil.example
	attempt '403 not-local' 'a port and a transport' MESSAGE 'sip:victim@evil.example:5061;transport=udp'
	attempt '403 not-local' 'an IPv4 address' MESSAGE sip:victim@192.0.2.7
	attempt '403 not-local' 'an IPv6 address' MESSAGE 'sip:victim@[2001:db8::7]:5061'
	attempt '403 not-local' 'our own next hop by its address' MESSAGE "sip:victim@$hop_address"
	attempt '403 not-local' 'our domain as the labels in front' MESSAGE sip:victim@example.com.evil.example
	attempt '403 not-local' 'our domain without its dot' MESSAGE sip:victim@evilexample.com
	attempt '403 not-local' 'a label below our domain' MESSAGE sip:victim@evil.example.com
	attempt '403 not-local' 'a dot at the end' MESSAGE sip:victim@evil.example.
	attempt '403 not-local' 'capitals' MESSAGE SIP:victim@EVIL.EXAMPLE
	attempt '403 not-local' 'our domain as the user' MESSAGE sip:example.com@evil.example
	attempt '403 not-local' 'our domain as user and password' MESSAGE sip:bob:example.com@evil.example
	attempt '403 not-local' 'another domain in our name for edges' MESSAGE sip:victim%40evil.example@edge1.example.com
	attempt '403 not-local' 'our domain as a parameter' MESSAGE 'sip:victim@evil.example;maddr=example.com;domain=example.com'
	attempt '400 malformed' 'two hosts, ours first' MESSAGE sip:bob@example.com@evil.example
	attempt '400 malformed' 'two hosts, ours last' MESSAGE sip:victim@evil.example@example.com
	attempt '400 malformed' 'an escape in the host' MESSAGE sip:victim@evil%2eexample
	attempt '400 malformed' 'an escaped end of the host' MESSAGE sip:victim@evil.example%00.example.com
	attempt '400 malformed' 'a path behind the host' MESSAGE sip:bob@example.com/@evil.example
	attempt '400 malformed' 'letters that look like ours' MESSAGE 'sip:bob@ex{HEX:d0b0}mple.com'
	attempt '400 malformed' 'a Route in the Request-URI' MESSAGE 'sip:bob@example.com?Route=%3Csip:evil.example%3Blr%3E'
	attempt '403 not-local' 'maddr' MESSAGE 'sip:bob@example.com;maddr=192.0.2.7'
	attempt '403 not-local' 'maddr in capitals' MESSAGE 'sip:bob@example.com;lr;MADDR=evil.example'
	attempt '403 not-local' 'maddr with an escape in it' MESSAGE 'sip:bob@example.com;m%61ddr=evil.example'
	attempt '416 bad-scheme' 'a telephone number' MESSAGE 'tel:+15551234;phone-context=evil.example'
	attempt '416 bad-scheme' 'mail' MESSAGE mailto:victim@evil.example
	attempt '416 bad-scheme' 'another scheme for presence' MESSAGE pres:victim@evil.example
	# Which methods might go unlooked at.
	attempt '403 not-local' 'an INVITE' INVITE sip:victim@evil.example
	attempt nothing 'an ACK of nothing' ACK sip:victim@evil.example
	attempt '403 not-local' 'a CANCEL of nothing' CANCEL sip:victim@evil.example
	attempt '403 not-local' 'OPTIONS' OPTIONS sip:evil.example
	attempt '403 not-local' 'a REGISTER elsewhere' REGISTER sip:evil.example
	attempt '403 not-here' 'a REGISTER here' REGISTER sip:example.com
	attempt '403 not-local' 'a request inside no dialog of ours' BYE sip:victim@evil.example sip:a@contoso.example 'X-Dialog: none' | sed 's/^To: .*/&;tag=made-up/'
	# By whose right.
	attempt '403 source-unverified' 'one of our own users as the sender' MESSAGE $us sip:boss@example.com
	attempt '403 source-unverified' 'another partner as the sender' MESSAGE $us sip:f@fabrikam.example
	attempt '403 source-unverified' 'an address as the sender' MESSAGE $us sip:a@127.0.0.1
	# What is asked of a proxy.
	attempt '420 bad-extension' 'an extension' MESSAGE $us sip:a@contoso.example 'Proxy-Require: relay'
	attempt '483 too-many-hops' 'no hops left' MESSAGE $us | sed 's/^Max-Forwards: .*/Max-Forwards: 0/'
	# Where Route leads.
	attempt '403 not-local' 'our own host in Route, and a stranger' MESSAGE sip:victim@evil.example sip:a@contoso.example 'Route: <sip:edge1.example.com;lr>'
	attempt '403 not-local' 'a stranger in Route and Request-URI' MESSAGE sip:victim@evil.example sip:a@contoso.example 'Route: <sip:evil.example;lr>'
	attempt '403 bad-route' 'a token that is no token' MESSAGE sip:victim@evil.example sip:a@contoso.example 'Route: <sip:edge1.example.com;lr;fg=AAAA>'
	attempt '403 bad-route' 'a token without a text' MESSAGE $us sip:a@contoso.example 'Route: <sip:edge1.example.com;lr;fg>'
	attempt '403 bad-route' 'our Route by another port' MESSAGE $us sip:a@contoso.example 'Route: <sip:edge1.example.com:9;fg=AAAA;lr;maddr=evil.example>'
	attempt '403 bad-route' 'our Route as the Request-URI' MESSAGE 'sip:edge1.example.com;lr;fg=AAAA' sip:a@contoso.example 'Route: <sip:victim@evil.example>'
	# Routes of an older call of his, and of another partner's.
	echo call; send INVITE sip:bob@example.com; echo 'expect 200'
	echo 'set-from OLDOUTER Record-Route "^<[^>]*>, ?<([^>]+)>"'; echo 'set-from OLDINNER Record-Route ^<([^>]+)>'
	further ACK
	printf 'connection other cert=%s key=%s\n' "$T/fabrikam.pem" "$T/fabrikam.key"
	echo call; FROM=sip:f@fabrikam.example send INVITE sip:bob@example.com; echo 'expect 200'
	echo 'set-from HISOUTER Record-Route "^<[^>]*>, ?<([^>]+)>"'; echo 'set-from HISINNER Record-Route ^<([^>]+)>'
	further ACK
	echo 'connection main'
	a_call
	in_dialog '403 bad-route' "an older call's token behind this one's" 's/<{INNER}>/<{INNER}>, <{OLDINNER}>/'
	in_dialog '403 bad-route' "an older call's token far behind this one's" 's/<{INNER}>/<{INNER}>, <sip:evil.example;lr>, <{OLDINNER}>, <{OLDOUTER}>/'
	in_dialog '403 bad-route' "an older call's token as the second" 's/{INNER}/{OLDINNER}/'
	in_dialog '403 bad-route' "another partner's token behind his own" 's/<{INNER}>/<{INNER}>, <{HISINNER}>/'
	in_dialog '403 bad-route' "another partner's tokens, and the side that looks in first" 's/<{INNER}>/<{INNER}>, <{HISOUTER}>, <{HISINNER}>/'
	in_dialog '403 bad-route' 'a token made up behind his own' 's/<{INNER}>/<{INNER}>, <sip:edge1.example.com;lr;fg=AAAA>/'
	in_dialog '403 bad-route' 'a token made up behind his own and a stranger' 's/<{INNER}>/<{INNER}>, <sip:evil.example;lr>, <sip:edge1.example.com;lr;fg=AAAA>/'
	in_dialog '403 bad-route' 'a token made up, by a strict router' 's/<{INNER}>/<{INNER}>, <sip:edge1.example.com;lr;fg=AAAA>/; s/{TARGET}/{OUTER}/; s/<{OUTER}>, //'
	in_dialog '403 bad-route' 'a token with a letter more' 's/{OUTER}/{OUTER}A/'
	in_dialog '403 bad-route' 'the second token made up' 's/{INNER}/sip:edge1.example.com;lr;fg=AAAA/'
	in_dialog '403 bad-route' 'the tokens in the other order' 's/{OUTER}>, <{INNER}/{INNER}>, <{OUTER}/'
	in_dialog '403 bad-route' 'nine Routes of ours' 's/<{INNER}>/<{INNER}>, <{INNER}>, <{INNER}>, <{INNER}>, <{INNER}>, <{INNER}>, <{INNER}>, <{INNER}>/'
	in_dialog '403 bad-route' 'the token in another call' 's/{CALL}/another/'
	in_dialog '403 bad-route' 'the token for another of our users' 's/{CALLEE}/<sip:carol@example.com>;tag=x/'
	in_dialog '403 bad-route' 'the token for another of his domains' 's/{CALLER}/<sip:a@it.contoso.example>;tag=x/'
	in_dialog '403 not-local' 'the token for a new dialog' 's/{CALLEE}/<sip:bob@example.com>/; s/{TARGET}/sip:victim@evil.example/'
	in_dialog '416 bad-scheme' 'the token for a telephone number' 's/{TARGET}/tel:+15551234/'
	in_dialog '400 malformed' 'the token, and a Route in the Request-URI' 's/{TARGET}/sip:bob@example.com?Route=%3Csip:evil.example%3Blr%3E/'
	in_dialog '403 bad-route' 'a strict router ahead of the token' 's/{TARGET}/sip:edge1.example.com;lr;fg=AAAA/'
	# Another partner takes them over.
	printf 'connection other cert=%s key=%s\n' "$T/fabrikam.pem" "$T/fabrikam.key"
	in_dialog '403 bad-route' "another partner's token" ''
	in_dialog '403 bad-route' "another partner's token under his own name" 's/{CALLER}/<sip:a@fabrikam.example>;tag=x/'
	in_dialog '403 source-unverified' "another partner's call without its token" '/^Route/d; s/{TARGET}/sip:bob@example.com/'
	echo 'connection main'
	# Answers that nobody waits for, with a way in Via.
	echo 'print "answers to no request"'
	printf 'send <<END\nSIP/2.0 200 OK\nVia: SIP/2.0/TLS %s\nVia: SIP/2.0/TLS evil.example;branch=z9hG4bKx\nFrom: <sip:a@contoso.example>;tag=1\nTo: <sip:bob@example.com>;tag=2\nCall-ID: none\nCSeq: 1 INVITE\nContent-Length: 0\n\nEND\n' \
		'edge1.example.com;branch=z9hG4bKfg0123456789abcdef.01234567' 'evil.example;branch=z9hG4bKy'
	verdict nothing
	echo 'answers to no request' >>"$T/rows"
	# Through answers: they go back by the connection, whatever Via says.
	printf 'print "received, maddr and rport of his own in Via"\ncall\n'
	ask MESSAGE sip:victim@evil.example | sed "s/^Via: .*/Via: SIP\/2.0\/TLS evil.example:5061;maddr=$NET.9;received=$NET.9;rport=5061;branch={BRANCH}/"
	verdict '403 not-local'
	echo 'received, maddr and rport of his own in Via' >>"$T/rows"
	echo 'connection decoy'
	echo 'expect nothing for 200ms'
} >"$T/story"
had=$(at_hop)
play contoso >"$T/outside.log" 2>&1 || fail "outside: behind \"$(tail -n 2 "$T/outside.log" | head -n 1)\": $(cat "$T/outside.log")"
is "what reached the next hop beside the calls" "$(($(at_hop) - had))" 6

# From inside: only to a partner whom the policy lets us reach, and DNS names fit.
us_attempt() { wanted=$1 tries=$2 asked=$3 uri=$4; shift 4; attempt "$wanted" "from inside: $tries" "$asked" "$uri" "${FROM:-$us}" "$@"; }
{
	us_attempt '403 blocked-domain' 'a blocked domain' MESSAGE sip:b@blocked.example
	us_attempt '403 blocked-domain' 'below a blocked domain' MESSAGE sip:b@it.blocked.example
	us_attempt '403 not-here' 'a domain of ours' MESSAGE sip:bob@example.org
	us_attempt '403 not-here' 'an address' MESSAGE sip:victim@192.0.2.7
	us_attempt '403 not-here' 'maddr' MESSAGE 'sip:c@contoso.example;maddr=192.0.2.7'
	us_attempt '403 not-here' 'maddr with an escape in it' MESSAGE 'sip:c@contoso.example;%6Daddr=192.0.2.7'
	us_attempt '403 not-here' 'a REGISTER' REGISTER sip:contoso.example
	us_attempt '400 malformed' 'a Route in the Request-URI' MESSAGE 'sip:c@contoso.example?Route=%3Csip:evil.example%3Blr%3E'
	us_attempt '416 bad-scheme' 'a telephone number' MESSAGE tel:+15551234
	us_attempt '403 bad-route' 'a token made up' MESSAGE sip:c@contoso.example $us 'Route: <sip:edge1.example.com;lr;fg=AAAA>'
	us_attempt '504 partner-unreachable' 'a private address by DNS' MESSAGE sip:victim@evil.example
	us_attempt '504 no-route' "a server of somebody else's by DNS" MESSAGE sip:victim@trap.example
	us_attempt '504 partner-unreachable' 'a blocked domain in Route' MESSAGE sip:c@contoso.example $us 'Route: <sip:b@blocked.example;lr>'
	us_attempt '403 blocked-domain' 'a partner in Route, a blocked domain in the Request-URI' MESSAGE sip:b@blocked.example $us 'Route: <sip:sip.contoso.example;lr>'
} >"$T/ours.script"
us_script || fail "inside: behind \"$(tail -n 2 "$T/ours.log" | head -n 1)\": $(cat "$T/ours.log")"
printf 'federation: { discovery = false; };\n' >"$T/policy.conf"
reload
{ us_attempt '403 not-allowed' 'a domain that is not on the allow list' MESSAGE sip:c@contoso.example; } >"$T/ours.script"
us_script || fail "inside: $(cat "$T/ours.log")"
printf 'federation: { enabled = false; };\n' >"$T/policy.conf"
reload
{ us_attempt '403 federation-off' 'anybody, while federation is off' MESSAGE sip:c@contoso.example; } >"$T/ours.script"
us_script || fail "inside: $(cat "$T/ours.log")"

# A token of keys that hold no more, which are those of another pool as well.
: >"$T/policy.conf"
reload
{ a_call; echo "await $T/rolled"; in_dialog '403 bad-route' 'a token of other keys' ''; } >"$T/late.script"
talk late contoso
until_true "the second call" eval '[ "$(grep -c "\"method\":\"ACK\"" "$T/hop.jsonl")" -eq 4 ]'
EDGE_SET="route-keys = [ \"$(openssl rand -hex 32)\" ];"
POLICY= write_conf
reload
: >"$T/rolled"
talked late
is "what reached the next hop beside the calls" "$(($(at_hop) - had))" 8
is "what reached the decoy server" "$(cat "$T/decoy.jsonl" 2>/dev/null)" ""
is "what reached the partner's edge" "$(cat "$T/theirs.jsonl")" ""
echo "$(wc -l <"$T/rows") attempts, each refused"
within "attempts" "$(wc -l <"$T/rows")" 70 200
edge_stop
