# An allowed partner has no limit: all forwarded, none delayed, never watched. An entry
# with a rate of its own: that rate, paced and refused like any other, and nothing else.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='watch-list: { distinct-uris = 50; };
suspicion: { min-responses = 20; };
allow = ( { domain = "contoso.example"; },
	{ domain = "fabrikam.example"; rate = "30/s"; } );'
make_certs
nexthop hop --answer-user 'user1*=404'
edge
hop_is_up

partner contoso --connections 3 --from sip:a@contoso.example --to sip:user%d@example.com --count 600 --burst >"$T/free.json"
is "answered by the next hop" $(($(answered "$T/free.json" 200) + $(answered "$T/free.json" 404))) 600
is "forwarded" "$(at_hop)" 600
! grep -q '"partner":"contoso.example"' "$T/decisions.jsonl" || fail "there was a decision: $(grep contoso "$T/decisions.jsonl" | head -n 3)"
since=$(hop_time)

# 30 at once, 60 in the two seconds after.
partner fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 100 --burst --wait 4 >"$T/own.json"
is "of the entry's own rate, forwarded" $(($(answered "$T/own.json" 200) + $(answered "$T/own.json" 404))) 90
is "refused" "$(answered "$T/own.json" '503 rate-limit')" 10
kept_rate --limit 30 --period 0.97 --since $((since + 1)) "$T/hop.jsonl" || fail "over 30 in 0.97 s"
said edge 'fabrikam.example: refused .*rate-limit \(30/s, policy.conf:4\)' || fail "the log does not name the entry's line"
