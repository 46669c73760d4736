# A next hop that is silent for answer-timeout costs the INVITE a 408; when it wakes up later and rings,
# the call that nobody waits for any more gets a CANCEL with the branch of its INVITE, once.
. "$SOURCE/tests/system/lib.sh"

make_certs
MESSAGES_SET='answer-timeout = "1s"; ring-timeout = "2s";'
POLICY='allow = ( { domain = "contoso.example"; } );'
nexthop hop --silent INVITE --silent CANCEL
edge
hop_is_up
# To the last message, be it the INVITE or the CANCEL: an answer to the INVITE.
provisional()
{
	tell hop "send <<END
SIP/2.0 $1 Ringing
Via: {HEADER:Via}
From: {HEADER:From}
To: <sip:bob@example.com>;tag=callee
Call-ID: {HEADER:Call-ID}
CSeq: 1 INVITE
Content-Length: 0

END"
}
{
	send INVITE sip:bob@example.com
	echo 'expect 408 for INVITE header Reason matches next-hop-silent within 10s'
	send ACK sip:bob@example.com
	echo "print refused"
	echo "await $T/rung"
	echo "expect nothing for 0.5s"
} >"$T/caller.script"
talk caller contoso
wait_for caller refused
grep -q '"method":"CANCEL"' "$T/hop.jsonl" && fail "a CANCEL before any provisional answer"
provisional 180
until_true "a CANCEL at the next hop" grep -q '"method":"CANCEL"' "$T/hop.jsonl"
provisional 183
: >"$T/rung"
talked caller
is "CANCELs" "$(grep -c '"method":"CANCEL"' "$T/hop.jsonl")" 1
is "Via branches of INVITE and CANCEL" "$(sed -nE '/"method":"(INVITE|CANCEL)"/s/.*(branch=z9hG4bKfg[0-9a-f.]+).*/\1/p' "$T/hop.jsonl" | sort -u | wc -l)" 1
edge_stop
