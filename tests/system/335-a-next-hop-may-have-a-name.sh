# A next hop by name, asked of dns.resolver: an address that is dead is passed over, a
# name that is not there is said and tried again until it is.
. "$SOURCE/tests/system/lib.sh"

PATH=$PATH:/usr/sbin
command -v dnsmasq >/dev/null || { echo "skipped: there is no dnsmasq"; exit 0; }
make_certs
nexthop hop --cert "$T/director.pem" --key "$T/director.key"
port=${hop_address##*:}
resolver=$(free_address)
serve_names()
{
	start dns dnsmasq --keep-in-foreground --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --log-queries \
		--listen-address=127.0.0.1 --port="${resolver##*:}" --pid-file= --user="$(id -un)" --addn-hosts="$T/hosts" --local=/example.com/
	wait_for dns 'started'
}
: >"$T/hosts"
serve_names
MORE_SET="dns: { resolver = \"$resolver\"; };"
INTERNAL_SET="ca = \"$T/ca.pem\";"
HOPS="{ uri = \"sips:director1.example.com:$port\"; }"
edge
wait_for edge 'next hop sips:director1.example.com:.*its name has no address'
{ send MESSAGE sip:bob@example.com; echo "expect 503 header Reason matches next-hop-down"; } | script contoso
printf '127.0.0.7 director1.example.com\n127.0.0.1 director1.example.com\n' >"$T/hosts"
kill -HUP "$dns_pid"
PATIENCE=30 hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
edge_stop

# Found at the first question, whichever address comes first.
edge
hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
edge_stop
