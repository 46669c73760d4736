# Started as root with edge.user: a low port is bound, then nothing runs as root any
# more, the resolver's process included, and a reload still works. An unknown user is a complaint.
. "$SOURCE/tests/system/lib.sh"

[ "$(id -u)" -eq 0 ] || { echo "skipped: only root can give up root"; exit 0; }
make_certs
LISTEN=127.0.0.1:0 nexthop
FEDERATION_LISTEN='"127.0.0.1:861"'
EDGE_SET='user = "nobody";'
chown -R nobody "$T"
edge
hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso

# Its children too: /proc knows them.
family="$edge_pid"
for status in /proc/[0-9]*/status; do
	if grep -q "^PPid:[[:space:]]*$edge_pid\$" "$status" 2>/dev/null; then
		child=${status#/proc/}
		family="$family ${child%/status}"
	fi
done
[ "$family" != "$edge_pid" ] || fail "the resolver has no process of its own"
for pid in $family; do
	is "user ids of process $pid of $family" "$(sed -nE 's/^Uid:\s+//p' "/proc/$pid/status" | tr '\t' '\n' | sort -u)" "$(id -u nobody)"
	is "group ids of process $pid" "$(sed -nE 's/^Gid:\s+//p' "/proc/$pid/status" | tr '\t' '\n' | sort -u)" "$(id -g nobody)"
	is "capabilities of process $pid" "$(sed -nE 's/^CapEff:\s+0*//p' "/proc/$pid/status")" ""
done

reload
said edge 'policy: reloaded' || fail "a reload needs root"
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
if [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 862 ]; then
	sed -i 's|"127.0.0.1:861"|"127.0.0.1:861", "127.0.0.1:862"|' "$T/fedgate.conf"
	reload
	said edge 'federation\.listen "127\.0\.0\.1:862": cannot listen: Permission denied: .* below 1024' ||
		fail "it does not say that a low port needs root"
fi
edge_stop
is "owner of the state" "$(stat -c %U "$T/state")" nobody

EDGE_SET='user = "no-such-user";'
write_conf
"$BUILD/fedgated" -c "$T/fedgate.conf" >"$T/unknown.log" 2>&1 && fail "it started as an unknown user"
said unknown 'fedgate.conf:1: edge.user "no-such-user": .*create it' || fail "no complaint: $(cat "$T/unknown.log")"
