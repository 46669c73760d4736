# 20 answers 404 out of 30: from then on one message a second, and 503 rate-suspicious with Retry-After
# for what would wait too long. It survives SIGKILL. Other partners keep their rate.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "1000/s"; };'
make_certs
# All thirty are under way before the first answer comes.
nexthop hop --answer-user 'nobody*=404' --delay 700
edge
hop_is_up
one_a_second()
{
	since=$(hop_time)
	partner contoso --connections 2 --from sip:a@contoso.example --to sip:bob@example.com --count 10 --burst --wait 5 >"$T/after.json"
	within "of ten at once, forwarded $1" "$(answered "$T/after.json" 200)" 2 3
	is "refused $1" "$(answered "$T/after.json" '503 rate-suspicious')" $((10 - $(answered "$T/after.json" 200)))
	within "the longest Retry-After $1" "$(sed -nE 's/.*"retry_after":\{"min":[0-9]+,"max":([0-9]+)\}.*/\1/p' "$T/after.json")" 2 4
	kept_rate --limit 1 --period 0.97 --domain contoso.example --since $((since + 1)) "$T/hop.jsonl" || fail "over 1 in 0.97 s $1"
}

partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 10 --burst --wait 4 >"$T/good.json" &
good=$!
partner contoso --from sip:a@contoso.example --to sip:nobody%d@example.com --count 20 --burst --wait 4 >"$T/bad.json"
wait $good
is "good answers" "$(answered "$T/good.json" 200)" 10
is "failures" "$(answered "$T/bad.json" 404)" 20
wait_for edge 'contoso.example: now suspicious, was discovered'
one_a_second "when suspicious"
said edge 'contoso.example: refused MESSAGE from .*: rate-suspicious \(1/s, default\)' || fail "the log does not say why"
said edge 'contoso.example: delayed MESSAGE from .*: paced \(1/s, default\)' || fail "the log does not say which rate it waits for"
edge_crash
one_a_second "after a crash"
partner fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 40 --burst >"$T/other.json"
is "another partner's, forwarded at once" "$(answered "$T/other.json" 200)" 40
