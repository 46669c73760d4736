# NOTIFY_SOCKET: ready, reloading and ready again (taken over or refused), stopping, and the
# watchdog's beat as long as the loop turns; from the edge's own process only, also
# after root is given up and without a free descriptor.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --silent INVITE
MESSAGES_SET='drain-timeout = "30s";'
start manager "$TOOLS/manager" "$T/notify"
wait_for manager '^listening'
export NOTIFY_SOCKET="$T/notify" WATCHDOG_USEC=400000
edge
hop_is_up

# heard "words": from the edge itself.
heard() { wait_for manager "^$edge_pid $1\$"; }
beats() { count_of manager "^$edge_pid WATCHDOG=1\$"; }
more_beats() { [ "$(beats)" -gt "$1" ]; }
beats_go_on() { had=$(beats); until_true "two more beats" more_beats $((had + 1)); }

heard 'READY=1 STATUS=edge edge1.example.com is ready'
beats_go_on

reload
heard 'RELOADING=1 MONOTONIC_USEC=[0-9]+ STATUS=reloading'
heard 'READY=1 STATUS=edge edge1.example.com is ready; reloaded'
echo 'allow = ( { domian = "contoso.example"; } );' >"$T/policy.conf"
reload
heard 'READY=1 STATUS=edge edge1.example.com is ready; reload refused: [0-9]+ complaints? in the log, nothing has changed'
is "how many reloads were heard" "$(count_of manager 'RELOADING=1 MONOTONIC_USEC=')" 2

# A loop that does not turn is silent: this is what the manager restarts it for.
kill -STOP "$edge_pid"
sleep 0.3
had=$(beats)
sleep 1
is "beats of a stopped edge" "$(beats)" "$had"
kill -CONT "$edge_pid"
beats_go_on

# All descriptors used up: it serves what it has, and is not to be restarted for that.
if command -v prlimit >/dev/null; then
	prlimit --pid "$edge_pid" --nofile="$(find "/proc/$edge_pid/fd" -type l | wc -l)":
	for name in one two three; do
		{ send MESSAGE sip:bob@example.com; echo "expect close within 20s"; } >"$T/$name.script"
		talk $name contoso
	done
	wait_for edge 'cannot accept: Too many open files'
	beats_go_on
	prlimit --pid "$edge_pid" --nofile=1024:
	for name in one two three; do eval "kill \$${name}_pid"; done
fi

{ send INVITE sip:bob@example.com; echo "print sent"; echo "expect 200 within 20s"; } >"$T/caller.script"
talk caller contoso
until_true "the INVITE at the hop" grep -q '"method": *"INVITE"' "$T/hop.jsonl"
kill -TERM "$edge_pid"
heard 'STOPPING=1 STATUS=draining 1 request'
tell hop "answer $(sed -nE '/"INVITE"/s/.*"call_id":"([^"]+)".*/\1/p' "$T/hop.jsonl" | head -n 1) 200"
talked caller
wait "$edge_pid" || fail "it did not exit 0"
is "words of another process" "$(grep -vcE "^($edge_pid |listening)" "$T/manager.log" || true)" 0

# An abstract name, and root given up; the watchdog of another process is not ours.
start abstract "$TOOLS/manager" "@fedgate-test-$$"
wait_for abstract '^listening'
export NOTIFY_SOCKET="@fedgate-test-$$" WATCHDOG_PID=1
POLICY=
if [ "$(id -u)" -eq 0 ]; then
	EDGE_SET='user = "nobody";'
	chown -R nobody "$T"
fi
edge
wait_for abstract "^$edge_pid READY=1"
reload
wait_for abstract "^$edge_pid READY=1 .*; reloaded"
edge_stop
wait_for abstract "^$edge_pid STOPPING=1 STATUS=draining 0 requests"
is "beats for another" "$(count_of abstract WATCHDOG)" 0

# With nobody there it says so once, and serves.
export NOTIFY_SOCKET="$T/nobody"
edge
wait_for edge 'service manager: does not hear us: No such file or directory'
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
reload
edge_stop
is "how often it was said" "$(count_of edge 'service manager: ')" 1
