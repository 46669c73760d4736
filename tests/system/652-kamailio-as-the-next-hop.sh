# An unmodified Kamailio as the next hop: record-routing, forking to two telephones, over mutual TLS in both
# directions (it reaches the edge by its internal listener). SIPp behind stunnel is the partner.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/interop/interop.lib"

have sipp; have stunnel4; have kamailio
versions kamailio sipp stunnel
kamailio_inside
tunnel contoso
for word in $WORDS; do
	pair "$word" 10 u1 -t t1 "127.0.0.1:$tunnel_port"
done

# Both telephones ring; one is answered, the other hears a CANCEL. The partner sees both ring and one answer.
sipp_run other cancel.uas -p "$also" -t u1 -m 5 -s twins
until_true "the other telephone" listens u "$also"
SERVICE=twins pair call 5 u1 -t t1 "127.0.0.1:$tunnel_port"
sipp_done other || fail "the other telephone: see above"
[ "$(grep -c '^SIP/2.0 180' "$T/caller.messages")" -ge 10 ] || fail "not both telephones were heard to ring"
edge_stop
! said edge 'total: (refuse|drop)' || fail "the edge refused or dropped: $(grep 'total: ' "$T/edge.log")"
