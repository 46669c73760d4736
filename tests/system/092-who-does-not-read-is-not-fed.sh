# A peer that never reads its answers is not read from after a while, costs bounded memory, and is
# closed after write-timeout. Nobody else notices.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; }, { domain = "greedy.example"; } );'
MESSAGES_SET='write-timeout = "4s";'
# What a sanitizer keeps back of freed memory is not what is measured here.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"
make_certs
certs issue "$T" greedy dns:greedy.example
nexthop
edge
hop_is_up
rss_kb() { sed -nE 's/^VmRSS:[^0-9]*([0-9]+) kB/\1/p' "/proc/$edge_pid/status"; }
most_rss() { sed -nE 's/^VmHWM:[^0-9]*([0-9]+) kB/\1/p' "/proc/$edge_pid/status"; }

partner fabrikam --from sip:f@fabrikam.example --to sip:alice@example.com --count 500 --window 50 >"$T/warm.json"
before=$(rss_kb)
bystander 150 15/s
# 40 MB of requests, answered by the next hop or refused here; so much again would be owed to him.
{
	echo 'stop-reading'
	ask MESSAGE sip:bob@example.com sip:g@greedy.example 'X: {PAD:600}' | sed 's/^send/repeat 40000 send/'
	echo 'flush within 1s'
} >"$T/story"
cat >"$T/strangers" <<'END'
stop-reading
END
ask MESSAGE sip:eve@foreign.example sip:g@greedy.example 'X: {PAD:600}' | sed 's/^send/repeat 40000 send/' >>"$T/strangers"
echo 'flush within 1s' >>"$T/strangers"
for story in story strangers; do
	! partner greedy --script "$T/$story" >"$T/$story.out" 2>&1 || fail "all was taken although nothing was read"
	grep -q 'could not be sent' "$T/$story.out" || fail "the partner says: $(cat "$T/$story.out")"
done
# Once more, and this one stays.
sed 's/^flush.*/sleep 60/' "$T/story" >"$T/stubborn"
start stubborn "$TOOLS/partner" --connect "$address" --cert "$T/greedy.pem" --key "$T/greedy.key" --ca "$T/ca.pem" --script "$T/stubborn"
wait_for edge 'ended: the peer does not read'
bystander_is_well
within "kB of memory that it took at the worst" $(($(most_rss) - before)) 0 28000
echo "memory: $before kB before, $(most_rss) kB at most, $(rss_kb) kB now"
