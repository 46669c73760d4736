# The process that reads strangers' answers of DNS was made before any key was read: the route key is in
# the memory of the edge, and not in its.
. "$SOURCE/tests/system/lib.sh"

make_certs
route_key=ROUTE-KEY-OF-THE-TEST-0123456789
EDGE_SET="route-keys = [ \"$(printf %s $route_key | od -An -v -tx1 | tr -d ' \n')\" ];"
nexthop
edge
hop_is_up
child=$(cut -d " " -f 1 "/proc/$edge_pid/task/$edge_pid/children")
[ -n "$child" ] || fail "the edge has no process that asks DNS"

# memory_has PID TEXT: in what it may write to.
memory_has()
{
	while read -r range rights rest; do
		case $rights in rw*) ;; *) continue ;; esac
		first=$((0x${range%-*} / 4096)) last=$((0x${range#*-} / 4096))
		[ $((last - first)) -le 65536 ] || continue    # a sanitizer's shadow
		dd if="/proc/$1/mem" bs=4096 skip=$first count=$((last - first)) 2>/dev/null
	done <"/proc/$1/maps" | grep -aqF -- "$2"
}
memory_has "$edge_pid" "$route_key" || { echo "skipped: the memory of another process cannot be read here"; exit 0; }
memory_has "$child" "$route_key" && fail "the process that asks DNS has the route key"
edge_stop
