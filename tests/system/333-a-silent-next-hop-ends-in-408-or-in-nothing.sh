# A silent next hop: an INVITE gets 408 after answer-timeout, a later 2xx still passes; one
# that rang gets 408 after ring-timeout and a CANCEL goes onward, whose 487 the edge acknowledges itself; any other
# request is forgotten and counted, and its late answer dropped.
. "$SOURCE/tests/system/lib.sh"

make_certs
MESSAGES_SET='answer-timeout = "1s"; ring-timeout = "2s";'
nexthop silent --silent INVITE --silent MESSAGE --silent CANCEL
nexthop rings --ring --silent INVITE
POLICY='allow = ( { domain = "contoso.example"; } );'
call_at() { sed -nE 's/.*"method":"INVITE".*"call_id":"([^"]+)".*/\1/p' "$T/$1.jsonl" | head -n 1; }

HOPS="{ uri = \"sip:$silent_address;transport=tcp\"; }"
edge
hop_is_up
{
	send INVITE sip:bob@example.com
	echo 'expect 408 for INVITE header Reason matches next-hop-silent within 10s'
	send ACK sip:bob@example.com
	echo "print refused"
	echo "expect 200 for INVITE within 20s"
	further ACK
	echo "expect nothing for 100ms"; echo call
	send MESSAGE sip:bob@example.com; echo "expect nothing for 2s"
} >"$T/caller.script"
talk caller contoso
wait_for caller refused
tell silent "answer $(call_at silent) 200"
talked caller
grep -q '"method":"CANCEL"' "$T/silent.jsonl" && fail "a CANCEL before any provisional answer"
is "ACKs onward: only that of the 2xx" "$(grep -c '"method":"ACK"' "$T/silent.jsonl")" 1
edge_stop
said edge 'total: refuse next-hop-silent: 1$' || fail "not counted: $(grep total: "$T/edge.log")"
said edge 'total: responses none: 1$' || fail "the MESSAGE is not counted: $(grep total: "$T/edge.log")"

HOPS="{ uri = \"sip:$rings_address;transport=tcp\"; }"
edge
hop_is_up
{
	send INVITE sip:bob@example.com
	echo 'expect 180 for INVITE'
	echo 'expect 408 for INVITE header Reason matches next-hop-silent within 10s'
	send ACK sip:bob@example.com
	echo "expect nothing for 300ms"
} | script contoso
until_true "a CANCEL at the next hop" grep -q '"method":"CANCEL"' "$T/rings.jsonl"
until_true "the ACK of the 487" grep -q '"method":"ACK".*"acknowledges":487' "$T/rings.jsonl"
is "ACKs onward" "$(grep -c '"method":"ACK"' "$T/rings.jsonl")" 1
is "Via branches of INVITE, CANCEL and ACK" "$(sed -nE '/"method":"(INVITE|CANCEL|ACK)"/s/.*(branch=z9hG4bKfg[0-9a-f.]+).*/\1/p' "$T/rings.jsonl" | sort -u | wc -l)" 1
edge_stop
