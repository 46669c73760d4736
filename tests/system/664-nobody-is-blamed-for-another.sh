# Neither names nor failures are charged to whoever is only named in From: not a stranger's who says that he is
# contoso, and not those of a provider that may say so; contoso is neither watched nor suspicious.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "1000/s"; suspicious-rate = "1000/s"; };
watch-list: { distinct-uris = 30; };
suspicion: { min-responses = 10; };
providers = ( { name = "hosted"; edge = "fed.hosted.example"; domains = [ "*" ]; } );'
make_certs
certs issue "$T" evil dns:evil.example
certs issue "$T" hosted dns:fed.hosted.example
nexthop hop --answer-user 'nobody*=404'
edge
hop_is_up

partner evil --from sip:a@contoso.example --to sip:nobody%d@example.com --count 60 --window 5 >"$T/evil.json"
is "of the stranger's, refused" "$(answered "$T/evil.json" '403 source-unverified')" 60
is "of the stranger's, at the next hop" "$(at_hop)" 0
partner hosted --from sip:a@contoso.example --to sip:nobody%d@example.com --count 25 --window 5 >"$T/hosted.json"
is "of the provider's, failed" "$(answered "$T/hosted.json" 404)" 25
wait_for edge 'hosted/contoso.example: now suspicious'
partner hosted --from sip:a@contoso.example --to sip:other%d@example.com --count 10 --window 5 >"$T/more.json"
wait_for edge 'hosted/contoso.example: now watched'

partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 30 --window 5 >"$T/contoso.json"
is "of contoso's own, answered" "$(answered "$T/contoso.json" 200)" 30
said edge '[^/]contoso.example: now' && fail "contoso has another class"
edge_stop
