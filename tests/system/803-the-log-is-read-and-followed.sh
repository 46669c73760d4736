# log tells the last decisions, also where no file is written, -n so many of them, -f those to come; who followed and has
# gone is forgotten. Where the edge ends, who follows is told so.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
edge
hop_is_up
is "what is kept at first" "$(question log | sed 1d | grep -c '"event":"policy"')" 1
refused() { { FROM=sip:a@$1 send MESSAGE sip:bob@example.com; echo "expect 403"; } | script contoso; }
refused one.example
kept() { question log | sed '1d;$d' | diff - "$T/decisions.jsonl" >"$T/diff"; }
until_true "the same lines as in the file" kept

documented log
ctl log >"$T/text"
grep -qE '^20[-0-9]+ [0-9:.]+Z edge1.example.com refuse contoso.example source-unverified default MESSAGE source one.example ' "$T/text" ||
	fail "the log for people: $(cat "$T/text")"

start follower "$BUILD/fedgatectl" -s "$T/console.sock" --json log -f -n 1
wait_for follower '"source":"one.example"'
is "lines of the past that were not asked for" "$(grep -c '"event":"policy"' "$T/follower.log" || true)" 0
reload
wait_for follower '"what":"reloaded '
question reload >/dev/null
wait_for follower '"event":"operator".*"asked":"reload"'
kill "$follower_pid"
wait "$follower_pid" 2>/dev/null || true
reload
is "the last line" "$(question 'log -n 1' | sed 1d | grep -c '"what":"reloaded ')" 1
is "no lines" "$(question 'log -n 0')" ok
documented log -n 3
# unfit ERE WORDS...: exit 2, and it says so.
unfit()
{
	expected=$1 ended=0; shift
	ctl "$@" >"$T/out" 2>"$T/err" || ended=$?
	is "exit status of $*" "$ended" 2
	grep -qE -- "$expected" "$T/err" || fail "$* says: $(cat "$T/err")"
}
for lines in 1001 x '' -1 1x; do unfit '^fedgatectl: -n: so many of the last lines, 0 to 1000' log -n "$lines"; done
for limit in 0 x '' 1x 100001; do
	unfit '^fedgatectl: --limit: a number from 1 to' partners --limit "$limit"
	unfit '^fedgatectl: --limit: a number from 1 to' report --limit "$limit"
done
unfit 'a pattern has at most 128 octets' partners "$(printf '%0129d' 0)"
for time in 2h 0s x ''; do unfit '^fedgatectl: --for: a time from 1s to 1h' trace contoso.example --for "$time"; done
unfit 'contoso..example: name a domain' trace contoso..example
unfit '^fedgatectl: --for x: write a time from 1s to 30d' try-policy "$T/policy.conf" --for x

# Who follows a log that goes no further is told.
for words in --json ''; do
	start follower "$BUILD/fedgatectl" -s "$T/console.sock" log -f $words
	wait_for follower 'operator'
	[ -z "$words" ] || { edge_stop; ended=0; wait "$follower_pid" || ended=$?; }
	[ -n "$words" ] || { kill -KILL "$edge_pid"; wait "$edge_pid" 2>/dev/null || true; ended=0; wait "$follower_pid" || ended=$?; }
	is "exit status of log -f $words at the edge's end" "$ended" 3
	said follower '^fedgatectl: no answer from the edge: the answer is cut off: the edge has ended' || fail "it says: $(cat "$T/follower.log")"
	edge_again
	question reload >/dev/null
done
ctl log >"$T/text" || fail "a log that is whole: exit status"
ctl log -n 0 >"$T/text" || fail "a log without lines: exit status"
edge_stop

# Also without a file.
write_conf
sed -i "s|decisions = \"[^\"]*\";||" "$T/fedgate.conf"
edge_again
for i in $(seq 30); do question reload >/dev/null; done
is "the lines kept without a file" "$(question log | sed 1d | grep -c '"asked":"reload"')" 30
edge_stop
