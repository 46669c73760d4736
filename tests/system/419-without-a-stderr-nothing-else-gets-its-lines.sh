# Started with its standard descriptors closed, as some supervisors do: no socket of its own takes
# their numbers, and so its log lines; the edge serves.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
address=$(free_address)
FEDERATION_LISTEN="\"$address\""
write_conf
"$BUILD/fedgated" -c "$T/fedgate.conf" <&- >&- 2>&- &
edge_pid=$!; pids="$pids $edge_pid"
served() { partner contoso --from sip:a@contoso.example --to sip:bob@example.com --wait 2 2>&1 | grep -q '"200":1'; }
until_true "an answer" served
for fd in 0 1 2; do
	is "descriptor $fd" "$(readlink "/proc/$edge_pid/fd/$fd")" /dev/null
done
edge_stop
