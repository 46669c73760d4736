# The rows of the table that refuse a sound message and keep its connection: version, scheme, extension,
# hops, loop, foreign domains, Routes that are not ours, what is not taken here.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up
inside() { ask INFO sip:carol@example.com "$1" '{STOLEN}' | sed 's/^To: .*/&;tag=there/'; }
bob=sip:bob@example.com me=sip:a@contoso.example

{
	ask MESSAGE $bob | sed 's/^MESSAGE .*/MESSAGE sip:bob@example.com SIP\/3.0/'; answer_is 505 bad-version
	ask MESSAGE tel:+4930123456; answer_is 416 bad-scheme
	ask MESSAGE 'http://example.com/bob'; answer_is 416 bad-scheme
	ask MESSAGE $bob $me 'Proxy-Require: foo, bar'
	echo 'expect 420 header Unsupported matches "^foo, ?bar$" header Reason matches bad-extension'
	ask MESSAGE $bob $me 'Proxy-Require: foo' 'Proxy-Require: baz'
	echo 'expect 420 header Unsupported matches "^foo, ?baz$"'
	ask MESSAGE $bob | sed 's/^Max-Forwards.*/Max-Forwards: 0/'; answer_is 483 too-many-hops
	ask MESSAGE $bob | sed 's/^Max-Forwards.*/Max-Forwards: 1/'; answer_is 200                      # 1
	ask MESSAGE $bob | sed '/^Max-Forwards/d'; answer_is 200                                        # 2
	ask MESSAGE sip:eve@foreign.example; answer_is 403 not-local
	ask MESSAGE sip:bob@sub.example.com; answer_is 403 not-local
	ask MESSAGE sip:bob@127.0.0.1; answer_is 403 not-local
	ask MESSAGE 'sip:bob@[::1]:5061'; answer_is 403 not-local
	ask MESSAGE sip:bob@edge1.example.com; answer_is 403 not-local
	ask MESSAGE sip:edge1.example.com; answer_is 403 not-local
	ask MESSAGE $bob $me 'Route: <sip:edge1.example.com;lr;fg=forged>'; answer_is 403 bad-route
	ask MESSAGE $bob $me 'Route: <sip:edge1.example.com;lr;fg=>'; answer_is 403 bad-route
	ask MESSAGE $bob $me 'Route: <sip:edge1.example.com;lr;fg>'; answer_is 403 bad-route
	ask MESSAGE $bob $me 'Route: <sip:foreign.example;lr>'; answer_is 200                           # 3: removed
	ask MESSAGE $bob $me 'Route: <sip:edge1.example.com;lr>, <sip:foreign.example;lr>'; answer_is 200 # 4: removed
	ask MESSAGE sip:eve@foreign.example $me 'Route: <sip:edge1.example.com;lr>'; answer_is 403 not-local
	ask REGISTER sip:example.com; answer_is 403 not-here
	ask PUBLISH $bob; answer_is 403 not-here
	# A token belongs to its dialog, its party and its partner.
	ask INVITE sip:carol@example.com $me 'Contact: <sip:a@{LOCAL};transport=tls>'                    # 5
	echo 'expect 200 header Record-Route matches fg='
	echo 'set STOLEN {ROUTE}'
	echo 'set CALL {CALLID}'
	inside $me; answer_is 200                                                                       # 6
	inside $me | sed 's/^To: .*/To: <sip:dave@example.com>;tag=there/'; answer_is 403 bad-route
	echo 'call'
	inside $me; answer_is 403 bad-route
	inside $me | sed 's/^{STOLEN}/Route: <sip:x.example;lr>\n&/'; answer_is 403 bad-route
	ask INFO sip:carol@example.com $me '{STOLEN}'; answer_is 403 bad-route
	echo "connection other cert=$T/fabrikam.pem key=$T/fabrikam.key"
	inside sip:f@fabrikam.example | sed 's/{CALLID}/{CALL}/'; answer_is 403 bad-route
	ask INFO sip:carol@example.com sip:f@fabrikam.example '{STOLEN}' | sed 's/{CALLID}/{CALL}/'; answer_is 403 bad-route
	# The edge itself.
	echo 'connection main'
	ask OPTIONS sip:edge1.example.com; echo 'expect 200 header Accept matches "\*/\*"'
	ask OPTIONS 'sip:EDGE1.example.com:5061;transport=tls'; answer_is 200
	ask OPTIONS $bob | sed 's/^Max-Forwards.*/Max-Forwards: 0/'; answer_is 200
	ask OPTIONS sip:edge1.example.com sip:x@foreign.example; answer_is 403 source-unverified
	ask OPTIONS $bob; answer_is 200                                                                 # 7
} >"$T/story"
bystander 50 15/s
play contoso
is "of contoso at the next hop" "$(grep -c contoso "$T/hop.jsonl")" 7
! grep -q '"routes":\["' "$T/hop.jsonl" || fail "a foreign Route went on: $(grep '"routes":\["' "$T/hop.jsonl")"
is "Max-Forwards at the next hop" "$(grep contoso "$T/hop.jsonl" | sed -E 's/.*"max_forwards":([0-9]+).*/\1/' | head -n 3 | tr '\n' ' ')" "0 70 69 "

# Our own branch again, of the very same request.
ask MESSAGE $bob | sed 's/{CALLID}/loop-1/; s/{TAG}/loop/; s/{CSEQ}/7/' >"$T/once"
{ cat "$T/once"; answer_is 200; } >"$T/story"
play contoso
ours=$(sed -nE '/loop-1/s/.*"vias":\["([^"]*)".*/\1/p' "$T/hop.jsonl")
[ -n "$ours" ] || fail "no Via of ours at the next hop"
{
	sed "s|^Max-Forwards|Via: $ours\n&|" "$T/once"; answer_is 482 loop
	sed "s|^Max-Forwards|Via: $ours\n&|; s/sip:bob/sip:carol/g" "$T/once"; answer_is 200 # a spiral is no loop
} >"$T/story"
play contoso
bystander_is_well
