# An internal listener with TLS: only a certificate of internal.peers speaks there. Where
# the sides differ there are two Record-Routes, and a dialog works both ways through them.
. "$SOURCE/tests/system/lib.sh"

make_certs
door=$(free_address)
nexthop hop --cert "$T/director.pem" --key "$T/director.key" --ca "$T/ca.pem" --edge "$door"
HOPS="{ uri = \"sips:$hop_address\"; name = \"director1.example.com\"; }"
INTERNAL_SET="listen = [ \"$door\" ]; certificate = \"$T/edge.pem\"; key = \"$T/edge.key\"; ca = \"$T/ca.pem\";
	peers = [ \"director1.example.com\" ]; record-route = \"inner.example.com\";"
FEDERATION_SET='name = "outer.example.com";'
edge
hop_is_up
{
	send INVITE sip:bob@example.com
	echo 'expect 200 header Record-Route matches inner.example.com:.*outer.example.com:'
	further ACK | sed 's/{ROUTE}/Route: <{OUTER}>\nRoute: <{INNER}>/; 1i set-from INNER Record-Route ^<([^>]+)>\nset-from OUTER Record-Route <(sip:outer[^>]+)>'
	echo "print talking"
	echo 'expect request INVITE header Route absent header Via matches outer.example.com'; echo "answer 200"
	echo 'expect request ACK'
	further BYE | sed 's/{ROUTE}/Route: <{OUTER}>\nRoute: <{INNER}>/'
	echo 'expect 200 for BYE'
} | sed '/^expect request ACK$/d' >"$T/caller.script"
talk caller contoso
wait_for caller talking
until_true "the ACK" grep -q '"method":"ACK"' "$T/hop.jsonl"
tell hop "request INVITE"
talked caller
is "those with a Route" "$(grep '"method"' "$T/hop.jsonl" | grep -vc '"routes":\[\]')" 0
grep '"method":"INVITE"' "$T/hop.jsonl" | grep -qE '"record_routes":\["<sip:inner.example.com:'"${door##*:}"'[^"]*","<sip:outer.example.com:' ||
	fail "the Record-Routes: $(head -n 1 "$T/hop.jsonl")"
grep -q '"status":200' "$T/hop.jsonl" || fail "the partner's answer did not come home"
said edge 'internal: listening on' || fail "no internal listener"

# Another certificate of the same CA has no say there, nor has none.
"$TOOLS/partner" --connect "$door" --cert "$T/contoso.pem" --key "$T/contoso.key" --ca "$T/ca.pem" --to sip:a@contoso.example --wait 2 >"$T/no" 2>&1 || true
wait_for edge 'connection from .*: the certificate is of none of internal.peers'
sleep 0.2
"$TOOLS/partner" --connect "$door" --tls --ca "$T/ca.pem" --to sip:a@contoso.example --wait 2 >"$T/no" 2>&1 || true
wait_for edge 'connection from .*: no certificate'
edge_stop
