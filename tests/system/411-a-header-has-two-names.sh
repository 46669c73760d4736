# What border.remove names goes by its compact name too, both ways, in requests and answers:
# "b" is Referred-By and "Identity" is "y", whichever of them is configured.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --header "b: <sip:bob@example.com>" --header "Identity: inside" --header "k: kept"
BORDER_SET='remove = [ "Referred-By", "y" ];'
edge
hop_is_up
{
	send INVITE sip:bob@example.com "b: <sip:boss@example.com>" "Referred-By: <sip:boss@example.com>" "Identity: outside" "y: outside" "s: kept"
	echo 'expect 200 header Referred-By absent header b absent header Identity absent header y absent'
	further ACK
	echo "print talking"
	echo 'expect request MESSAGE header b absent header Referred-By absent'
	echo 'answer 200 "b: <sip:a@contoso.example>" "y: outside" "s: kept"'
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
tell hop 'send <<END
MESSAGE {CONTACT} SIP/2.0
Via: SIP/2.0/TCP {LOCAL};branch={BRANCH}
{DIALOG-ROUTE}
Max-Forwards: 70
From: {SELF}
To: {REMOTE}
Call-ID: {HEADER:Call-ID}
CSeq: 7 MESSAGE
b: <sip:bob@example.com>
Content-Length: 0

END'
talked caller
for line in "$(grep '"method":"INVITE"' "$T/hop.jsonl")" "$(grep '"status":200' "$T/hop.jsonl" | head -n 1)"; do
	for name in b Referred-By Identity y; do
		case $line in *"\"$name\""*) fail "$name came through: $line" ;; esac
	done
	case $line in *'"s"'*) ;; *) fail "what is not on the list is gone: $line" ;; esac
done
edge_stop
