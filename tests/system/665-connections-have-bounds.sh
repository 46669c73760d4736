# So many connections of one organisation, from one address, and in all: one more is closed and told why, the others
# stay, and where one has gone another may come.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

make_certs
certs issue "$T" more dns:www.contoso.example
nexthop
hello() { ask MESSAGE sip:bob@example.com "sip:a@$1"; answer_is 200; }
who() { echo "connection $1 cert=$T/$2.pem key=$T/$2.key"; }
FEDERATION_SET='max-per-partner = 3; max-per-address = 5;'
edge
hop_is_up
{
	hello contoso.example; who c2 contoso; hello contoso.example; who c3 more; hello www.contoso.example
	who c4 more; echo 'expect close within 3s'
	who f1 fabrikam; hello fabrikam.example; who f2 fabrikam; hello fabrikam.example
	echo 'sleep 0.3'; who f3 fabrikam; echo 'expect close within 3s'
	echo 'connection c2'; echo close; echo 'sleep 0.5'
	who c5 more; hello www.contoso.example
	for name in main c3 f1; do echo "connection $name"; echo ping; echo 'expect pong'; done
} >"$T/story"
play contoso
said edge 'over 3 connections of one partner' || fail "the log does not say which bound of a partner"
said edge 'too many connections' || fail "the log does not say which bound of an address"
edge_stop

FEDERATION_SET='max-connections = 4;'
edge
{
	hello contoso.example
	for name in c2 c3 c4; do who $name contoso; hello contoso.example; done
	who f1 fabrikam; echo 'expect close within 3s'
	echo 'connection c4'; hello contoso.example
} >"$T/story"
play contoso
edge_stop
