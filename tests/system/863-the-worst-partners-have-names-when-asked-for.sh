# With metrics.partners = 2 the two partners with most refusals are named with exact counts, and nobody else; 0
# by a reload, and nobody is.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/metrics.lib"

POLICY='limits: { max-delay = "0s"; }; block = ( { domain = "spim.example"; } );'
METRICS_SET='partners = 2;'
with_metrics
make_certs
certs issue "$T" spim dns:spim.example
nexthop
edge
hop_is_up
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --burst >"$T/flood.json"
partner spim --from sip:s@spim.example --to sip:bob@example.com --count 40 >"$T/spim.json"
partner fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 21 --burst >"$T/some.json"

refused() { value "fedgate_partner_refused_total{partner=\"$1\"}"; }
scrape
is "of the flooder" "$(refused contoso.example)" "$(answered "$T/flood.json" '503 rate-limit')"
is "of the blocked one" "$(refused spim.example)" 40
is "of another" "$(refused fabrikam.example)" ""
is "all that have names" "$(grep -c 'partner="' "$T/page")" 2
sed -i 's/partners = 2;/partners = 0;/' "$T/fedgate.conf"
reload
scrape
is "names" "$(grep -c '\.example"' "$T/page" || true)" 0
edge_stop
