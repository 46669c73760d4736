# SIGTERM: no new connections, what is under way is finished, exit 0; drain-timeout bounds
# it, and a second SIGTERM ends it at once.
. "$SOURCE/tests/system/lib.sh"

make_certs
MESSAGES_SET='drain-timeout = "30s";'
nexthop hop --silent INVITE
edge
hop_is_up
{ send INVITE sip:bob@example.com; echo "print sent"; echo "expect 200 within 20s"; } >"$T/caller.script"
talk caller contoso
until_true "the INVITE at the hop" eval '[ "$(at_hop)" -eq 1 ]'
kill -TERM "$edge_pid"
wait_for edge 'stopping: no new connections; 1 requests? waits? for'
partner fabrikam --from sip:a@fabrikam.example --to sip:bob@example.com --wait 1 >"$T/late" 2>&1 && fail "a new connection is taken"
sleep 1
kill -0 "$edge_pid" || fail "it did not wait"
tell hop "answer $(sed -nE 's/.*"call_id":"([^"]+)".*/\1/p' "$T/hop.jsonl" | head -n 1) 200"
talked caller
wait "$edge_pid" || fail "it did not exit 0"

# left_alone: starts, and leaves a call that nobody answers.
left_alone()
{
	edge
	hop_is_up
	had=$(at_hop)
	{ send INVITE sip:bob@example.com; echo "expect close within 20s"; } >"$T/caller.script"
	talk caller contoso
	until_true "the INVITE at the hop" eval '[ "$(at_hop)" -gt "$had" ]'
	begun=$(date +%s)
	kill -TERM "$edge_pid"
	wait_for edge 'stopping: '
}
ended() { wait "$edge_pid" || fail "it did not exit 0"; within "seconds until the end" $(($(date +%s) - begun)) "$1" "$2"; talked caller; }

left_alone
kill -TERM "$edge_pid"
ended 0 8
MESSAGES_SET='drain-timeout = "2s";'
left_alone
ended 1 10
said edge 'edge edge1.example.com has stopped' || fail "the last word is missing"

# Nothing under way: at once, with open connections too.
MESSAGES_SET='drain-timeout = "60s";'
edge
hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "expect close within 20s"; } >"$T/caller.script"
talk caller contoso
wait_for caller ready
begun=$(date +%s)
kill -INT "$edge_pid"
ended 0 8
