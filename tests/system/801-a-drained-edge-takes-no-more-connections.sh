# drain: listeners are closed, who is connected is served on, a reload opens nothing again, status and the service
# manager are told; the edge ends only when it is stopped.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --silent INVITE
start manager "$TOOLS/manager" "$T/notify"
wait_for manager '^listening'
export NOTIFY_SOCKET="$T/notify"
edge
hop_is_up
{
	send INVITE sip:bob@example.com; echo "print ready"; echo "await $T/drained"
	echo call; send MESSAGE sip:bob@example.com; echo "expect 200 for MESSAGE"
	echo "print served"; echo "expect 200 for INVITE within 20s"; echo "expect close within 20s"
} >"$T/caller.script"
talk caller contoso
wait_for caller ready
until_true "the INVITE at the hop" grep -q '"method": *"INVITE"' "$T/hop.jsonl"
question drain >"$T/drain"
grep -q '^{"done":true,"what":"no new connections; 1 requests wait for their answer; ' "$T/drain" || fail "drain says: $(cat "$T/drain")"
nobody_comes_in()
{
	partner fabrikam --from sip:a@fabrikam.example --to sip:bob@example.com --wait 1 >"$T/late" 2>&1 && fail "$1: a new connection is taken"
	grep -qi refused "$T/late" || fail "$1: $(cat "$T/late")"
}
nobody_comes_in "drained"
wait_for manager 'STATUS=edge edge1.example.com is drained'
: >"$T/drained"
wait_for caller served
question status >"$T/status"
for words in '"state":"drained"' '"open":false' '"pending":1'; do
	grep -q "$words" "$T/status" || fail "status has no $words: $(cat "$T/status")"
done
question reload | grep -q '"done":true.*still drained' || fail "a reload does not say that the edge is drained"
nobody_comes_in "reloaded"
kill -0 "$edge_pid" || fail "it did not wait to be stopped"
question drain | grep -q '"done":true' || fail "drained twice"
tell hop "answer $(sed -nE '/"INVITE"/s/.*"call_id":"([^"]+)".*/\1/p' "$T/hop.jsonl" | head -n 1) 200"
edge_stop
talked caller
