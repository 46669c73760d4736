# What a partner answers to a request from inside: at most 100 provisional answers of one request go in, and behind
# them the first final one all the same, and at most 100 more of an INVITE's 2xx. While the next hop does not read, the
# partner is not read either, so that the next hop's connection, which serves all partners, stays and memory is bounded.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; } );'
nexthop
# What a sanitizer keeps back of freed memory is not what is measured here.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"
edge
hop_is_up
memory() { sed -nE 's/^VmRSS:[^0-9]*([0-9]+) kB/\1/p' "/proc/$edge_pid/status"; }
rings() { grep -c '"status":180' "$T/hop.jsonl" || true; }

# talking NAME: the beginning of a call that stays.
talking() { send INVITE sip:bob@example.com; echo 'expect 200'; further ACK; echo "print talking"; }
{
	talking
	for i in 1 2 3 4 5 6; do echo 'expect request INVITE within 20s'; echo 'repeat 90 answer 180 "X: {PAD:50000}"'; done
	echo 'print sent'; echo 'flush within 2s'
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
until_true "the ACK" grep -q '"method":"ACK"' "$T/hop.jsonl"
before=$(memory)
for i in 1 2 3 4 5 6; do echo "request INVITE"; done >"$T/orders"
cat "$T/orders" >"$T/hop.control"
wait_for hop '^ok'
until_true "six orders carried out" eval '[ "$(count_of hop "^ok")" -ge 6 ]'
kill -STOP "$hop_pid"
wait_for caller sent
wait "$caller_pid" && fail "27 MB were read although the next hop does not read"
said caller 'could not be sent' || fail "the partner says: $(cat "$T/caller.log")"
within "kB more in memory" $(($(memory) - before)) -100000 12000
kill -CONT "$hop_pid"
partner fabrikam --from sip:a@fabrikam.example --to sip:bob@example.com --count 20 --rate 20/s --wait 5 >"$T/bystander.json"
is "of the bystander's, answered" "$(number "$T/bystander.json" 200)" 20
is "times that the next hop came up" "$(count_of edge 'next hop .*: up at')" 1
within "answers that went in" "$(rings)" 1 539

had=$(rings)
{ talking; echo 'expect request INVITE within 20s'; echo 'repeat 200 answer 180'; echo 'expect close within 5s'; } >"$T/ringer.script"
: >"$T/ringer.log"
talk ringer contoso
wait_for ringer talking
until_true "the second ACK" eval '[ "$(grep -c "\"method\":\"ACK\"" "$T/hop.jsonl")" -ge 2 ]'
tell hop "request INVITE"
talked ringer
is "answers of one request that went in" $(($(rings) - had)) 100
said edge '100 responses that nobody asked for' || fail "the log does not say why"

# However long it rang, who takes the call has it.
{
	talking; echo 'expect request INVITE within 20s'
	echo 'repeat 130 answer 180'; echo 'repeat 121 answer 200'; echo 'answer 486'; echo 'expect nothing for 200ms'
} >"$T/taker.script"
talk taker contoso
wait_for taker talking
until_true "the third ACK" eval '[ "$(grep -c "\"method\":\"ACK\"" "$T/hop.jsonl")" -ge 3 ]'
had=$(rings)
taken() { grep -c '"status":200' "$T/hop.jsonl" || true; }
had_taken=$(taken)
tell hop "request INVITE"
talked taker
until_true "the last answer that went in" eval '[ "$(taken)" -ge $((had_taken + 101)) ]'
is "provisional answers of who took it that went in" $(($(rings) - had)) 100
is "successes of one request that went in" $(($(taken) - had_taken)) 101
edge_stop
said edge 'total: responses unasked: 150' || fail "they are not counted: $(grep total: "$T/edge.log")"
