# Other next hops by SIGHUP: new requests go there; what is in flight at the old one is
# still answered, and then its connection is closed. One that stays keeps its connection.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --silent INVITE
nexthop second
nexthop stays
POLICY='allow = ( { domain = "contoso.example"; } );'
HOPS="{ uri = \"sip:$hop_address;transport=tcp\"; }, { uri = \"sip:$stays_address;transport=tcp\"; priority = 9; }"
edge
until_true "both next hops" eval '[ "$(count_of edge "next hop .*: up at")" -ge 2 ]'

{
	send INVITE sip:bob@example.com; echo "print ringing"; echo "expect 200 for INVITE within 30s"; echo "print answered"
	echo "expect nothing for 100ms"
} >"$T/caller.script"
talk caller contoso
wait_for caller ringing
until_true "the INVITE at the hop" grep -q '"method":"INVITE"' "$T/hop.jsonl"
sed -i "s|$hop_address;|$second_address;|" "$T/fedgate.conf"
reload
until_true "the new next hop" said edge "next hop sip:$second_address.*: up at"
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 20 >"$T/after.json"
is "answered 200" "$(number "$T/after.json" 200)" 20
is "at the new one" "$(at_hop second)" 20
is "at the old one" "$(at_hop)" 1
said edge 'no longer a next hop' && fail "the old connection is closed while an answer is due"
tell hop "answer $(sed -nE 's/.*"call_id":"([^"]+)".*/\1/p' "$T/hop.jsonl" | head -n 1) 200"
talked caller
wait_for edge 'no longer a next hop'
is "connections made to the one that stays" "$(count_of edge "next hop sip:$stays_address.*: up at")" 1
edge_stop
