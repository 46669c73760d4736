# What the benchmarks share: packages and build, certificates, the two servers side by side on one core,
# load client and next hop on another, medians and the table. Sourced by each of them; the servers'
# life and the edge's configuration are the system tests' (tests/system/lib.sh).
#   ROUNDS=5 SECONDS_EACH=4   how often each server is measured, in turns, and how long
set -eu

SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$SOURCE/build-bench}
ROUNDS=${ROUNDS:-5} SECONDS_EACH=${SECONDS_EACH:-4}
LOG_LEVEL=info
bench=$(basename "$0")

cores=$(nproc)
[ "$cores" -ge 2 ] || { echo "$bench: two cores are needed, one for the server and one for the load" >&2; exit 2; }
LOAD_CORE=0 SERVER_CORE=1
on_server_core="taskset -c $SERVER_CORE" on_load_core="taskset -c $LOAD_CORE"

sh "$SOURCE/deploy/packages" --bench
{ sh "$SOURCE/deploy/build" "$BUILD" && make -s -C "$BUILD" bench; } >"${TMPDIR:-/tmp}/fedgate-bench-build.$$" 2>&1 ||
	{ tail -n 40 "${TMPDIR:-/tmp}/fedgate-bench-build.$$" >&2; exit 1; }
rm -f "${TMPDIR:-/tmp}/fedgate-bench-build.$$"
. "$SOURCE/tests/system/lib.sh"
trap 'exit 130' INT
trap 'exit 143' TERM   # what was started ends with it
make_certs

EDGE_UNDER=$on_server_core
PROGRAMS=$BUILD/tests/bench
fault=

# trouble WORDS: the run is no result; it goes on, to say all of it.
trouble() { fault="${fault:+$fault; }$*"; echo "$bench: NO RESULT: $*" >&2; }

# --- servers ---

# bench_hop: the next hop on the load's core, before the client (without the right to that: beside it), over mutual TLS.
bench_hop()
{
	start hop nice -n -10 $on_load_core "$PROGRAMS/hop" --listen 127.0.0.1:0 --cert "$T/director.pem" --key "$T/director.key" --ca "$T/ca.pem"
	wait_for hop '^listening '
	hop_address=$(sed -n 's/^listening //p' "$T/hop.log" | head -n 1)
	INTERNAL_SET="certificate = \"$T/edge.pem\"; key = \"$T/edge.key\"; ca = \"$T/ca.pem\";"
	HOPS="{ uri = \"sips:$hop_address\"; name = \"director1.example.com\"; }"
}

# Its default allocator is made to find faults, and costs four times the CPU: these choose the fastest.
fast="-x tlsf -X tlsf"

