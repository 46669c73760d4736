# A request from inside without our token gets 403 not-here, one with a bad token 403
# bad-route, one for a partner that has gone 480; nobody is called back whom the policy
# blocks, or allows no longer.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --raw
edge
hop_is_up
outward() # ROUTE-LINE
{
	tell hop "send <<END
MESSAGE sip:a@contoso.example SIP/2.0
Via: SIP/2.0/TCP {LOCAL};branch={BRANCH}
$1Max-Forwards: 70
From: <sip:bob@example.com>;tag=1
To: <sip:a@contoso.example>;tag=2
Call-ID: outward
CSeq: 1 MESSAGE
Content-Length: 0

END"
}
{
	send INVITE sip:bob@example.com; echo "expect 200"; further ACK; echo "print talking"
	echo "await $T/over"; echo "expect nothing for 100ms"
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
answer() { until_true "an answer $1 $2" grep -q "SIP/2.0 $1 .*$2" "$T/hop.jsonl"; }
outward ""
answer 403 not-here
outward "Route: <sip:edge1.example.com;lr;fg=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA>
"
answer 403 bad-route
outward "Route: <sip:evil.example;lr>
"
until_true "two answers not-here" eval '[ "$(grep -c not-here "$T/hop.jsonl")" -eq 2 ]'
# A good token in a dialog that it is not of.
outward "{DIALOG-ROUTE}
"
until_true "two answers bad-route" eval '[ "$(grep -c bad-route "$T/hop.jsonl")" -eq 2 ]'

printf 'block = ( { domain = "contoso.example"; } );\n' >"$T/policy.conf"
reload
tell hop bye
answer 403 blocked-domain
printf 'federation: { discovery = false; };\n' >"$T/policy.conf"
reload
tell hop bye
answer 403 not-allowed
: >"$T/policy.conf"
reload
: >"$T/over"
talked caller
wait_for edge 'ended: closed by the peer'
tell hop bye
answer 480 partner-gone
edge_stop
