# What every system test starts from: real certificates, a real next hop, a
# real edge, each in a directory of its own. Sourced by the tests; `run` calls them.
# Wants BUILD (the build tree) and SOURCE (the source tree).
set -eu

T=$(mktemp -d "${TMPDIR:-/tmp}/fedgate-test.XXXXXX")
TOOLS=$BUILD/tests/tools
EDGE_UNDER=${EDGE_UNDER:-}          # valgrind ..., when the run wants it
PATIENCE=${PATIENCE:-20}            # seconds to wait for a thing that must come
pids=

fail()
{
	echo "FAILED: $*" >&2
	for log in "$T"/edge*.log; do
		[ -f "$log" ] && { echo "--- the last lines of $(basename "$log"):" >&2; tail -n 25 "$log" >&2; }
	done
	exit 1
}

at_end()
{
	status=$?
	trap - EXIT
	for pid in $pids; do kill "$pid" 2>/dev/null || true; kill -CONT "$pid" 2>/dev/null || true; done
	for pid in $pids; do wait "$pid" 2>/dev/null || true; done
	if grep -lE 'ERROR: (Address|Leak)Sanitizer|runtime error:|LeakSanitizer: detected|definitely lost: [1-9]|Invalid (read|write)' "$T"/*.log 2>/dev/null; then
		echo "FAILED: a sanitizer or valgrind complains:" >&2
		grep -hE -A12 'Sanitizer|runtime error|definitely lost|Invalid (read|write)' "$T"/*.log | head -60 >&2
		status=1
	fi
	[ -z "${CLEAN:-}" ] || eval "$CLEAN" || true
	[ -n "${KEEP:-}" ] && echo "kept: $T" >&2 || rm -rf "$T"
	exit $status
}
trap at_end EXIT

# until "words for the complaint" command...: waits up to PATIENCE seconds.
until_true()
{
	what=$1; shift
	turns=$((PATIENCE * 20))
	while ! "$@"; do
		turns=$((turns - 1))
		[ $turns -gt 0 ] || fail "waited ${PATIENCE} s for: $what"
		sleep 0.05
	done
}

said()     { grep -qE -- "$2" "$T/$1.log"; }
wait_for() { until_true "\"$2\" in $1.log" said "$1" "$2"; }
count_of() { grep -cE -- "$2" "$T/$1.log" || true; }

certs() { sh "$SOURCE/tests/tools/certs" "$@" >>"$T/certs.log" 2>&1 || fail "certs $*: $(tail -n 3 "$T/certs.log")"; }

# The certificates most tests need: the edge's, the inside's, two partners'.
make_certs()
{
	certs ca "$T"
	certs issue "$T" edge dns:edge1.example.com
	certs issue "$T" director dns:director1.example.com
	certs issue "$T" contoso dns:sip.contoso.example dns:contoso.example
	certs issue "$T" fabrikam dns:sip.fabrikam.example dns:fabrikam.example
}

# start NAME command...: in the background, its output in NAME.log.
start()
{
	name=$1; shift
	: >"$T/$name.log" # the command's own turn to empty it may come after somebody has read the old one
	"$@" >"$T/$name.log" 2>&1 &
	eval "${name}_pid=$!"
	pids="$pids $!"
}

# nexthop [NAME] [options]: a next hop on plain TCP; sets NAME_address.
nexthop()
{
	name=${1:-hop}; [ $# -gt 0 ] && shift
	[ -p "$T/$name.control" ] || mkfifo "$T/$name.control"
	start "$name" "$TOOLS/nexthop" --listen "${LISTEN:-127.0.0.1:0}" --log "$T/$name.jsonl" --control "$T/$name.control" "$@"
	wait_for "$name" '^listening '
	eval "${name}_address=$(sed -n 's/^listening //p' "$T/$name.log" | head -n 1)"
}

tell() { printf '%s\n' "$2" >"$T/$1.control"; }

# Settings that tests change; whole lines of each group.
EDGE_SET=; FEDERATION_SET=; INTERNAL_SET=; MESSAGES_SET=; BORDER_SET=; LOG_SET=; STORE_SET=; CONSOLE_SET=; MORE_SET=
HOPS=; FEDERATION_LISTEN='"127.0.0.1:0"'; POLICY=

write_conf()
{
	hops=$HOPS
	[ -n "$hops" ] || hops="{ uri = \"sip:$hop_address;transport=tcp\"; }"
	cat >"$T/fedgate.conf" <<END
edge: { name = "edge1.example.com"; domains = [ "example.com", "example.org" ]; $EDGE_SET };
federation: { listen = [ $FEDERATION_LISTEN ]; certificate = "$T/edge.pem"; key = "$T/edge.key"; ca = "$T/ca.pem"; $FEDERATION_SET };
internal: { next-hops = ( $hops ); $INTERNAL_SET };
messages: { $MESSAGES_SET };
border: { $BORDER_SET };
store: { state-file = "$T/state"; $STORE_SET };
log: { decisions = "$T/decisions.jsonl"; level = "${LOG_LEVEL:-debug}"; $LOG_SET }; console: { socket = "$T/console.sock"; $CONSOLE_SET };
$MORE_SET
policy = "$T/policy.conf";
END
	printf '%s\n' "$POLICY" >"$T/policy.conf"
}

# edge: writes both files and starts; sets address (federation) and inside.
edge()
{
	write_conf
	edge_again
}

edge_again()
{
	: >"$T/edge.log"
	start edge $EDGE_UNDER "$BUILD/fedgated" -c "$T/fedgate.conf"
	wait_for edge 'edge .* is ready'
	address=$(sed -nE 's/.*federation: listening on ([^ ]+)$/\1/p' "$T/edge.log" | head -n 1)
	inside=$(sed -nE 's/.*internal: listening on ([^ ]+).*$/\1/p' "$T/edge.log" | head -n 1)
}

hop_is_up() { wait_for edge 'next hop .*: up at'; }

# Ends the edge cleanly; it must exit 0.
edge_stop()
{
	kill -TERM "$edge_pid"
	wait "$edge_pid" || fail "the edge did not exit 0"
}

reload()
{
	before=$(count_of edge 'policy: reloaded|reload: ')
	kill -HUP "$edge_pid"
	until_true "the reload" reloaded "$before"
}
reloaded() { [ "$(count_of edge 'policy: reloaded|reload: ')" -gt "$1" ]; }

# question "WORDS": what the console answers, as it is on the wire.
question() { printf '%s\n' "$1" | "$TOOLS/ask" "$T/console.sock"; }

# ctl words...: fedgatectl at this edge.
ctl() { "$BUILD/fedgatectl" -s "$T/console.sock" "$@"; }

# documented COMMAND words...: its answer has the keys and types that fedgatectl.8 lists, and no others. It
# stays in $T/COMMAND.json.
documented()
{
	ctl --json "$@" >"$T/$1.json" || [ $? -eq 1 ] || fail "fedgatectl --json $*"
	"$TOOLS/schema" "$SOURCE/man/fedgatectl.8" "$1" <"$T/$1.json" >"$T/$1.differs" 2>&1 ||
		fail "fedgatectl --json $* is not as its manual says: $(cat "$T/$1.differs"); it is: $(cat "$T/$1.json")"
}

# partner CERT options...: one run of the partner against the edge.
partner()
{
	who=$1; shift
	"$TOOLS/partner" --connect "$address" --cert "$T/$who.pem" --key "$T/$who.key" --ca "$T/ca.pem" "$@"
}

# script CERT <<END: an exact conversation.
script()
{
	who=$1; shift
	cat >"$T/script"
	partner "$who" --script "$T/script" "$@" || fail "the partner's script, see above"
}

# number FILE KEY: a number out of one line of JSON.
number() { sed -nE "s/.*\"$2\": ?(-?[0-9.]+).*/\1/p" "$1" | head -n 1; }

is() { [ "$2" = "$3" ] || fail "$1: \"$2\" instead of \"$3\""; }
within() { awk -v n="$2" -v a="$3" -v b="$4" 'BEGIN { exit !(n >= a && n <= b) }' || fail "$1: $2, not from $3 to $4"; }

# kept_rate options... LOG: what windowcheck sees. A machine that is late now and then moves arrivals, not slots:
# where the strict look fails, one with 150 ms of slack decides, and says so. The exact proof is in the unit tests.
kept_rate()
{
	"$TOOLS/windowcheck" "$@" && return 0
	echo "not in the strict look; with ${SLACK:-150} ms of slack for a late machine:"
	"$TOOLS/windowcheck" --slack "${SLACK:-150}" "$@"
}

at_hop() { grep -c '"method"' "$T/${1:-hop}.jsonl" 2>/dev/null || true; }

# --- what a partner says and does while the test goes on ---

# send METHOD URI [LINE...]: the words of a script that send a request; FROM is
# who sends it. A CANCEL and an ACK follow the last request of the call.
send()
{
	method=$1 uri=$2 branch='{BRANCH}' to="<$2>"; shift 2
	case $method in
	CANCEL) branch='{SAME-BRANCH}' ;;
	ACK) branch='{SAME-BRANCH}' to='{REMOTE}' ;;
	esac
	printf 'send <<END\n%s %s SIP/2.0\nVia: SIP/2.0/{TRANSPORT} {LOCAL};branch=%s\n' "$method" "$uri" "$branch"
	printf 'From: <%s>;tag={TAG}\nTo: %s\nCall-ID: {CALLID}\n' "${FROM:-sip:a@contoso.example}" "$to"
	printf 'CSeq: {CSEQ} %s\nContact: <sip:a@{LOCAL};transport=tls>\n' "$method"
	printf '%s\n' "${MAX_FORWARDS-Max-Forwards: 70}" "$@" | sed '/^$/d'
	printf 'Content-Length: 0\n\nEND\n'
}

