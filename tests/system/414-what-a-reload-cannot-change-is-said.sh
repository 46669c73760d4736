# The edge's name is changed by a reload, in the decision log too; what takes effect at the next
# start only is said, each by its setting.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
POLICY='block = ( { domain = "contoso.example"; } );'
edge
hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 403"; } | script contoso
sed -i 's/name = "edge1.example.com"/name = "edge2.example.com"/; s/ca = "\([^"]*\)"; *}/ca = "\1"; reuse-port = true; }/' "$T/fedgate.conf"
reload
said edge 'federation.reuse-port: takes effect at the next start' || fail "it does not say that the port stays as it is"
{ send MESSAGE sip:bob@example.com; echo "expect 403"; } | sed 's/{CALLID}/later/' | script contoso
later() { grep -q '"edge":"edge2.example.com".*"reason":"blocked-domain"' "$T/decisions.jsonl"; }
until_true "a decision of edge2" later
grep -q '"edge":"edge2.example.com","event":"policy"' "$T/decisions.jsonl" || fail "the reload is told of the old name"
edge_stop
