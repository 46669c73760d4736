# Who connects and never ends the handshake is disconnected after handshake-timeout; meanwhile and afterwards
# partners come in as ever.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
FEDERATION_SET='handshake-timeout = "2s";'
make_certs
nexthop
edge
hop_is_up

{
	echo 'connection silent plain'
	echo 'connection half plain'; echo 'raw 16030100'
	echo 'connection hello plain'; echo 'raw 1603010040010000'
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "connection many$n plain"; done
	# Rubbish is no handshake at all.
	echo 'connection http plain'; echo "raw $(printf 'GET / HTTP/1.1\r\n\r\n' | od -An -v -tx1 | tr -d ' \n')"; echo 'expect close within 1.5s'
	echo 'connection main'; ask MESSAGE sip:bob@example.com; answer_is 200
	for name in silent half hello many1 many20; do echo "connection $name"; echo 'expect close within 6s'; done
	# An open connection has no such limit.
	echo 'connection main'; ask MESSAGE sip:bob@example.com; answer_is 200
} >"$T/story"
bystander 60 15/s
play contoso
[ "$(count_of edge 'handshake timed out')" -ge 23 ] || fail "only $(count_of edge 'handshake timed out') handshakes timed out"
bystander_is_well
