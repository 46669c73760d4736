# dns.resolver is needed before all else is read: what is wrong with it is told at its line all the
# same, beside the other complaints, at the start as by -t.
. "$SOURCE/tests/system/lib.sh"

make_certs
hop_address=127.0.0.1:5070
MORE_SET='dns: { resolver = "localhost"; wait = "never"; };'
write_conf
for way in -t ''; do
	"$BUILD/fedgated" $way -c "$T/fedgate.conf" >"$T/said.log" 2>&1 && fail "it is content with such a file"
	is "complaints of fedgated $way" "$(grep -c 'fedgate.conf:8: ' "$T/said.log")" 2
	said said 'fedgate.conf:8: dns.resolver "localhost": write the address and port' || fail "fedgated $way: $(cat "$T/said.log")"
	said said 'fedgate.conf:8: dns.wait "never"' || fail "fedgated $way: $(cat "$T/said.log")"
done
