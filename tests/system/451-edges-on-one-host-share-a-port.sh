# federation.reuse-port: two edges on one host listen on one port, each with an internal port
# and a next hop of its own; connections reach both, and when one stops the other goes on.
# Without the setting on both, the second says that the address is in use.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop1
nexthop hop2
POLICY='allow = ( { domain = "contoso.example"; } );'
address=$(free_address)
FEDERATION_LISTEN="\"$address\""

# configure NAME HOP-ADDRESS: an edge of that name.
configure()
{
	HOPS="{ uri = \"sip:$2;transport=tcp\"; }"
	inside=$(free_address)
	INTERNAL_SET="listen = [ \"$inside\" ]; certificate = \"$T/edge.pem\"; key = \"$T/edge.key\"; ca = \"$T/ca.pem\"; peers = [ \"director1.example.com\" ];"
	write_conf
	sed "s|$T/state|$T/$1.state|; s|$T/decisions|$T/$1.decisions|; s|$T/console|$T/$1.console|; s|edge1.example.com|$1.example.com|" "$T/fedgate.conf" >"$T/$1.conf"
	eval "$1_inside=$inside"
}

begin() # NAME
{
	start "$1" $EDGE_UNDER "$BUILD/fedgated" -c "$T/$1.conf"
	wait_for "$1" 'edge .* is ready'
	wait_for "$1" 'next hop .*: up at'
}

message() { { send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso; }

# Connections until both have had one; 40 on one side by chance: not once in 10^11 runs.
reach_both()
{
	turns=40
	while [ "$(at_hop hop1)" -eq "$1" ] || [ "$(at_hop hop2)" -eq "$2" ]; do
		turns=$((turns - 1))
		[ $turns -gt 0 ] || fail "40 connections: $(at_hop hop1) at one edge, $(at_hop hop2) at the other"
		message
	done
}

FEDERATION_SET='reuse-port = true;'
configure edgeone "$hop1_address"
configure edgetwo "$hop2_address"
begin edgeone
begin edgetwo
reach_both 0 0
[ "$edgeone_inside" != "$edgetwo_inside" ] || fail "the internal ports are the same"
said edgeone "internal: listening on $edgeone_inside" || fail "no internal port of the first"
said edgetwo "internal: listening on $edgetwo_inside" || fail "no internal port of the second"

# talk_to HOP: a conversation that stays open, with the edge before this hop.
talk_to()
{
	turns=40
	while :; do
		had=$(at_hop "$1")
		{
			send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "await $T/stopped"
			echo call; send MESSAGE sip:bob@example.com; echo "expect 200"
		} >"$T/caller.script"
		talk caller contoso
		wait_for caller ready
		[ "$(at_hop "$1")" -eq "$had" ] || return 0
		kill "$caller_pid"
		turns=$((turns - 1))
		[ $turns -gt 0 ] || fail "40 connections, and none at $1"
	done
}
talk_to hop2
kill -TERM "$edgeone_pid"
wait "$edgeone_pid" || fail "the first edge did not exit 0"
: >"$T/stopped"
talked caller
had1=$(at_hop hop1) had2=$(at_hop hop2)
for turn in 1 2 3 4 5 6 7 8 9 10; do message; done
is "what came by the edge that has stopped" "$(at_hop hop1)" "$had1"
is "what came by the other" "$(at_hop hop2)" $((had2 + 10))

# It comes back beside the other; one that does not say reuse-port does not.
begin edgeone
reach_both "$had1" "$(at_hop hop2)"
FEDERATION_SET=
configure edgethree "$hop1_address"
start edgethree "$BUILD/fedgated" -c "$T/edgethree.conf"
wait "$edgethree_pid" && fail "a third edge took the port without reuse-port"
said edgethree "listen \"$address\": cannot listen: Address already in use" || fail "no complaint: $(cat "$T/edgethree.log")"
for name in edgeone edgetwo; do
	eval "kill -TERM \$${name}_pid; wait \$${name}_pid" || fail "$name did not exit 0"
done
