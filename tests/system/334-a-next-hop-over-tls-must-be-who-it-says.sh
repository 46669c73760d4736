# A TLS next hop is believed when its certificate matches its name, and never otherwise:
# a wrong name, a wrong CA; it demands our certificate in turn.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs ca "$T" other
certs issue "$T" impostor --ca other dns:director1.example.com
nexthop hop --cert "$T/director.pem" --key "$T/director.key" --ca "$T/ca.pem"
nexthop fake --cert "$T/impostor.pem" --key "$T/impostor.key"
INTERNAL_SET="certificate = \"$T/edge.pem\"; key = \"$T/edge.key\"; ca = \"$T/ca.pem\";"

HOPS="{ uri = \"sips:$hop_address\"; name = \"director1.example.com\"; }"
edge
hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
grep -q '"vias":\["SIP/2.0/TLS edge1.example.com' "$T/hop.jsonl" || fail "our Via is not first: $(head -n 1 "$T/hop.jsonl")"
edge_stop

# refused ADDRESS "words"
refused()
{
	HOPS="{ uri = \"sips:$1\"; name = \"$2\"; }"
	edge
	wait_for edge "next hop sips:$1: .*$3"
	{ send MESSAGE sip:bob@example.com; echo "expect 503 header Reason matches next-hop-down"; } | script contoso
	edge_stop
	said edge 'up at' && fail "it is up"
	true
}
refused "$hop_address" director2.example.com 'does not match its name'
refused "$fake_address" director1.example.com 'certificate of an unknown CA'
is "at the right hop" "$(at_hop)" 1
is "at the fake hop" "$(at_hop fake)" 0
