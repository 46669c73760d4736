# One request with a list of recipients would name hundreds: a discovered partner's is refused
# (not-here), however it is packed; an allowed partner's goes on.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up

# with_body FROM TYPE BODY...
with_body()
{
	from=$1 type=$2
	shift 2
	printf 'send <<END\nMESSAGE sip:list@example.com SIP/2.0\nVia: SIP/2.0/TLS {LOCAL};branch={BRANCH}\nMax-Forwards: 70\n'
	printf 'From: <%s>;tag={TAG}\nTo: <sip:list@example.com>\nCall-ID: {CALLID}\nCSeq: {CSEQ} MESSAGE\n' "$from"
	printf 'Content-Type: %s\nContent-Length: {LEN}\n\n' "$type"
	printf '%s\n' "$@"
	echo END
}
lists()
{
	for option in recipient-list-message recipient-list-invite Recipient-List-Subscribe; do
		ask MESSAGE sip:list@example.com "$1" "Require: $option"; echo "$2"
		ask MESSAGE sip:list@example.com "$1" 'Require: path' "Require: x, $option"; echo "$2"
	done
	with_body "$1" application/resource-lists+xml '<list/>'; echo "$2"
	with_body "$1" 'Application/Resource-Lists+XML;charset=utf-8' '<list/>'; echo "$2"
	with_body "$1" application/adrl+xml '<adhoclist/>'; echo "$2"
	with_body "$1" 'multipart/mixed;boundary=b' --b 'Content-Type: text/plain' '' hello \
		--b 'Content-Type: application/resource-lists+xml' '' '<list/>' --b--; echo "$2"
}
{
	lists sip:a@contoso.example "$(answer_is 403 not-here)"
	with_body sip:a@contoso.example text/plain 'just a text'; answer_is 200
	with_body sip:a@contoso.example 'multipart/mixed;boundary=b' --b 'Content-Type: text/plain' '' hello --b--; answer_is 200
} >"$T/story"
play contoso
is "from the discovered partner at the next hop" "$(at_hop)" 2
lists sip:f@fabrikam.example "$(answer_is 200)" >"$T/story"
play fabrikam
