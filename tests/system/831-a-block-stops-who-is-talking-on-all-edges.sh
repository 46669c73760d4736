# A partner talks, and our users with it: block on another edge ends both at once, also in the dialog; unblock gives
# both back. A longer allow entry of the file does not help it.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

ctl_at() { k=$1; shift; "$BUILD/fedgatectl" -s "$T/edge$k.d/console.sock" "$@"; }

make_certs
POLICY='allow = ( { domain = "sip.contoso.example"; }, { domain = "fabrikam.example"; } );'
nexthop hop --raw
redis_start
edges 2
at 1
{
	send INVITE sip:bob@example.com; echo "expect 200"; further ACK; echo "print talking"
	echo 'expect request INFO within 20s'; echo 'answer 200'
	echo "await $T/blocked"
	FROM=sip:a@contoso.example send MESSAGE sip:bob@example.com; echo 'expect 403 header Reason matches "blocked-domain"'
	FROM=sip:a@sip.contoso.example send MESSAGE sip:bob@example.com; echo 'expect 403 header Reason matches "blocked-domain"'
	echo "print refused"; echo "await $T/open"
	FROM=sip:a@contoso.example send MESSAGE sip:bob@example.com; echo 'expect 200'
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
inward() { tell hop "request INFO"; } # to the partner, in the dialog
outward() # to the partner, outside of it
{
	tell hop "send <<END
MESSAGE sip:a@contoso.example SIP/2.0
Via: SIP/2.0/TCP {LOCAL};branch={BRANCH}
Max-Forwards: 70
From: <sip:bob@example.com>;tag=1
To: <sip:a@contoso.example>
Call-ID: out$1
CSeq: $1 MESSAGE
Content-Length: 0

END"
}
heard() { until_true "$1 for $2" grep -qE "SIP/2.0 $1 .*CSeq: $2" "$T/hop.jsonl"; }
inward
heard 200 "[0-9]+ INFO"
ctl_at 2 block contoso.example --comment "they harvest" >"$T/block"
grep -q '^contoso.example is blocked, both ways; policy.conf:1, which allows sip.contoso.example, gives way$' "$T/block" || fail "block says: $(cat "$T/block")"
wait_for edge1 'contoso.example: block, of operator .* at edge2.example.com: they harvest'
: >"$T/blocked"
wait_for caller refused
inward
heard 403 "[0-9]+ INFO"
outward 13
heard 403 "13 MESSAGE"
is "edge 2" "$(one 2 contoso.example)" "403 blocked-domain"
is "who is not blocked" "$(one 2 fabrikam.example)" 200
grep -q '"reason":"blocked-domain","rule":"operator:' "$T/edge1.d/decisions.jsonl" || fail "the decision log does not name the operator as the rule"
ctl_at 1 unblock contoso.example
wait_for edge2 'contoso.example: unblock, of operator .* at edge1.example.com'
: >"$T/open"
talked caller
is "edge 2, unblocked" "$(one 2 contoso.example)" 200
edges_stop
