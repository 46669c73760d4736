# A stranger's 100 requests at once and then a steady 30/s for 10 s: never more
# than 20 in a second at the next hop, hardly a slot unused, the rest refused with 503,
# Retry-After and Reason. The same from three connections, and from sub-domains.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs issue "$T" wide "dns:*.contoso.example" dns:contoso.example
nexthop
edge
hop_is_up

partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --burst --wait 4 >"$T/burst.json" ||
	fail "the burst: $(cat "$T/burst.json")"
sleep 1
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 300 --rate 30/s --wait 4 >"$T/steady.json"
# As seen by the next hop: its clock and ours are the same, the turn of two loops is the slack.
kept_rate --limit 20 --period 0.97 --domain contoso.example "$T/hop.jsonl" || fail "over 20 in 0.97 s"
is "of the burst, forwarded at once and by pacing" "$(number "$T/burst.json" 200)" 60
is "of the burst, refused" "$(number "$T/burst.json" 503)" 40
grep -q '"503 rate-limit"\|"rate-limit"' "$T/burst.json" || fail "the Reason is not rate-limit: $(cat "$T/burst.json")"
within "of the steady 30/s, forwarded" "$(number "$T/steady.json" 200)" 236 245
said edge 'contoso.example: refused MESSAGE from .*: rate-limit \(20/s, default\)' || fail "the log does not say who, what, why, which line"
