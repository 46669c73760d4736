# Who waits for an answer is not idle, at neither end of a request: the call that rings longer than idle-timeout is
# answered, and the slow partner is heard. When nothing is awaited any more, it ends.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='allow = ( { domain = "contoso.example"; } );'
MESSAGES_SET='idle-timeout = "1s";'
nexthop hop --silent INVITE
door=$(free_address)
INTERNAL_SET="listen = [ \"$door\" ];"
edge
hop_is_up

# They call us, and it rings for long.
{ send INVITE sip:bob@example.com; echo 'expect 200 within 8s'; echo 'expect close within 4s'; } >"$T/theirs.script"
talk theirs contoso
until_true "the INVITE inside" grep -q '"method":"INVITE"' "$T/hop.jsonl"
sleep 1.8
tell hop "answer $(sed -nE 's/.*"method":"INVITE".*"call_id":"([^"]+)".*/\1/p' "$T/hop.jsonl") 200"
talked theirs

# We ask them, by the connection that they made, and they take their time.
{ echo 'print here'; echo 'expect request MESSAGE within 8s'; echo 'expect nothing for 1800ms'; echo 'answer 200'; echo 'expect close within 4s'; } >"$T/carol.script"
{ FROM=sip:bob@example.com send MESSAGE sip:carol@contoso.example; echo 'expect 200 within 8s'; } >"$T/ours.script"
talk carol contoso
wait_for carol '^here'
"$TOOLS/partner" --connect "$door" --script "$T/ours.script" >"$T/ours.log" 2>&1 || fail "our user: $(cat "$T/ours.log")"
talked carol
[ "$(count_of edge 'ended: idle')" -ge 2 ] || fail "the connections did not end for being idle"
edge_stop
