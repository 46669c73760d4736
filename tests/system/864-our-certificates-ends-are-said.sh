# A certificate of ours that ends soon, or has ended, is said at the start and at each reload with its file, its subject
# and the remedy; the metric tells the one that is shown, not the one that is in the file by now.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/metrics.lib"

with_metrics
make_certs
certs issue "$T" edge dns:edge1.example.com days:12
certs issue "$T" inner dns:edge1.example.com days:-3
INTERNAL_SET="listen = [ \"127.0.0.1:0\" ]; certificate = \"$T/inner.pem\"; key = \"$T/inner.key\"; ca = \"$T/ca.pem\"; peers = [ \"director1.example.com\" ];"
nexthop
edge
hop_is_up
is "the one that ends" "$(count_of edge "federation: our certificate $T/edge.pem \(CN=edge\) ends in 1[12] days, at 20.*Z: put a new one there, then reload")" 1
is "the one that has" "$(count_of edge "internal: our certificate $T/inner.pem \(CN=inner\) ended at 20.*Z: others refuse us: put a new one there, then reload")" 1
days() { value "fedgate_certificate_expiry_seconds{listener=\"$1\"}" | awk '{ printf "%.2f\n", $1 / 86400 }'; }
scrape
within "days left of the one" "$(days federation)" 11.9 12
within "days left of the other" "$(days internal)" -3.1 -3

certs issue "$T" edge dns:edge1.example.com days:90
scrape
within "days left of what is shown still" "$(days federation)" 11.9 12
reload
is "said of the new one" "$(count_of edge 'federation: our certificate')" 1
is "said again of the other" "$(count_of edge 'internal: our certificate')" 2
scrape
within "days left now" "$(days federation)" 89.9 90
edge_stop
