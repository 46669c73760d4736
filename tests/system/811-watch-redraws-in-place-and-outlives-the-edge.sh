# `fedgatectl watch` in a real terminal (tmux): who is worst stands first with reason and since; keys sort;
# a resize, an edge that ends, hangs and comes back are survived; q ends it with 0.
. "$SOURCE/tests/system/lib.sh"

CTL=$BUILD/fedgatectl
command -v tmux >/dev/null || fail "tmux is not here: deploy/packages --tests installs it"
unset TMUX NO_COLOR
export TMUX_TMPDIR="$T"
CLEAN='tmux -L t kill-server 2>/dev/null'
start_console() { : >"$T/console.log"; start console "$TOOLS/answers" "$T/c.sock" "$T/answer" "$T/questions"; wait_for console listening; }

# report RATE: the harvester, a suspicious one, a fast one.
report()
{
	cat >"$T/answer.new" <<END2
ok
{"edge": "edge1.example.com", "time": "2026-11-26T06:30:00.000Z", "store": {"kind": "redis", "state": "good"}, "partners": [
{"partner": "harvest.example", "class": "watched", "since": "2026-11-26T06:27:00.000Z", "reason": "watch-list", "rate": 2, "distinct_uris": 1000, "failures": 996, "refused": 1203},
{"partner": "guess.example", "class": "suspicious", "since": "2026-11-26T05:30:00.000Z", "reason": "rate-suspicious", "rate": 1, "distinct_uris": 212, "failures": 172, "refused": 88},
{"partner": "flood\u001b[2J.example", "class": "discovered", "since": null, "reason": "rate-limit", "rate": $1, "distinct_uris": 3, "failures": 0, "refused": 99871}], "notes": ["only this edge tells: Redis is away"]}
END2
	mv "$T/answer.new" "$T/answer"
}

screen() { tmux -L t capture-pane -p -t w; }
shows() { screen >"$T/screen" 2>/dev/null && grep -qE -- "$1" "$T/screen"; }
shows_first() { screen >"$T/screen" && [ "$(grep -oE '^(harvest|guess|flood)' "$T/screen" | tr '\n' ' ')" = "$1" ]; }
until_shows() { until_true "\"$1\" on the screen, which is: $(screen)" shows "$1"; }
key() { tmux -L t send-keys -t w "$1"; }

# Not a terminal: refused.
status=0
"$CTL" -s "$T/c.sock" watch >"$T/out" 2>"$T/err" </dev/null || status=$?
is "exit status without a terminal" "$status" 2
grep -q 'draws on a terminal' "$T/err" || fail "without a terminal: $(cat "$T/err")"

report 20
start_console
tmux -L t -f /dev/null new-session -d -s w -x 150 -y 24 "$CTL -s $T/c.sock watch -n 0.2; echo \$? >$T/status; cat"
until_shows '^harvest\.example +watched +06:27:00Z, 3 min ago +watch-list +2/s'
until_shows '^PARTNER +CLASS +SINCE +REASON'
until_shows '^flood\\x1b\[2J\.example +discovered'
until_true "worst first" shows_first 'harvest guess flood '
until_shows '^edge1\.example\.com store redis good 2026-11-26 06:30:00'
until_shows '^listed 3 watched 1 suspicious 1 rate 23/s uris 1215 failed 1168 refused 101162'
until_shows '^only this edge tells: Redis is away'

# Drawn again in its place.
report 31
until_shows 'flood.* 31/s'
[ "$(grep -c '^PARTNER' "$T/screen")" -eq 1 ] || fail "two heads: $(cat "$T/screen")"

# Sorted by a key, the other way round, by the next column, and back.
key r; until_true "by rate" shows_first 'flood harvest guess '
key r; until_true "by rate, the other way" shows_first 'guess harvest flood '
key p; until_true "by partner" shows_first 'flood guess harvest '
key x; until_true "by refused" shows_first 'flood harvest guess '
key u; until_true "by uris" shows_first 'harvest guess flood '
key '<'; key '<'; until_true "by the column left of it, and one more: rate" shows_first 'flood harvest guess '
key w; until_true "worst first again" shows_first 'harvest guess flood '
key Down; until_true "scrolled" shows_first 'guess flood '
key Home; until_true "scrolled back" shows_first 'harvest guess flood '

# A narrow terminal: what does not fit stands below; nothing is lost.
tmux -L t resize-window -t w -x 60 -y 20
until_shows '^harvest\.example +watched +06:27:00Z, 3 min ago'
until_shows 'refused: 1203'
tmux -L t resize-window -t w -x 20 -y 4
sleep 0.3
tmux -L t resize-window -t w -x 150 -y 24
until_shows '^harvest\.example +watched +06:27:00Z, 3 min ago +watch-list +2/s'

# The edge ends: what was known stays, and since when there is no answer is said.
kill "$console_pid"
until_shows '^no answer from the edge since [0-9:]+Z, .*connection refused'
until_shows '^harvest\.example'
report 17
start_console
until_shows 'flood.* 17/s'
! shows '^no answer' || fail "an answer, and \"no answer\": $(screen)"

# It hangs: keys are heard all the same.
rm "$T/answer"
until_true "a question that is not answered" sh -c '[ -f "$0" ]' "$T/questions"
key r; until_true "by rate, while the edge is silent" shows_first 'flood harvest guess '
key q
until_true "the end" test -s "$T/status"
is "exit status behind q" "$(cat "$T/status")" 0
