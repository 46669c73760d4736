# A head or a body over the configured size: 413 too-large as soon as that is known, then the connection
# is closed; what is just small enough passes.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
MESSAGES_SET='max-head = "4k"; max-body = "2k";'
make_certs
nexthop
edge
hop_is_up
with_body() { ask MESSAGE sip:bob@example.com | sed "s/^Content-Length.*/Content-Type: text\/plain\nContent-Length: $1/; s/^END/$2&/"; }

{
	ask MESSAGE sip:bob@example.com sip:a@contoso.example 'X: {PAD:3600}'; answer_is 200
	# The line that ends the body is two octets of it.
	with_body 2048 '{PAD:2046}\n'; answer_is 200

	echo 'connection head'
	ask MESSAGE sip:bob@example.com sip:a@contoso.example 'X: {PAD:4096}'; answer_is 413 too-large; echo 'expect close'
	echo 'connection endless'
	ask MESSAGE sip:bob@example.com sip:a@contoso.example 'X: {PAD:200000}'; answer_is 413 too-large; echo 'expect close'
	# No octet of the body needs to come.
	echo 'connection body'
	with_body 2049 ''; answer_is 413 too-large; echo 'expect close'
	echo 'connection whole'
	with_body 100000 '{PAD:99998}\n'; answer_is 413 too-large; echo 'expect close'
	echo 'connection most'
	with_body 9999999999 ''; answer_is 413 too-large; echo 'expect close'
	# A head without an end whose first lines are not answerable.
	echo 'connection line'
	echo 'send <<END'; echo 'MESSAGE sip:{PAD:9000}'; echo; echo END; echo 'expect close'
} >"$T/story"
bystander 40 15/s
play contoso
is "of contoso at the next hop" "$(grep -c contoso "$T/hop.jsonl")" 2
bystander_is_well
