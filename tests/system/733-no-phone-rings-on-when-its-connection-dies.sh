# A phone rings, and the connection that its call went by dies: our caller hears so at once, and the CANCEL goes by
# another connection of the same organisation, or to the next hop when that is back. What fails late there has its ACK.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; } );'
nexthop hop --ring --silent INVITE
door=$(free_address)
INTERNAL_SET="listen = [ \"$door\" ];"
edge
hop_is_up

# The INVITE comes by the connection that was made last.
{ echo 'print here'; echo 'expect request INVITE within 20s'; echo 'answer 486'; echo 'expect request ACK'; echo 'expect nothing for 1s'; } >"$T/bystander.script"
{
	echo 'connection second'; echo 'print here'
	echo 'expect request INVITE within 20s'
	for h in VIA=Via FROM=From TO=To CALL=Call-ID SEQ=CSeq; do echo "set-from ${h%=*} ${h#*=} ^(.+)\$"; done
	echo 'answer 180'; echo "await $T/rung"; echo 'close'
	echo 'connection main'; echo 'expect request CANCEL within 5s'; echo 'answer 200'
	printf 'send <<END\nSIP/2.0 487 Request Terminated\nVia: {VIA}\nFrom: {FROM}\nTo: {TO};tag=late\nCall-ID: {CALL}\nCSeq: {SEQ}\nContent-Length: 0\n\nEND\n'
	echo 'expect request ACK within 5s header To matches tag=late'; echo 'set-from ACKED Via ^(.+)$'
	echo 'print "INVITE {VIA}"'; echo 'print "ACK {ACKED}"'
	echo 'expect nothing for 300ms'
} >"$T/carol.script"
talk bystander fabrikam
wait_for bystander '^here'
talk carol contoso
wait_for carol '^here'
{
	FROM=sip:bob@example.com send INVITE sip:carol@contoso.example
	echo 'expect 180'; echo 'print rings'; echo 'expect 480 within 5s header Reason matches partner-gone'
	echo 'call'; FROM=sip:bob@example.com send INVITE sip:dave@fabrikam.example; echo 'expect 486'
	FROM=sip:bob@example.com send ACK sip:dave@fabrikam.example
} >"$T/ours.script"
start ours "$TOOLS/partner" --connect "$door" --script "$T/ours.script"
wait_for ours '^rings'
: >"$T/rung"
talked ours
talked carol
is "the branch of the ACK" "$(sed -nE 's/^ACK .*branch=(z9hG4bKfg[0-9a-f.]+).*/\1/p' "$T/carol.log")" "$(sed -nE 's/^INVITE .*branch=(z9hG4bKfg[0-9a-f.]+).*/\1/p' "$T/carol.log")"
talked bystander

{ send INVITE sip:bob@example.com; echo 'expect 180'; echo 'print rings'; echo 'expect 503 within 5s header Reason matches next-hop-down'; send ACK sip:bob@example.com; } >"$T/caller.script"
talk caller contoso
wait_for caller '^rings'
tell hop close-all
talked caller
until_true "the next hop again" eval '[ "$(count_of edge "next hop .*: up at")" -ge 2 ]'
until_true "the CANCEL" grep -q '"method":"CANCEL"' "$T/hop.jsonl"
branches() { sed -nE "/\"method\":\"$1\"/s/.*branch=(z9hG4bKfg[0-9a-f.]+).*/\1/p" "$T/hop.jsonl"; }
is "the CANCEL's branch" "$(branches CANCEL)" "$(branches INVITE)"
edge_stop