# bench_kamailio NAME CFG options...: Debian's, by the configuration beside this file; sets NAME_address.
bench_kamailio()
{
	name=$1 place=$(free_address)
	eval "${name}_address=$place"
	sed "s|@LISTEN@|$place|;s|@DIR@|$T|;s|@HOP_HOST@|${hop_address%:*}|;s|@HOP_PORT@|${hop_address##*:}|" \
	    "$SOURCE/tests/bench/$2" >"$T/$name.cfg"
	shift 2
	mkdir "$T/$name.run"
	start "$name" $on_server_core kamailio -f "$T/$name.cfg" -m 512 -M 32 -DD -E -P "$T/$name.pid" -Y "$T/$name.run" "$@"
	until_true "Kamailio listening on $place" listens "$place"
}
listens() { grep -qi "$(printf ':%04X 00000000:0000 0A' "${1##*:}")" /proc/net/tcp; }

# load CERT NAME ADDRESS options...: one run of the load client; a line of JSON.
load()
{
	who=$1 name=$2 to=$3; shift 3
	$on_load_core "$PROGRAMS/load" --connect "$to" --cert "$T/$who.pem" --key "$T/$who.key" --ca "$T/ca.pem" --name "$name" "$@"
}

# prime CERT ADDRESS: so that the way to the next hop is there when the measuring begins.
prime() { load "$1" edge1.example.com "$2" --connections 1 --window 1 --warm 0 --seconds 0.2 >/dev/null || trouble "nothing goes through $2"; }

# measure FILE CERT ADDRESS PID options...: appended to FILE.results; a loss is told.
measure()
{
	file=$T/$1.results measured=$1 who=$2 to=$3 pid=$4; shift 4
	load "$who" edge1.example.com "$to" --server "$pid" --hop "$hop_pid" --seconds "$SECONDS_EACH" "$@" >"$T/line" 2>"$T/load.err" ||
		trouble "$measured: $(tr '\n' ' ' <"$T/load.err")$(lost "$T/line")"
	cat "$T/line" >>"$file"
}
lost() { echo "sent $(number "$1" sent), without answer $(number "$1" lost), strays $(number "$1" strays), held back $(number "$1" held)"; }

# ceiling: the client straight to the next hop, both on their core.
ceiling()
{
	load contoso director1.example.com "$hop_address" --hop "$hop_pid" --seconds 2 "$@" >"$T/ceiling.results" ||
		trouble "client straight to the next hop: $(lost "$T/ceiling.results")"
	printf '  ceiling: client straight to the next hop, both on core %s: %s/s, %s us client and %s us next hop a message\n' "$LOAD_CORE" \
	    "$(number "$T/ceiling.results" rate)" "$(number "$T/ceiling.results" client_us)" "$(number "$T/ceiling.results" hop_us)"
}

# --- figures ---

# values KEY NAME: one line each round.
values() { sed -nE "s/.*\"$1\": ?(-?[0-9.]+).*/\1/p" "$T/$2.results"; }
middle() { values "$1" "$2" | sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
least()  { values "$1" "$2" | sort -n | head -n 1; }
most()   { values "$1" "$2" | sort -n | tail -n 1; }
# ratios KEY NAME OTHER: pair by pair, as they ran one after the other.
ratios()
{
	values "$1" "$2" >"$T/a" && values "$1" "$3" >"$T/b"
	paste "$T/a" "$T/b" | awk '$2 > 0 { printf "{\"ratio\":%.4f}\n", $1 / $2 }' >"$T/$2-$3.results"
}
quotient() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", (b > 0 ? a / b : 0) }'; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }

head_line() { printf '  %-44s %10s %10s %10s  %s\n' "$1" median least most rounds; }
# row WORDS KEY NAME UNIT
row() { printf '  %-44s %10s %10s %10s  %s\n' "$1" "$(middle "$2" "$3") $4" "$(least "$2" "$3")" "$(most "$2" "$3")" "$(values "$2" "$3" | wc -l)"; }

# verdict WORDS VALUE AIM FLOOR [UNIT]: into the JSON too. FLOOR "-": there is none, only an aim.
judged= missed=
verdict()
{
	word="aim held"
	at_most "$2" "$3" || word="AIM MISSED"
	if [ "$4" != - ]; then
		at_most "$2" "$3" || word="aim missed, floor held"
		at_most "$2" "$4" || { word="FLOOR MISSED"; missed="${missed:+$missed, }$1"; }
	fi
	printf '  %-44s %10s   aim %s%s: %s\n' "$1" "$2 ${5:-}" "$3" "$([ "$4" = - ] || echo ", floor $4")" "$word"
	judged="$judged,{\"what\":\"$1\",\"value\":$2,\"aim\":$3$([ "$4" = - ] || echo ",\"floor\":$4")}"
}

# shares NAME WORDS: whose core was full, and who else was on it.
shares()
{
	awk -v server="$(middle server_share "$1")" -v rate="$(middle rate "$1")" -v hop="$(middle hop_us "$1")" -v client="$(middle client_us "$1")" -v store="$(middle store_us "$1")" \
	    -v words="$2" -v line="$(head -n 1 "$T/$1.results")" -v core="$SERVER_CORE" 'BEGIN {
		load = rate * (hop + client + store) / 1e6
		sub(/.*"cores":\[/, "", line); split(line, busy, ",")
		others = busy[core + 1] - server
		printf "  %s: %d/s, server %.0f %% of its core, client, next hop%s %.0f %% of theirs: %s%s\n", words, rate, server * 100, (store > 0 ? ", Redis" : ""), load * 100, \
		    (server > 0.9 ? "the server was full" : (load > 0.9 ? "THE LOAD WAS FULL" : "NEITHER WAS FULL")), \
		    (others > 0.05 ? sprintf("; others had %.0f %% of the server core%s", others * 100, (others > 0.2 ? ": LATENCIES ARE THEIRS" : "")) : "") }'
}

begin()
{
	printf '%s: %s\n' "$bench" "$1"
	printf '  %s; fedgated %s; %s; %s; load average %s\n' "$(date -u +%Y-%m-%dT%H:%MZ)" "$(cd "$SOURCE" && git rev-parse --short HEAD 2>/dev/null || echo '?')" \
	    "$(kamailio -v 2>/dev/null | sed -n 's/^version: \(kamailio [^ ]*\).*/\1/p')" "$(openssl version | cut -d' ' -f1,2)" "$(cut -d' ' -f1-3 /proc/loadavg)"
	printf '  server on core %s, load client and next hop on core %s; CPU is utime + stime of /proc/PID/stat of all processes of a server\n' "$SERVER_CORE" "$LOAD_CORE"
}

# conclude [MORE JSON]: the JSON line, and the exit.
conclude()
{
	good=true
	[ -z "$fault" ] && [ -z "$missed" ] || good=false
	printf '{"bench":"%s","date":"%s","load_average":"%s","rounds":%s,"seconds":%s,"judged":[%s]%s,"fault":"%s","good":%s}\n' "$bench" \
	    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(cut -d' ' -f1-3 /proc/loadavg)" "$ROUNDS" "$SECONDS_EACH" "${judged#,}" "${1:+,$1}" \
	    "$(printf %s "$fault" | tr '"\\' "''")" "$good"
	[ -z "$fault" ] || echo "$bench: no result: $fault" >&2
	[ -z "$missed" ] || echo "$bench: over the floor: $missed" >&2
	[ "$good" = true ] || exit 1
}
