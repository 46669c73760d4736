# A name taken off internal.peers by a reload speaks no more, also on a connection that is open; another
# that stays on the list is not disturbed.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs issue "$T" director2 dns:director2.example.com
nexthop
INTERNAL_SET="listen = [ \"127.0.0.1:0\" ]; certificate = \"$T/edge.pem\"; key = \"$T/edge.key\"; ca = \"$T/ca.pem\";
	peers = [ \"director1.example.com\", \"director2.example.com\" ];"
edge
hop_is_up
outside=$address address=$inside
{ send OPTIONS sip:edge1.example.com; echo "expect 200"; echo "print ready"; echo "expect close within 10s"; } >"$T/one.script"
{
	send OPTIONS sip:edge1.example.com; echo "expect 200"; echo "print ready"; echo "await $T/over"
	echo call; send OPTIONS sip:edge1.example.com; echo "expect 200"
} >"$T/two.script"
talk one director
talk two director2
wait_for one ready
wait_for two ready
sed -i 's/"director1.example.com", //' "$T/fedgate.conf"
reload
talked one
: >"$T/over"
talked two
said edge 'closed after the reload: the certificate is of none of internal.peers' || fail "the log does not say why"
address=$outside
edge_stop
