# A question is a line, an answer JSON: what the edge is and does, a reload with what it changed or every complaint.
# The socket of a dead edge is replaced, that of a living one and any other file never; a clean stop removes it.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
POLICY='allow = ( { domain = "contoso.example"; } );'
edge
hop_is_up
is "the first line of an answer" "$(question status | head -n 1)" ok
# status_has ERE
status_has() { question status >"$T/status"; grep -qE -- "$1" "$T/status"; }
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
{ FROM=sip:f@spim.example send MESSAGE sip:bob@example.com; echo "expect 403"; } | script fabrikam
for words in '"edge":"edge1.example.com"' '"version":"[0-9.]+"' '"uptime":[0-9.]+' '"state":"serving"' \
	'"policy":\{"file":"[^"]*/policy.conf","digest":"[0-9a-f]{12}","loaded":"20[^"]*Z","allows":1,"blocks":0' \
	"\"side\":\"federation\",\"address\":\"$address\",\"tls\":true,\"open\":true" '"pending":0' \
	'"store":\{"kind":"memory","state":"good","trouble":null,"address":null,"since":null' \
	"\"uri\":\"sip:$hop_address;transport=tcp\",\"up\":true,\"pending\":0" \
	'"verdict":"forward","reason":"allowed","count":1' '"verdict":"refuse","reason":"source-unverified","count":1'; do
	status_has "$words" || fail "status has no $words: $(cat "$T/status")"
done

# A reload says what it changed.
write_law() { printf '%s\n' "$1" >"$T/policy.conf"; }
write_law 'block = ( { domain = "contoso.example"; }, { domain = "spim.example"; } );'
question reload >"$T/reload"
grep -q '^{"done":true,"what":".*policy.conf: digest [0-9a-f]\{12\} (was [0-9a-f]\{12\}); allow 0 (was 1), block 2 (was 0), providers 0 (was 0); .*fedgate.conf: unchanged","complaints":\[\]}$' "$T/reload" ||
	fail "the reload says: $(cat "$T/reload")"
{ send MESSAGE sip:bob@example.com; echo "expect 403"; } | script contoso
write_law 'allow = ( { domian = "contoso.example"; } );'
question reload >"$T/reload"
is "the first line of a refusal" "$(head -n 1 "$T/reload")" no
grep -q '^{"done":false,"what":"the running configuration and policy are unchanged","complaints":\[".*policy.conf:1: .*domian.*did you mean \\"domain\\"?"' "$T/reload" ||
	fail "the reload says: $(cat "$T/reload")"
said edge 'console: [^ ]+ \(uid [0-9]+\): reload: .*policy.conf: digest' || fail "nobody is said to have reloaded"
said edge 'console: [^ ]+ \(uid [0-9]+\): reload: refused: ' || fail "nobody is said to have tried"
grep -q '"event":"operator","who":"[^"]*","uid":[0-9]*,"asked":"reload","what":".*","done":true' "$T/decisions.jsonl" ||
	fail "the decision log does not tell who reloaded"
write_law "$POLICY"

# Wrong words are answered with the right ones.
is "an answer to a slip" "$(question sttaus)" 'usage no command "sttaus": did you mean "status"?'
is "an answer to too many words" "$(question 'status now')" 'usage too many words; usage: status'

# The place is taken: the other edge goes on without.
mkdir "$T/other"
sed "s|$T/state|$T/other/state|; s|$T/decisions|$T/other/decisions|" "$T/fedgate.conf" >"$T/other.conf"
start other $EDGE_UNDER "$BUILD/fedgated" -c "$T/other.conf"
wait_for other 'console: .*/console.sock: another process listens there: .*; the edge goes on without its console'
wait_for other 'edge .* is ready'
kill -TERM "$other_pid"; wait "$other_pid" || fail "an edge without its console does not stop well"
status_has '"state":"serving"' || fail "the console of a living edge was taken away"

kill -KILL "$edge_pid"; wait "$edge_pid" 2>/dev/null || true
[ -S "$T/console.sock" ] || fail "there is no socket of a dead edge to be replaced"
edge_again
status_has '"state":"serving"' || fail "the socket of a dead edge was not replaced"

# With another path, by a reload; without one that can be made it goes on with the old one.
sed -i "s|$T/console.sock|$T/moved.sock|" "$T/fedgate.conf"
reload
[ ! -e "$T/console.sock" ] || fail "the old socket stays"
printf 'status\n' | "$TOOLS/ask" "$T/moved.sock" | grep -q '"state":"serving"' || fail "nobody answers at the new place"
sed -i "s|$T/moved.sock|$T/none/console.sock|" "$T/fedgate.conf"
reload
wait_for edge 'console: .*/none/console.sock: .*No such file or directory.*; the edge goes on without'
echo precious >"$T/file"
sed -i "s|$T/none/console.sock|$T/file|" "$T/fedgate.conf"
reload
wait_for edge 'console: .*/file: there is something else than a socket'
is "the file in its place" "$(cat "$T/file")" precious
printf 'status\n' | "$TOOLS/ask" "$T/moved.sock" | grep -q '"state":"serving"' || fail "the old console has gone"
rm -f "$T/moved.sock"
sed -i "s|socket = \"$T/file\"|socket = \"$T/moved.sock\"|" "$T/fedgate.conf"
reload
printf 'status\n' | "$TOOLS/ask" "$T/moved.sock" | grep -q '"state":"serving"' || fail "a socket that was removed is not made again"

# Without one at all, and with one again.
sed -i "s|socket = \"$T/moved.sock\"|socket = \"\"|" "$T/fedgate.conf"
reload
[ ! -e "$T/moved.sock" ] || fail "a console that is not wished for any more stays"
sed -i "s|socket = \"\"|socket = \"$T/moved.sock\"|" "$T/fedgate.conf"
reload
[ -S "$T/moved.sock" ] || fail "there is no console again"
edge_stop
[ ! -e "$T/moved.sock" ] || fail "a clean stop leaves the socket"
