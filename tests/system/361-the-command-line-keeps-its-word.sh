# fedgated -t, -V, -h, and the exit status of each: 0 done, 1 refused, 2 usage.
. "$SOURCE/tests/system/lib.sh"

make_certs
hop_address=127.0.0.1:5070
write_conf

# exits STATUS "words of the output" options...
exits()
{
	wanted=$1 words=$2 status=0; shift 2
	"$BUILD/fedgated" "$@" >"$T/out" 2>"$T/err" || status=$?
	is "exit status of fedgated $*" "$status" "$wanted"
	[ -z "$words" ] || grep -qE -- "$words" "$T/out" "$T/err" || fail "fedgated $*: no \"$words\": $(cat "$T/out" "$T/err")"
}

exits 0 "" -t -c "$T/fedgate.conf"
[ -s "$T/out" ] || [ -s "$T/err" ] && fail "-t has something to say of good files: $(cat "$T/out" "$T/err")"
exits 0 '^[^:]*:?fedgated [0-9]' -V
exits 0 'usage: fedgated \[-c FILE\].*default /etc/fedgate/fedgate.conf' -h
[ -s "$T/out" ] || fail "-h does not answer on stdout"
exits 2 'usage: fedgated' -x
exits 2 'usage: fedgated' -c
exits 2 'usage: fedgated' -c "$T/fedgate.conf" further
exits 1 'missing.conf: .*No such file' -t -c "$T/missing.conf"
exits 1 'missing.conf: .*No such file' -c "$T/missing.conf"
sed -i 's/^store:/stroe:/' "$T/fedgate.conf"
exits 1 'fedgate.conf:6: .*"stroe".*did you mean "store"' -t -c "$T/fedgate.conf"
exits 1 'fedgate.conf:6: .*"stroe".*did you mean "store"' -c "$T/fedgate.conf"
write_conf
rm "$T/policy.conf"
exits 1 'fedgate.conf:9: policy ".*policy.conf": No such file' -t -c "$T/fedgate.conf"
write_conf
FEDERATION_LISTEN='"192.0.2.1:5061"'
write_conf
exits 0 "" -t -c "$T/fedgate.conf"
exits 1 'fedgate.conf:2: federation.listen "192.0.2.1:5061": cannot listen' -c "$T/fedgate.conf"
