# Off unless set; an address for everybody is asked for twice and said; a port in use stops a start and changes
# nothing at a reload; the address comes, moves and goes by a reload.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/metrics.lib"

make_certs
nexthop
edge
hop_is_up
! said edge 'metrics:' || fail "metrics without being asked for"

reads() { [ "$(curl -s -o /dev/null --max-time 5 -w '%{http_code}' "http://$1/metrics")" = 200 ]; }
set_metrics() { sed -i '/^metrics:/d' "$T/fedgate.conf"; [ -z "$1" ] || echo "metrics: { $1 };" >>"$T/fedgate.conf"; }
one=$(free_address) two=$(free_address) taken=$hop_address

set_metrics "listen = \"$one\";"
reload
wait_for edge "metrics: listening on $one"
reads "$one" || fail "it does not listen on $one"

set_metrics "listen = \"$taken\";"
reload
wait_for edge "fedgate.conf:[0-9]+: metrics.listen \"$taken\": cannot listen: "
reads "$one" || fail "the refused reload has closed $one"

set_metrics 'listen = "0.0.0.0:0";'
! "$BUILD/fedgated" -t -c "$T/fedgate.conf" 2>"$T/check" || fail "open to everybody, and no complaint"
grep -q 'metrics.listen "0.0.0.0:0": whoever reaches this address may read the figures: listen on 127.0.0.1, or add public = true$' "$T/check" ||
	fail "$(cat "$T/check")"

set_metrics "listen = \"$two\";"
reload
reads "$two" || fail "it does not listen on $two"
! reads "$one" || fail "it still listens on $one"
set_metrics ''
reload
! reads "$two" || fail "it still listens on $two"

set_metrics 'listen = "0.0.0.0:0"; public = true;'
reload
wait_for edge 'metrics: listening on 0.0.0.0:[0-9]+$'
wait_for edge 'metrics: 0.0.0.0:[0-9]+ is for whoever can reach it, as metrics.public says'
reads "127.0.0.1:$(metrics_of | sed 's/.*://')" || fail "nobody can reach it"
edge_stop

set_metrics "listen = \"$taken\";"
! "$BUILD/fedgated" -c "$T/fedgate.conf" 2>"$T/start" || fail "it started without its metrics"
grep -q "metrics.listen \"$taken\": cannot listen: .*: is it an address of this host, and free?" "$T/start" || fail "$(cat "$T/start")"
