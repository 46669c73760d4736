# Who asks for much and reads nothing is written for as far as a bound, and dropped after 30 s; sixty-four of them keep the
# door shut no longer than that, and keep no message waiting. The edge's memory does not grow by them.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
# What a sanitizer keeps back of freed memory is not what is measured here.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"
make_certs
nexthop
edge
hop_is_up
# More than a socket holds: changes that are refused are told of at length.
long=$(head -c 230 /dev/zero | tr '\0' x)
for i in $(seq 1000); do question "trace $long"; done >"$T/refused"
size=$(question log | wc -c)
within "octets of the log" "$size" 400000 1100000
memory() { sed -nE 's/^VmRSS:[^0-9]*([0-9]+) kB/\1/p' "/proc/$edge_pid/status"; }
before=$(memory)
begun=$(date +%s)
printf 'log -f\n' >"$T/question"
for i in $(seq 80); do
	"$TOOLS/ask" "$T/console.sock" --deaf <"$T/question" >"$T/deaf.$i" 2>&1 &
	pids="$pids $!"
	deaf="${deaf:-} $!"
done
all_sent() { [ "$(cat "$T"/deaf.* | grep -c '^sent')" -eq 80 ]; }
until_true "all of them to have asked" all_sent
bystander 150 20/s
shut() { question status | grep -q 'too many connections to the console'; }
until_true "sixty-four readers who do not read" shut
bystander_is_well
within "kB that the edge has grown by" $(($(memory) - before)) 0 30000
PATIENCE=60
open() { question status | grep -q '"state":"serving"'; }
until_true "the door to be open again" open
within "seconds that it was shut" $(($(date +%s) - begun)) 0 55
echo "a log of $size octets, shut for $(($(date +%s) - begun)) s"
for pid in $deaf; do kill "$pid" 2>/dev/null || true; done
edge_stop
