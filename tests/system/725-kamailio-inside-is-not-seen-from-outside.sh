# An unmodified Kamailio as the next hop, record-routing, and border.hide-hosts: calls of all kinds, changed and ended
# from both sides, go through it although the partner, SIPp behind stunnel, never sees where it is.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/interop/interop.lib"

have sipp; have stunnel4; have kamailio
versions kamailio sipp stunnel
BORDER_SET='hide-hosts = true;'
kamailio_inside
tunnel contoso
for word in $WORDS; do
	pair "$word" 5 u1 -t t1 "127.0.0.1:$tunnel_port"
	cat "$T/caller.messages" >>"$T/seen"
done
edge_stop
! said edge 'total: (refuse|drop)' || fail "the edge refused or dropped: $(grep 'total: ' "$T/edge.log")"
! said edge 'total: responses unasked' || fail "answers were dropped: $(grep 'total: ' "$T/edge.log")"
grep -q '^Record-Route:.*;fgh=' "$T/seen" && grep -q '^Via:.*;fgh=' "$T/seen" || fail "nothing was hidden"
! grep -E "^(Via|Record-Route|Route|v):.*:($lan|$wan)" "$T/seen" || fail "the partner saw Kamailio"
