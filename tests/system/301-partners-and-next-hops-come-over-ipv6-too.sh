# An IPv6 listener beside an IPv4 one: partners on either, each under one limit, and a
# next hop on IPv6.
. "$SOURCE/tests/system/lib.sh"

grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null || { echo "skipped: this host has no ::1"; exit 0; }
make_certs
LISTEN='[::1]:0' nexthop
FEDERATION_LISTEN='"127.0.0.1:0", "[::1]:0"'
edge
hop_is_up
ipv4=$address
ipv6=$(sed -nE 's/.*federation: listening on (\[::1\]:[0-9]+)$/\1/p' "$T/edge.log")
[ -n "$ipv6" ] || fail "nothing listens on ::1"

address=$ipv6
{ send MESSAGE sip:bob@example.com; echo "expect 200 header Via matches rport=[0-9]+.*received=::1|received=::1.*rport=[0-9]+"; } |
	sed 's/branch=/rport;branch=/' | script contoso
address=$ipv4
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso

# 15 on each: together over 20, so some wait or are refused.
address=$ipv6; partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 30 --burst >"$T/six.json" &
six=$!
address=$ipv4; partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 30 --burst >"$T/four.json"
wait $six
kept_rate --limit 20 --period 0.97 "$T/hop.jsonl" || fail "two address families had two limits"
edge_stop
