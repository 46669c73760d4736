# SIGHUP begins a new record, which stands for itself; what a full disk does not take is counted, and no message waits for it.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/record.lib"

LOG_SET="record = \"$T/record.jsonl\";"
POLICY='limits: { rate = "1000/s"; };'
make_certs
nexthop
edge
hop_is_up
# One connection over all files: it is told again in each.
{
	ask MESSAGE sip:bob@example.com; answer_is 200
	echo "await $T/rotated"
	ask MESSAGE sip:bob@example.com; answer_is 200
	echo "await $T/full"
	ask MESSAGE sip:bob@example.com; answer_is 200
	echo "await $T/off"
	ask MESSAGE sip:bob@example.com; answer_is 200
} >"$T/long.script"
talk long contoso
judged_in() { grep -c '"event":"judged"' "$1" 2>/dev/null || true; }
has() { [ "$(judged_in "$1")" = "$2" ]; }
until_true "the first request in the record" has "$T/record.jsonl" 1
mv "$T/record.jsonl" "$T/old.jsonl"
reload
: >"$T/rotated"
until_true "the second request in the new record" has "$T/record.jsonl" 1
is "in the old one" "$(judged_in "$T/old.jsonl")" 1
for file in old record; do
	judged_again "$T/policy.conf" "$T/$file.jsonl"
	grep -q '^1 requests judged: 1 alike' "$T/replay.txt" || fail "$file.jsonl does not stand for itself: $(cat "$T/replay.txt" "$T/replay.err")"
done

sed -i "s|record = .*jsonl\"|record = \"/dev/full\"|" "$T/fedgate.conf"
reload
: >"$T/full"
wait_for edge 'record /dev/full: cannot write: No space left on device: lines are dropped and counted'
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --rate 200/s >"$T/contoso.json"
is "forwarded meanwhile" "$(answered "$T/contoso.json" 200)" 100
is "it is said once" "$(count_of edge 'record /dev/full: cannot write')" 1

sed -i 's|record = "/dev/full"|record = ""|' "$T/fedgate.conf"
reload
wait_for edge 'record /dev/full: [0-9]+ lines were lost'
: >"$T/off"
talked long
edge_stop
is "in the record, since it was switched off" "$(judged_in "$T/record.jsonl")" 1
