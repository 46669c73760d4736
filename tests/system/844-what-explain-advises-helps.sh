# The remedy is one: for a partner that is refused, what explain says would change the answer does change it. An operator's
# decision is named like a line of the policy.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/explain.lib"

POLICY='watch-list: { distinct-uris = 3; };'
make_certs
nexthop
edge
hop_is_up
for n in 1 2 3; do admitted contoso sip:user$n@example.com sip:a@contoso.example; done
refused "a name too many" contoso MESSAGE sip:user4@example.com sip:a@contoso.example 403 watch-list
has 'fedgatectl release'
ctl release contoso.example >/dev/null
asks --call-id "call-$calls@test"
decides 11 forward within-limits default
recorded watch-list policy.conf:1
admitted contoso sip:user4@example.com sip:a@contoso.example

ctl block contoso.example --comment "ticket 7" >"$T/block"
refused "who is blocked at run time" contoso MESSAGE sip:bob@example.com sip:a@contoso.example 403 blocked-domain
has 'fedgatectl unblock'
row_is 2 decided
says_like 2 '^contoso.example, by the entry contoso.example \(operator'
printf %s "$EXPLAINED" | grep -q '"reason":"blocked-domain","rule":"operator' || fail "$asked: the rule is no operator's: $EXPLAINED"
ctl unblock contoso.example >/dev/null
asks --from sip:a@contoso.example
decides 11 forward within-limits default
ctl allow contoso.example >/dev/null
asks --from sip:a@contoso.example
row_is 5 decided
printf %s "$EXPLAINED" | grep -q '"verdict":"forward","status":null,"reason":"allowed","rule":"operator' || fail "$asked: not an operator's allow: $EXPLAINED"
