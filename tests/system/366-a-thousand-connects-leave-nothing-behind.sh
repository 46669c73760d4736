# 1,000 connects with a request each, refused handshakes among them: no descriptor and no
# memory beyond noise remains.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs issue "$T" expired dns:contoso.example days:-1
POLICY='limits: { rate = "10000/s"; };'
nexthop
# A sanitizer keeps what was freed; that would hide what was not.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:quarantine_size_mb=1:malloc_context_size=2"
edge
hop_is_up
memory() { sed -nE 's/^VmRSS:[^0-9]*([0-9]+) kB/\1/p' "/proc/$edge_pid/status"; }
descriptors() { find "/proc/$edge_pid/fd" -type l | wc -l; }
all_gone() { [ "$(descriptors)" -le "$idle" ]; }

# rounds N: 50 connects each.
rounds()
{
	for round in $(seq "$1"); do
		partner contoso --connections 50 --from sip:a@contoso.example --to sip:bob@example.com --count 50 >"$T/round.json" ||
			fail "round $round: $(cat "$T/round.json")"
		is "answered" "$(number "$T/round.json" 200)" 50
		"$TOOLS/partner" --connect "$address" --cert "$T/expired.pem" --key "$T/expired.key" --ca "$T/ca.pem" \
			--to sip:bob@example.com --wait 1 >"$T/out" 2>&1 || true
	done
	until_true "all connections gone" all_gone
}

idle=$(descriptors)
rounds 8
before=$(memory)
rounds 20
within "kB more after 1,000 connects ($before before)" $(($(memory) - before)) -100000 2000
is "descriptors" "$(descriptors)" "$idle"
edge_stop
