# A call, a flood, a reload and a next hop that goes and comes: a short run of
# everything, light enough for valgrind.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
POLICY='allow = ( { domain = "fabrikam.example"; } );'
edge
hop_is_up
script fabrikam <<'END'
call
send <<MESSAGE
INVITE sip:bob@example.com SIP/2.0
Via: SIP/2.0/{TRANSPORT} {LOCAL};branch={BRANCH}
Max-Forwards: 70
From: <sip:ann@fabrikam.example>;tag={TAG}
To: <sip:bob@example.com>
Call-ID: {CALLID}
CSeq: {CSEQ} INVITE
Contact: <sip:ann@{LOCAL};transport=tls>
Content-Length: 0

MESSAGE
expect 200 for INVITE within 60s header Record-Route matches fg=
send <<MESSAGE
ACK {CONTACT} SIP/2.0
Via: SIP/2.0/{TRANSPORT} {LOCAL};branch={BRANCH}
Max-Forwards: 70
{ROUTE}
From: <sip:ann@fabrikam.example>;tag={TAG}
To: <sip:bob@example.com>;tag={TOTAG}
Call-ID: {CALLID}
CSeq: 1 ACK
Content-Length: 0

MESSAGE
send <<MESSAGE
BYE {CONTACT} SIP/2.0
Via: SIP/2.0/{TRANSPORT} {LOCAL};branch={BRANCH}
Max-Forwards: 70
{ROUTE}
From: <sip:ann@fabrikam.example>;tag={TAG}
To: <sip:bob@example.com>;tag={TOTAG}
Call-ID: {CALLID}
CSeq: {CSEQ} BYE
Content-Length: 0

MESSAGE
expect 200 for BYE within 60s
END
partner contoso --from sip:a@contoso.example --to 'sip:user%d@example.com' --count 80 --burst --wait 20 >"$T/burst.json"
within "refused of a burst of 80" "$(number "$T/burst.json" 503)" 1 60
reload
kill "$hop_pid"
wait_for edge 'next hop .*: (connection lost|closed by the peer|Connection refused)'
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 1 --burst --wait 20 >"$T/down.json"
edge_stop
