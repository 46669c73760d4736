# A partner's CANCEL and ACK belong to their INVITE by whichever of its connections they come: the one
# that waits for its slot, the one that rings, and the one whose connection is gone. Not by another partner's.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='limits: { rate = "3/2s"; max-delay = "20s"; };'
nexthop hop --ring --silent INVITE --answer-user "busy=486"
edge
hop_is_up
here() { send "$@" | sed 's/{LOCAL}/{HERE}/'; }
{
	echo 'set HERE {LOCAL}'
	here INVITE sip:busy@example.com; echo 'expect 486'
	echo 'connection second'
	here ACK sip:busy@example.com; echo 'expect nothing for 100ms'
	echo 'connection main'; echo call
	here INVITE sip:bob@example.com; echo 'expect 180'
	echo 'connection second'
	here CANCEL sip:bob@example.com; echo 'expect 200 for CANCEL'
	echo 'connection main'; echo 'expect 487 for INVITE'
	here ACK sip:bob@example.com; echo call
	here INVITE sip:carol@example.com; echo 'expect nothing for 200ms'
	echo "connection stranger cert=$T/fabrikam.pem key=$T/fabrikam.key"
	FROM=sip:a@fabrikam.example here CANCEL sip:carol@example.com; echo 'expect 200 for CANCEL'
	echo 'connection main'; echo 'expect nothing for 100ms'
	echo 'connection second'
	here CANCEL sip:carol@example.com; echo 'expect 200 for CANCEL'
	echo 'connection main'; echo 'expect 487 for INVITE header Reason matches cancelled'
	here ACK sip:carol@example.com; echo 'sleep 2'; echo call
	here INVITE sip:dave@example.com; echo 'expect 180'; echo 'close'
	echo 'connection second'
	here CANCEL sip:dave@example.com; echo 'expect 200 for CANCEL'
} | script contoso
branches() { sed -nE "/\"method\":\"$1\".*$2@/s/.*branch=(z9hG4bKfg[0-9a-f.]+).*/\1/p" "$T/hop.jsonl"; }
is "the ACK's branch" "$(branches ACK busy)" "$(branches INVITE busy)"
is "the CANCEL's branch" "$(branches CANCEL bob)" "$(branches INVITE bob)"
is "the CANCEL's branch, when the first connection is gone" "$(branches CANCEL dave)" "$(branches INVITE dave)"
is "INVITEs for who was cancelled in time" "$(branches INVITE carol)" ""
