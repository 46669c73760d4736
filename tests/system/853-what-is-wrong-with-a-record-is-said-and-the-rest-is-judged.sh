# A record that is damaged, cut short, or of somebody else: what can be read is judged, the rest is told with its line.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/record.lib"

LOG_SET="record = \"$T/record.jsonl\";"
POLICY='limits: { rate = "100/s"; };'
make_certs
nexthop
edge
hop_is_up
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 20 >"$T/contoso.json"
edge_stop
# fails STATUS WORDS options...: what a run of the daemon must come to.
fails()
{
	status=0; wanted=$1 words=$2; shift 2
	"$BUILD/fedgated" "$@" >"$T/out.txt" 2>"$T/err.txt" || status=$?
	is "the exit status of $*" $status "$wanted"
	grep -qE -- "$words" "$T/err.txt" || fail "\"$words\" is not said by $*: $(cat "$T/err.txt")"
	[ ! -s "$T/out.txt" ] || fail "something is printed all the same"
}

fails 2 '^usage: ' --replay "$T/record.jsonl"
fails 2 '^usage: ' --policy "$T/policy.conf"
fails 2 '^usage: ' --json
fails 2 '^usage: ' -t --replay "$T/record.jsonl" --policy "$T/policy.conf"
fails 2 '^usage: ' --replay "$T/record.jsonl" --policy "$T/policy.conf" more
fails 1 'nothing.jsonl: cannot be read: No such file' --replay "$T/nothing.jsonl" --policy "$T/policy.conf"
fails 1 'cannot be read: Is a directory' --replay "$T" --policy "$T/policy.conf"
fails 1 'no record: name a file that log.record wrote' --replay /dev/null --policy "$T/policy.conf"
fails 1 'decisions.jsonl:1: a record begins with the event begin: passed over' --replay "$T/decisions.jsonl" --policy "$T/policy.conf"
fails 1 'nowhere.conf: cannot be read' --replay "$T/record.jsonl" --policy "$T/nowhere.conf"
printf 'limits: { rate = "20"; };\nallow = ( { domain = "example.com"; } );\n' >"$T/bad.conf"
fails 1 'bad.conf:1: limits.rate "20"' --replay "$T/record.jsonl" --policy "$T/bad.conf"
fails 1 'bad.conf:2: .*example.com' --replay "$T/record.jsonl" --policy "$T/bad.conf"

# The fifth request is damaged, the last one cut short.
awk '/"judged"/ && ++n == 5 { print substr($0, 1, 60); next } { print }' "$T/record.jsonl" | grep -v '"answered"\|"closed"' >"$T/cut.jsonl"
truncate -s -30 "$T/cut.jsonl"
judged_again "$T/policy.conf" "$T/cut.jsonl"
grep -q '^18 requests judged: 18 alike' "$T/replay.txt" || fail "of 20, 18 can be read: $(cat "$T/replay.txt")"
grep -qE 'cut.jsonl:[0-9]+: no JSON object: passed over' "$T/replay.err" || fail "the damaged line is not told: $(cat "$T/replay.err")"
grep -qE 'cut.jsonl:[0-9]+: cut short: the record ends here: passed over' "$T/replay.err" || fail "the cut is not told: $(cat "$T/replay.err")"
grep -q ', 2 of them passed over' "$T/replay.txt" || fail "the lines that were passed over are not counted"
# Of very many, few are told.
{ cat "$T/record.jsonl"; yes '{"event":' | head -n 5000; } >"$T/much.jsonl"
judged_again "$T/policy.conf" "$T/much.jsonl"
is "lines of complaint" "$(wc -l <"$T/replay.err")" 11
grep -q '4990 lines more were passed over' "$T/replay.err" || fail "how many more there are is not told"
# A pipe is as good.
cat "$T/record.jsonl" "$T/record.jsonl" | "$BUILD/fedgated" --replay /dev/stdin --policy "$T/policy.conf" >"$T/twice.txt"
grep -q '^40 requests judged: 40 alike' "$T/twice.txt" || fail "two records in a row: $(cat "$T/twice.txt")"
