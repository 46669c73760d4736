# A response that answers no pending request of that very partner is dropped; the hundredth ends the connection.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

make_certs
nexthop
edge
hop_is_up
answer()
{
	printf '%ssend <<END\nSIP/2.0 200 OK\nVia: SIP/2.0/TLS edge1.example.com:5061;branch=%s\nVia: SIP/2.0/TLS x.example;branch=z9hG4bKx\n' "$1" "$2"
	printf 'From: <sip:x@example.com>;tag=1\nTo: <sip:a@contoso.example>;tag=2\nCall-ID: unasked\nCSeq: 1 MESSAGE\nContent-Length: 0\n\nEND\n'
}
{
	answer 'repeat 40 ' z9hG4bKwhatever
	answer 'repeat 40 ' z9hG4bKfg0123456789abcdef.01234567
	answer 'repeat 19 ' z9hG4bKfg
	ask MESSAGE sip:bob@example.com; answer_is 200
	answer '' z9hG4bKwhatever
	echo 'expect close'
	echo 'reconnect'
	ask MESSAGE sip:bob@example.com; answer_is 200
} >"$T/story"
play contoso
said edge '100 responses that nobody asked for' || fail "the log does not say why"
is "what came in to the next hop" "$(wc -l <"$T/hop.jsonl")" 2
edge_stop
said edge 'total: responses unasked: 100' || fail "they are not counted"
