# Hundreds of questions about a partner that is one name, or one message, from its limit: counters, sets, the
# journal, totals and the decision log are as they were, and the next messages fare as without.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/explain.lib"

POLICY='limits: { rate = "5/h"; max-delay = "0s"; };
watch-list: { distinct-uris = 4; };'
make_certs
nexthop
edge
hop_is_up
admitted contoso sip:user1@example.com sip:a@contoso.example
admitted contoso sip:user2@example.com sip:a@contoso.example
admitted contoso sip:user3@example.com sip:a@contoso.example
admitted fabrikam sip:user1@example.com sip:f@fabrikam.example

before="$(cksum "$T"/state.journal "$T"/decisions.jsonl; ctl --json status | grep -o '"totals".*')"
for turn in $(seq 100); do
	asks --from sip:a@contoso.example --to "sip:name$turn@example.com"
	decides 11 forward within-limits default
	asks --from sip:f@fabrikam.example --to "sip:name$turn@example.com" --method INVITE
	asks --from "sip:x@stranger$turn.example"
done
asks --from sip:a@contoso.example --to sip:user3@example.com
says 10 '3 of 4 distinct URIs in the last 1d; this one is among them'
says 9 '3 of 5 in the last 1h'
is "what is kept and told" "$(cksum "$T"/state.journal "$T"/decisions.jsonl; ctl --json status | grep -o '"totals".*')" "$before"

admitted contoso sip:user4@example.com sip:a@contoso.example     # the fourth name
admitted contoso sip:user4@example.com sip:a@contoso.example     # the fifth message
refused "the sixth" contoso MESSAGE sip:user4@example.com sip:a@contoso.example 503 rate-limit
decides 9 refuse rate-limit policy.conf:1
says_like 9 '^5 of 5 in the last 1h; the next slot comes in (59 m [0-9]+ s|1 h), but no message waits longer than 0.0 s, and 64 at most wait$'
is "who is known" "$(ctl --json status | grep -o '"partners":[0-9]*,"restricted":[0-9]*')" '"partners":2,"restricted":0'
edge_stop
