# baresip behind each side, with TLS all the way: example.com has two edges on one Redis, contoso.example one of its
# own; they find each other by DNS alone. A call is set up, held, taken up again after the edge it began on has been
# stopped, transferred and ended; messages go both ways, and presence.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"
. "$SOURCE/tests/interop/interop.lib"

have baresip; have bash
versions baresip

INTERNAL_TLS="certificate = \"$T/inside.pem\"; key = \"$T/inside.key\"; ca = \"$T/ca.pem\"; peers = [ \"phone.example.com\", \"phone.contoso.example\" ];"

cat >"$T/names" <<END
srv-host=_sipfederationtls._tcp.contoso.example,sip.contoso.example,5061
srv-host=_sipfederationtls._tcp.example.com,edge1.example.com,5061,1
srv-host=_sipfederationtls._tcp.example.com,edge2.example.com,5061,2
host-record=edge2.example.com,$NET.8
host-record=pool.example.com,$NET.6
host-record=pool.example.com,$NET.8
host-record=inside.example.com,$NET.16
host-record=inside.example.com,$NET.18
host-record=inside.contoso.example,$NET.17
END

# edge_of NAME DOMAIN ADDRESS INSIDE-ADDRESS PHONE-ADDRESS EDGE-NAME CERT "more of federation" "store"
edge_of()
{
	mkdir -p "$T/$1.d"
	domain=$2
	cat >"$T/$1.d/fedgate.conf" <<END
edge: { name = "$6"; domains = [ "$domain" ]; route-keys = [ "file:$T/$domain.key" ]; };
federation: { listen = [ "$3:5061" ]; certificate = "$T/$7.pem"; key = "$T/$7.key"; ca = "$T/ca.pem"; private-addresses = true; $8 };
internal: { listen = [ "$4:5071" ]; record-route = "inside.$domain"; next-hops = ( { uri = "sips:$5:5081"; name = "phone.$domain"; } ); $INTERNAL_TLS };
dns: { resolver = "$resolver"; };
store: { $9 };
log: { level = "debug"; decisions = "$T/$1.d/decisions.jsonl"; };
console: { socket = "$T/$1.d/console.sock"; };
policy = "$T/$1.d/policy.conf";
END
	: >"$T/$1.d/policy.conf"
	start "$1" $EDGE_UNDER "$BUILD/fedgated" -c "$T/$1.d/fedgate.conf"
	wait_for "$1" 'edge .* is ready'
}

acknowledged() { [ "$(count_of ours '^ACK sip:bob')" -eq "$1" ]; }
re_invited() { [ "$(count_of ours 'got re-INVITE')" -eq "$1" ]; }

make_certs
certs issue "$T" pool dns:edge1.example.com dns:edge2.example.com dns:pool.example.com
certs issue "$T" inside dns:inside.example.com dns:inside.contoso.example
for domain in example.com contoso.example; do
	openssl rand -hex 32 >"$T/$domain.key"
	certs issue "$T" "phone.$domain" "dns:phone.$domain"
done
names
redis_start
store="kind = \"redis\"; address = \"$redis_address\"; timeout = \"5s\";"
edge_of edge1 example.com "$NET.6" "$NET.16" "$NET.26" edge1.example.com pool 'name = "pool.example.com";' "$store"
edge_of edge2 example.com "$NET.8" "$NET.18" "$NET.26" edge2.example.com pool 'name = "pool.example.com";' "$store"
knows ours '"Carol" <sip:carol@contoso.example>'
telephone ours example.com "$NET.26" bob dave
for each in edge1 edge2; do wait_for $each 'next hop .*: up at'; done
# A telephone asks for presence a second after its start, and again only half a minute after a failure: where its edge
# had no connection to it by then, or the NOTIFY overtook the answer, both are started again.
knows theirs '"Bob" <sip:bob@example.com>;presence=p2p'
presence_comes() { for tenth in $(seq 50); do ! said theirs '^<presence ' || return 0; sleep 0.1; done; false; }
for try in 1 2 3 4 5; do
	place=$NET.$((26 + try)) # it cannot listen again where it just did
	telephone theirs contoso.example "$place" carol
	edge_of there contoso.example "$NET.7" "$NET.17" "$place" sip.contoso.example contoso '' "state-file = \"$T/there.d/state\";"
	! presence_comes || break
	kill -KILL "$theirs_pid" "$there_pid"; wait "$theirs_pid" "$there_pid" 2>/dev/null || true
done
said theirs '^<presence ' || fail "nobody tells of bob's presence"

press theirs /dial sip:bob@example.com
wait_for theirs 'Call established: sip:bob@'
wait_for ours 'bob@example.com: Call established'
press theirs /hold
wait_for ours 'a=sendonly'
until_true "the ACK of the hold, through edge 1" acknowledged 2

kill -TERM "$edge1_pid"; wait "$edge1_pid" || fail "edge 1 did not exit 0"
press theirs /resume
until_true "the second re-INVITE, through edge 2" re_invited 2
press ours /transfer sip:dave@example.com
wait_for theirs 'Call established: sip:dave@example.com'
wait_for ours 'dave@example.com: Call established'
wait_for theirs '^BYE sip:carol-'
press theirs /hangup
wait_for ours '^BYE sip:dave-'

press ours /presence_offline
wait_for theirs 'basic>closed<'
press theirs /message are you there
wait_for ours '^are you there'
press ours /message I am here
wait_for theirs '^I am here'
# The edges stop first, at once: a telephone that goes says so to the other's edge, whose own may have gone already.
kill -TERM "$edge2_pid" "$there_pid"
for each in edge2 there; do
	eval "wait \$${each}_pid" || fail "$each did not exit 0"
done
for each in edge1 edge2 there; do
	! said $each 'total: (refuse|drop)' || fail "$each refused or dropped: $(grep 'total: ' "$T/$each.log")"
done
