# A request from inside for a domain of ours gets 403 not-here, one with a bad token 403
# bad-route; a foreign Route leads nowhere, the domain does; nobody is called or called back whom
# the policy blocks, or allows no longer, and nobody who cannot be found.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --raw
edge
hop_is_up
outward() # ROUTE-LINE [URI]
{
	tell hop "send <<END
MESSAGE ${2:-sip:a@contoso.example} SIP/2.0
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
	echo 'expect request MESSAGE within 20s header Route absent'; echo 'answer 200'
	echo "await $T/over"; echo "expect nothing for 100ms"
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
answer() { until_true "an answer $1 $2" grep -qE "SIP/2.0 $1 .*$2" "$T/hop.jsonl"; }
outward "" sip:a@example.org
answer 403 not-here
outward "Route: <sip:edge1.example.com;lr;fg=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA>
"
answer 403 bad-route
outward "Route: <sip:evil.example;lr>
"
until_true "the partner's answer" grep -q 'SIP/2.0 200 .*CSeq: 1 MESSAGE' "$T/hop.jsonl"
# A good token in a dialog that it is not of.
outward "{DIALOG-ROUTE}
"
until_true "two answers bad-route" eval '[ "$(grep -c bad-route "$T/hop.jsonl")" -eq 2 ]'

printf 'block = ( { domain = "contoso.example"; } );\n' >"$T/policy.conf"
reload
tell hop bye
answer 403 blocked-domain
outward ""
until_true "two answers blocked-domain" eval '[ "$(grep -c "SIP/2.0 403 .*blocked-domain" "$T/hop.jsonl")" -eq 2 ]'
grep 'SIP/2.0 403 .*blocked-domain' "$T/hop.jsonl" | grep -q 'ms-diagnostics: 38014;reason=.*;source=.*edge1.example.com' || fail "the answer does not say who refuses"
wait_for edge '^[^ ]* contoso.example: refused BYE from .*: blocked-domain \(policy.conf:1\)'
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
answer 504 '(no-route|dns-unknown|partner-unreachable)'
# Nor is anybody sought whom the policy allows no longer.
printf 'federation: { discovery = false; };\n' >"$T/policy.conf"
reload
tell hop bye
until_true "two answers not-allowed" eval '[ "$(grep -c "SIP/2.0 403 .*not-allowed" "$T/hop.jsonl")" -eq 2 ]'
edge_stop
