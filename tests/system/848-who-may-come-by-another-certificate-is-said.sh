# Who is asked about by domain alone may come as a tenant of a provider, or by the edge of an allow entry, and fare
# otherwise: explain names these certificates. What it advises fits the case: nobody outside can prove a domain of ours,
# nor an address, and who has blocked a domain knows where to take the block away.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/explain.lib"

POLICY='watch-list: { distinct-uris = 3; };
allow = ( { domain = "northwind.example"; edge = "edge.hosted.example"; }, { domain = "own.example"; } );
block = ( { domain = "bad.example"; } );
providers = ( { name = "uc"; edge = "sipfed.uc.example"; domains = [ "*" ]; }, { name = "one"; edge = "sip.one.example"; domains = [ "two.example" ]; } );'
make_certs
certs issue "$T" uc dns:sipfed.uc.example
nexthop
edge
hop_is_up
partner uc --from sip:n@tenant.example --to sip:user%d@example.com --count 4 --window 1 >"$T/names.json"
is "the tenant's fourth name" "$(answered "$T/names.json" '403 watch-list')" 1
asks --from sip:a@tenant.example
has '"verdict":"forward"' '"partner":"tenant.example"' '"other_peers":["sipfed.uc.example"]'
ctl explain --from sip:a@tenant.example >"$T/text"
grep -qE '^or with --peer +sipfed.uc.example$' "$T/text" || fail "the text: $(cat "$T/text")"
head -n 1 "$T/text" | grep -qx 'now' || fail "the text begins with: $(head -n 2 "$T/text")"
asks --from sip:a@tenant.example --peer sipfed.uc.example
has '"verdict":"refuse"' '"partner":"uc/tenant.example"' '"other_peers":[]'
asks --from sip:a@two.example
has '"other_peers":["sipfed.uc.example","sip.one.example"]'
asks --from sip:a@northwind.example
has '"class":"discovered"' '"other_peers":["edge.hosted.example"]'
asks --from sip:a@own.example
has '"class":"allowed"' '"other_peers":[]'

asks --from sip:a@example.com
has '"reason":"source-unverified"' '"other_peers":[]' '"remedy":"The partner must put a domain of its own into From;'
asks --from 'sip:a@[2001:db8::1]'
has '"reason":"source-unverified"' '"remedy":"The partner must put a domain of its own into From: an address'
asks --from sip:a@stranger.example --peer sip.contoso.example
has '"reason":"source-unverified"' '"remedy":"The certificate must name the source domain'
asks --from sip:a@it.bad.example
has '"rule":"policy.conf:3"' '"remedy":"Take the block out of the policy file and reload'
ctl block contoso.example >"$T/said"
asks --from sip:a@contoso.example
has '"rule":"operator:' '"remedy":"`fedgatectl unblock` ends' '`fedgatectl decisions` says since when and why'
asks --from sip:a@example.com --to sip:a@contoso.example
has '"direction":"out"' '"other_peers":[]' '"remedy":"`fedgatectl unblock` ends'
documented explain --from sip:a@two.example
edge_stop