# further METHOD [LINE...]: the same inside the dialog that the last message belongs to.
further()
{
	method=$1; shift
	printf 'send <<END\n%s {CONTACT} SIP/2.0\nVia: SIP/2.0/{TRANSPORT} {LOCAL};branch={BRANCH}\n' "$method"
	printf '%s\n' "${ROUTE-{ROUTE\}}" | sed '/^$/d'
	printf 'Max-Forwards: 70\nFrom: {SELF}\nTo: {REMOTE}\nCall-ID: {CALLID}\nCSeq: {CSEQ} %s\n' "$method"
	printf 'Contact: <sip:a@{LOCAL};transport=tls>\n'
	[ $# -eq 0 ] || printf '%s\n' "$@"
	printf 'Content-Length: 0\n\nEND\n'
}

# talk NAME CERT: plays $T/NAME.script in the background; talked NAME waits for its
# end, which must be a good one. `await FILE` in it waits for the test.
talk()
{
	start "$1" "$TOOLS/partner" --connect "$address" --cert "$T/$2.pem" --key "$T/$2.key" --ca "$T/ca.pem" --script "$T/$1.script"
}

talked()
{
	eval "wait \$${1}_pid" || fail "the script of $1: $(cat "$T/$1.log")"
}

# free_address [HOST]: an address that nobody listens on.
free_address() { echo quit | "$TOOLS/nexthop" --listen "${1:-127.0.0.1}:0" | sed -n 's/^listening //p'; }
