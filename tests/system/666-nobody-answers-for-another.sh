# A request from inside went to one partner: another one that knows its branch, to the last character, answers
# it in vain. The true answer goes in, once.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
edge
hop_is_up
answer() # STATUS BRANCH
{
	printf 'send <<END\nSIP/2.0 %s X\nVia: SIP/2.0/TLS edge1.example.com:5061;branch=%s\nVia: SIP/2.0/TCP x.example;branch=z9hG4bKx\n' "$1" "$2"
	printf 'From: <sip:bob@example.com>;tag=1\nTo: <sip:a@contoso.example>;tag=2\nCall-ID: {CALLID}\nCSeq: 1 INFO\nContent-Length: 0\n\nEND\n'
}
{
	send INVITE sip:bob@example.com; echo 'expect 200'; further ACK; echo 'print talking'
	echo 'expect request INFO'
	echo 'set-from STOLEN Via branch=([^;,]+)'
	echo "connection other cert=$T/fabrikam.pem key=$T/fabrikam.key"
	answer 200 '{STOLEN}'; answer 603 '{STOLEN}'
	FROM=sip:f@fabrikam.example; echo call; send MESSAGE sip:bob@example.com; echo 'expect 200'
	echo "print stolen"; echo "await $T/seen"
	echo 'connection main'; echo 'answer 200'
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
until_true "the ACK" grep -q '"method":"ACK"' "$T/hop.jsonl"
tell hop "request INFO"
wait_for caller 'stolen|expected'
is "answers to the INFO so far" "$(grep -c '"answers":"INFO"' "$T/hop.jsonl")" 0
: >"$T/seen"
until_true "the true answer" grep -q '"status":200,"answers":"INFO"' "$T/hop.jsonl"
talked caller
is "answers to the INFO" "$(grep -c '"answers":"INFO"' "$T/hop.jsonl")" 1
edge_stop
said edge 'total: responses unasked: 2' || fail "they are not counted: $(grep total: "$T/edge.log")"
