# SIPp behind stunnel, with a client certificate, as a partner; SIPp as the next hop: MESSAGE and OPTIONS, SUBSCRIBE and
# NOTIFY, calls with early media, re-INVITE and BYE from both ends, long, cancelled and refused ones.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/interop/interop.lib"

have sipp; have stunnel4
versions sipp stunnel
MESSAGES_SET='answer-timeout = "1s"; ring-timeout = "3s";' # a long call is longer
POLICY='allow = ( { domain = "contoso.example"; } );'
FEDERATION_LISTEN="\"$(free_address)\""
make_certs
callee_port=$(free_port)
hop_address=127.0.0.1:$callee_port
callee_comes() { edge_again; hop_is_up; }

write_conf
address=$(echo "$FEDERATION_LISTEN" | tr -d '"')
tunnel contoso
for word in $WORDS; do
	pair "$word" 10 t1 -t t1 "127.0.0.1:$tunnel_port"
	edge_stop
	! said edge 'total: (refuse|drop)' || fail "$word: the edge refused or dropped: $(grep 'total: ' "$T/edge.log")"
done
