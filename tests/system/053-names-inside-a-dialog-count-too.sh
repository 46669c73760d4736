# Inside a dialog, proved by our own Route, a Request-URI in a local domain is a name
# like any other; one that is not (the callee's Contact) is none. A watched partner's call still ends.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100000/s"; };
watch-list: { distinct-uris = 3; };'
make_certs
nexthop
edge
hop_is_up

# inside METHOD URI: a request in the dialog
inside()
{
	printf 'send <<END\n%s %s SIP/2.0\nVia: SIP/2.0/TLS {LOCAL};branch={BRANCH}\nMax-Forwards: 70\n{THE-ROUTE}\n' "$1" "$2"
	printf 'From: {ME}\nTo: {YOU}\nCall-ID: {CALLID}\nCSeq: {CSEQ} %s\nContent-Length: 0\n\nEND\n' "$1"
}
{
	ask INVITE sip:bob@example.com sip:a@contoso.example 'Contact: <sip:a@{LOCAL};transport=tls>' # 1
	cat <<-'END'
	expect 200 for INVITE header Record-Route matches "fg="
	set YOU {REMOTE}
	set ME {SELF}
	set THE-ROUTE {ROUTE}
	set THERE {CONTACT}
	END
	inside ACK '{THERE}' | sed 's/{CSEQ} ACK/1 ACK/'
	for n in 1 2 3 4 5; do inside INFO '{THERE}'; echo 'expect 200 for INFO'; done
	inside INFO sip:carol@example.com; echo 'expect 200 for INFO'                 # 2
	inside INFO sip:dave@example.org; echo 'expect 200 for INFO'                  # 3
	inside INFO sip:dave@example.org; echo 'expect 200 for INFO'
	inside INFO sip:erin@example.com; answer_is 403 watch-list
	inside INFO '{THERE}'; answer_is 403 watch-list
	inside BYE '{THERE}'; echo 'expect 200 for BYE'
} >"$T/story"
play contoso
is "BYE at the next hop" "$(grep -c '"method":"BYE"' "$T/hop.jsonl")" 1
is "INFO at the next hop" "$(grep -c '"method":"INFO"' "$T/hop.jsonl")" 8
