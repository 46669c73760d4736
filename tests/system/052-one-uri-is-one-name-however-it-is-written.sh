# Case of the host, escapes, scheme, port and parameters make no other name of a URI; the case of the user and the
# other local domain do. Requests that are refused name nobody.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100000/s"; };
watch-list: { distinct-uris = 4; };'
make_certs
nexthop
edge
hop_is_up

pass() { ask MESSAGE "$1"; answer_is 200; }
{
	pass sip:bob@example.com                             # 1
	pass sip:bob@EXAMPLE.Com
	pass 'sip:b%6Fb@example.com'
	pass 'sip:%62%6f%62@example.com'
	pass sips:bob@example.com
	pass sip:bob@example.com:5062
	pass 'sip:bob@example.com;transport=tls'
	pass 'sip:bob@example.com;x=1;y'
	pass sip:Bob@example.com                             # 2
	pass sip:bob@example.org                             # 3
	ask MESSAGE sip:eve@foreign.example; answer_is 403 not-local
	ask MESSAGE tel:+4930123456; answer_is 416 bad-scheme
	ask OPTIONS sip:edge1.example.com; answer_is 200
	pass sip:example.com                                 # 4: a domain is a name too
	pass 'sip:B%6fb@example.com;transport=tls'
	ask MESSAGE sip:fifth@example.com; answer_is 403 watch-list
	ask MESSAGE sip:bob@example.com; answer_is 403 watch-list
} >"$T/story"
play contoso
is "forwarded" "$(at_hop)" 12
