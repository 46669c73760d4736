# For each row of the ladder: a partner is refused, and its Call-ID, or its domain and certificate, are
# enough for one explain to name the reason, the row, and the line of the policy.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"
. "$SOURCE/tests/system/explain.lib"

DNS_SET='wait = "1s";'
MORE_SET="dns: { resolver = \"$resolver\"; $DNS_SET };"
LISTS='allow = ( { domain = "fabrikam.example"; }, { domain = "limited.example"; rate = "2/s"; },
  { domain = "partner.example"; edge = "sip.contoso.example"; } );
block = ( { domain = "bad.example"; } );'
POLICY="federation: { discovery = true; };
limits: {
  rate = \"20/s\";
  max-delay = \"0s\";
};
watch-list: { distinct-uris = 5; };
$LISTS"
make_certs
for name in limited mixed northwind litware; do certs issue "$T" $name dns:$name.example; done
certs issue "$T" mixed dns:mixed.example dns:mail.bad.example
dns $(silence silent.contoso.example) $(srv it.contoso.example sip.contoso.example)
nexthop hop --answer-user 'nobody*=404'
edge
hop_is_up

# Row 1: the message itself.
refused "a foreign domain" contoso MESSAGE sip:eve@foreign.example sip:a@contoso.example 403 not-local
recorded not-local null
decides 1 refuse not-local null
asks --from sip:a@contoso.example --peer sip.contoso.example --to sip:eve@foreign.example
decides 1 refuse not-local null
refused "a REGISTER" contoso REGISTER sip:example.com sip:a@contoso.example 403 not-here
recorded not-here null
decides 1 refuse not-here null
asks --from sip:a@contoso.example --method REGISTER
decides 1 refuse not-here null
asks --from sip:a@contoso.example --to tel:+4930123456
decides 1 refuse bad-scheme null
refused "no hops left" contoso MESSAGE sip:bob@example.com sip:a@contoso.example 483 too-many-hops 's/^Max-Forwards.*/Max-Forwards: 0/'
recorded too-many-hops null
decides 1 refuse too-many-hops null
refused "a list of recipients" contoso MESSAGE sip:bob@example.com sip:a@contoso.example 403 not-here 's/^Content-Length/Require: recipient-list-invite\n&/'
recorded not-here null
decides 1 refuse not-here null
passes 2 3 4 5 6

# Row 2: the block list, by the source and by a name of the certificate.
refused "a blocked source" contoso MESSAGE sip:bob@example.com sip:a@it.bad.example 403 blocked-domain
recorded blocked-domain policy.conf:9
decides 2 refuse blocked-domain policy.conf:9
says 2 'it.bad.example, by the entry bad.example (policy.conf:9)'
asks --from sip:a@it.bad.example --peer sip.contoso.example
decides 2 refuse blocked-domain policy.conf:9
refused "a blocked name of the certificate" mixed MESSAGE sip:bob@example.com sip:a@mixed.example 403 blocked-domain
recorded blocked-domain policy.conf:9
asks --from sip:a@mixed.example --peer mail.bad.example
decides 2 refuse blocked-domain policy.conf:9
says 2 "the certificate's name mail.bad.example, by the entry bad.example (policy.conf:9)"

# Row 4: whose the source is.
refused "somebody else's domain" contoso MESSAGE sip:bob@example.com sip:a@fabrikam.example 403 source-unverified
recorded source-unverified policy.conf:7
decides 4 refuse source-unverified policy.conf:7
asks --from sip:a@fabrikam.example --peer sip.contoso.example
decides 4 refuse source-unverified policy.conf:7
asks --from sip:a@example.com --peer sip.contoso.example
decides 4 refuse source-unverified policy.conf:1
says 4 'example.com is a domain of ours: nobody outside speaks for it'
refused "DNS cannot tell" contoso MESSAGE sip:bob@example.com sip:a@silent.contoso.example 403 source-unknown
recorded source-unknown policy.conf:1
decides 4 refuse source-unknown policy.conf:1
asks --from sip:a@silent.contoso.example --peer sip.contoso.example
decides 4 refuse source-unknown policy.conf:1
asks --from sip:a@it.contoso.example --peer sip.contoso.example
decides 11 forward within-limits policy.conf:1
has '"verified_by":"dns"'

