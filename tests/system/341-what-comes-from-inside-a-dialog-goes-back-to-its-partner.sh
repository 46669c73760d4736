# BYE, re-INVITE and NOTIFY of the internal side, with our Record-Route, go back to the
# partner of the dialog on a connection of his, and to nobody else; his answers go home.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
edge
hop_is_up
(
	FROM=sip:a@fabrikam.example
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"
	echo "await $T/over"; echo "expect nothing for 100ms"
) >"$T/other.script"
talk other fabrikam
wait_for other ready
{
	send INVITE sip:bob@example.com; echo "expect 200"; further ACK; echo "print talking"
	echo 'expect request INVITE header Route absent header Via matches edge1.example.com:[0-9]+;branch=z9hG4bKfg header Max-Forwards matches 69'
	echo "answer 200"
	echo 'expect request BYE header Route absent'; echo "answer 200"
	echo call
	send SUBSCRIBE sip:bob@example.com "Event: presence" "Expires: 600"; echo "expect 200"; echo "print subscribed"
	echo 'expect request NOTIFY header Subscription-State matches active'; echo "answer 200"
	echo 'expect request NOTIFY header Subscription-State matches terminated'; echo "answer 481"
} >"$T/caller.script"
talk caller contoso
answered() { grep -q "\"status\":$1.*\"cseq\":\"[0-9]* $2\"" "$T/hop.jsonl" || grep -q "\"answers\":\"$2\".*\"status\":$1\|\"status\":$1.*\"answers\":\"$2\"" "$T/hop.jsonl"; }
wait_for caller talking
tell hop "request INVITE"
until_true "the 200 of the re-INVITE" answered 200 INVITE
tell hop bye
until_true "the 200 of the BYE" answered 200 BYE
wait_for caller subscribed
call=$(sed -nE 's/.*"method":"SUBSCRIBE".*"call_id":"([^"]+)".*/\1/p' "$T/hop.jsonl")
tell hop "notify $call active"
until_true "the 200 of the NOTIFY" answered 200 NOTIFY
tell hop "notify $call terminated"
until_true "the 481 of the NOTIFY" answered 481 NOTIFY
talked caller
: >"$T/over"
talked other
edge_stop
