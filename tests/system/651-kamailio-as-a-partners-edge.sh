# An unmodified Kamailio as the edge of a partner: a client behind it reaches a server inside, and is reached by it,
# through mutual TLS between the two edges.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/interop/interop.lib"

have sipp; have kamailio
versions kamailio sipp
MESSAGES_SET='answer-timeout = "1s"; ring-timeout = "3s";' # a long call is longer
POLICY='allow = ( { domain = "contoso.example"; } );'
address=$(free_address)
FEDERATION_LISTEN="\"$address\""
make_certs
callee_port=$(free_port)
hop_address=127.0.0.1:$callee_port
lan=$(free_port) wan=$(free_port)
callee_comes() { edge_again; hop_is_up; }

write_conf
proxy theirs kamailio-partner contoso "$wan" "s/@LAN@/$lan/; s/@WAN@/$wan/; s/@EDGE@/$address/"
for word in $WORDS; do
	pair "$word" 10 t1 -t u1 "127.0.0.1:$lan"
	edge_stop
	! said edge 'total: (refuse|drop)' || fail "$word: the edge refused or dropped: $(grep 'total: ' "$T/edge.log")"
done