# Row 5: allowed, without a limit or with a rate of its own.
asks --from sip:f@fabrikam.example
decides 5 forward allowed policy.conf:7
says 5 'the entry fabrikam.example (policy.conf:7), without a limit'
has '"verified_by":"certificate"' '"class":"allowed"' '"status":null' '"remedy":null'
asks --from sip:a@partner.example --peer sip.contoso.example
decides 5 forward allowed policy.conf:8
has '"verified_by":"edge"'
asks --from sip:a@limited.example
decides 5 forward allowed policy.conf:7
passes 9

# Row 7 and 10: the watch list.
for n in 1 2 3 4 5; do admitted northwind sip:user$n@example.com sip:n@northwind.example; done
asks --from sip:n@northwind.example --to sip:user6@example.com
decides 10 refuse watch-list policy.conf:6
says 10 '5 of 5 distinct URIs in the last 1d; this one is new'
asks --from sip:n@northwind.example --to sip:user5@example.com
decides 11 forward within-limits policy.conf:1
says 10 '5 of 5 distinct URIs in the last 1d; this one is among them'
refused "a name too many" northwind MESSAGE sip:user6@example.com sip:n@northwind.example 403 watch-list
recorded watch-list policy.conf:6
decides 7 refuse watch-list policy.conf:6
has '"class":"watched"'
asks --from sip:n@northwind.example
decides 7 refuse watch-list policy.conf:6

# Row 9: the rate, usual or an entry's own.
refused_in_flood "the rate" contoso sip:a@contoso.example sip:bob@example.com 503 rate-limit policy.conf:3
refused_in_flood "an entry's own rate" limited sip:l@limited.example sip:bob@example.com 503 rate-limit policy.conf:7

# Row 8: who is suspicious has another rate.
law "limits: {
  suspicious-rate = \"1/h\";
  max-delay = \"0s\";
};
suspicion: { min-responses = 5; };"
partner litware --from sip:l@litware.example --to sip:nobody1@example.com --count 6 --window 1 >"$T/fails.json"
wait_for edge 'litware.example: now suspicious'
refused "a suspicious one" litware MESSAGE sip:bob@example.com sip:l@litware.example 503 rate-suspicious
recorded rate-suspicious policy.conf:2
decides 8 refuse rate-suspicious policy.conf:2
says_like 8 '^suspicious for [0-9.]+ s, and for another 59 m.*: [0-9]+ of [0-9]+ answers in the last 5m are failures.*[0-9]+ of 1 in the last 1h; the next slot comes in '
asks --from sip:l@litware.example
decides 8 refuse rate-suspicious policy.conf:2
law "limits: { suspicious-rate = \"1/m\"; max-delay = \"1m\"; };
suspicion: { min-responses = 5; };"
asks --from sip:l@litware.example
decides 8 delay paced policy.conf:1
passes 9 10

# Rows 8 and 9 observed: waived.
law "federation: { observe = true; };
limits: { suspicious-rate = \"1/h\"; max-delay = \"0s\"; };
suspicion: { min-responses = 5; };"
asks --from sip:l@litware.example
decides 8 forward rate-suspicious policy.conf:2 waived
has '"observe":true' '"status":null'

# Row 6: discovery is off. Row 3: federation is.
law "federation: {
  discovery = false;
};
$LISTS"
refused "a stranger" contoso MESSAGE sip:bob@example.com sip:a@contoso.example 403 not-allowed
recorded not-allowed policy.conf:2
decides 6 refuse not-allowed policy.conf:2
asks --from sip:a@contoso.example
decides 6 refuse not-allowed policy.conf:2
law "federation: { enabled = false; };
$LISTS"
refused "federation is off" fabrikam MESSAGE sip:bob@example.com sip:f@fabrikam.example 403 federation-off
recorded federation-off policy.conf:1
decides 3 refuse federation-off policy.conf:1
asks --from sip:f@fabrikam.example
decides 3 refuse federation-off policy.conf:1
