# `fedgatectl watch` at a real edge, in a real terminal: the harvester and the flooder stand there by name, with reason
# and since when; it goes on while the edge is killed and comes back, and they are still there.
. "$SOURCE/tests/system/lib.sh"

command -v tmux >/dev/null || fail "tmux is not here: deploy/packages --tests installs it"
unset TMUX NO_COLOR
export TMUX_TMPDIR="$T"
CLEAN='tmux -L t kill-server 2>/dev/null'
screen() { tmux -L t capture-pane -p -t w; }
shows() { screen >"$T/screen" 2>/dev/null && grep -qE -- "$1" "$T/screen"; }
until_shows() { until_true "\"$1\" on the screen, which is: $(screen)" shows "$1"; }

POLICY='watch-list: { distinct-uris = 5; };'
make_certs
certs issue "$T" harvest dns:harvest.example
nexthop
edge
hop_is_up
tmux -L t -f /dev/null new-session -d -s w -x 120 -y 24 "$BUILD/fedgatectl -s $T/console.sock watch -n 0.3; echo \$? >$T/status; cat"
until_shows '^no partner is suspicious, watched or limited'
until_shows '^edge1.example.com store memory good 20'

# They come while it is looked at.
partner harvest --from sip:h@harvest.example --to sip:user%d@example.com --count 8 --window 1 >"$T/names.json"
until_shows '^harvest\.example +watched +[0-9:]+Z, (now|[0-9]+ s ago) +watch-list'
partner fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 100 --burst --wait 5 >"$T/flood.json"
until_shows '^fabrikam\.example +discovered +[0-9:]+Z, (now|[0-9]+ s ago) +rate-limit'
until_shows '^listed 2 not listed 0 watched 1 '
is "who stands first" "$(grep -oE '^(harvest|fabrikam)' "$T/screen" | head -n 1)" harvest

# The edge is killed: the last report stays. It comes back, and so does what it keeps.
kill -KILL "$edge_pid"; wait "$edge_pid" 2>/dev/null || true
until_shows '^no answer from the edge since [0-9:]+Z'
until_shows '^harvest\.example +watched'
edge_again
until_true "an answer again, on the screen: $(screen)" sh -c '! tmux -L t capture-pane -p -t w | grep -q "^no answer"'
until_shows '^harvest\.example +watched +[0-9:]+Z, .* +watch-list'
tmux -L t send-keys -t w q
until_true "the end" test -s "$T/status"
is "exit status behind q" "$(cat "$T/status")" 0
