# A record that lost lines begins anew when its file takes lines again, and tells all names again: what follows is judged by the
# right ones. So it is when the record is switched off and on while a partner is connected, and when a crash left half a line.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/record.lib"
command -v prlimit >/dev/null || { echo "skipped: there is no prlimit"; exit 0; }

LOG_SET="record = \"$T/record.jsonl\";"
POLICY='limits: { rate = "1000/s"; };'
make_certs
nexthop
edge
hop_is_up

# A connection that lives on while the record does not.
step() { ask MESSAGE sip:bob@example.com; answer_is 200; echo "await $T/$1"; }
{ step off; step on; step full; step room; step crash; } >"$T/long.script"
talk long contoso
arrived() { [ "$(grep -c '"method":"MESSAGE"' "$T/hop.jsonl")" -ge "$1" ]; }
# alike SENT RECORDED WHAT: so many requests have come through, and so many can be judged again.
alike()
{
	until_true "$1 requests at the next hop" arrived "$1"
	sleep 0.1 # the end of that turn
	judged_again "$T/policy.conf"
	grep -q "^$2 requests judged: $2 alike" "$T/replay.txt" || fail "$3: $(cat "$T/replay.txt" "$T/replay.err")"
}
record_to() { sed -i "s|record = \"[^\"]*\"|record = \"$1\"|" "$T/fedgate.conf"; reload; }
files_of() { prlimit --pid "$edge_pid" --fsize="$1":; }

alike 1 1 "one request"
record_to ''
: >"$T/off"
alike 2 1 "switched off"
record_to "$T/record.jsonl"
: >"$T/on"
alike 3 2 "switched on again, with the same connection"

# The disk is full from the midst of the next line on, so that a new beginning, and the names, are lost.
files_of $(($(stat -c %s "$T/record.jsonl") + 20))
ctl reload >"$T/reload" # its own log is a file, too
: >"$T/full"
alike 4 2 "full"
files_of unlimited
: >"$T/room"
alike 5 3 "room again"

# A crash left half a line.
kill -KILL "$edge_pid"
wait "$edge_pid" || true
printf '{"event":"judged","time_us":12' >>"$T/record.jsonl"
: >"$T/crash"
wait "$long_pid" || true
edge_again
hop_is_up
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 2 >"$T/contoso.json"
alike 7 5 "behind half a line"
