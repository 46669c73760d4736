# Root, the edge's own user and the group may change; the report group may only read; nobody else gets in. What is tried
# is recorded with who tried it.
. "$SOURCE/tests/system/lib.sh"

[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null || { echo "skipped: only root can become others, by setpriv"; exit 0; }
make_certs
nexthop

# A place that others can come to.
open=$(mktemp -d /tmp/fedgate-console.XXXXXX)
CLEAN="rm -rf $open"
chmod 755 "$open"
cp "$TOOLS/ask" "$open/ask"
socket=$open/console.sock
# as GROUPS WORDS: nobody, with these groups, asks.
as()
{
	[ -n "$1" ] && groups="--groups $1" || groups=--clear-groups
	printf '%s\n' "$2" | setpriv --reuid nobody --regid "$(id -g nobody)" $groups "$open/ask" "$socket" 2>&1 || true
}
first() { head -n 1 | cut -c 1-60; }
mode() { stat -c '%a %G' "$socket"; }

# with GROUP REPORT-GROUP: the edge starts with these settings.
with()
{
	CONSOLE_SET="group = \"$1\"; report-group = \"$2\";"
	write_conf
	sed -i "s|$T/console.sock|$socket|" "$T/fedgate.conf"
	edge_again
}

with daemon ''
is "mode and group of the socket" "$(mode)" "660 daemon"
is "the group asks" "$(as daemon status | first)" ok
is "the group changes" "$(as daemon reload | first)" ok
is "somebody asks" "$(as '' status | grep -c 'Permission denied')" 1
is "another group asks" "$(as games status | grep -c 'Permission denied')" 1
grep -q '"event":"operator","who":"nobody","uid":'"$(id -u nobody)"',"asked":"reload","what":".*","done":true' "$T/decisions.jsonl" ||
	fail "the decision log does not tell that nobody reloaded"

# The settings change by a reload.
sed -i 's|report-group = ""|report-group = "games"|' "$T/fedgate.conf"
reload
is "mode of the socket with a report group" "$(mode | cut -d ' ' -f 1)" 666
is "the group changes" "$(as daemon reload | first)" ok
is "the report group reads" "$(as games status | first)" ok
is "the report group reloads" "$(as games reload | first)" no
is "the report group drains" "$(as games drain | first)" no
is "somebody reads" "$(as '' status | first)" no
is "somebody reloads" "$(as '' reload | first)" no
is "another group reads" "$(as bin,sys status | first)" no
is "one of many groups" "$(as bin,sys,games,mail status | first)" ok
as games reload | grep -q '"what":"you may read reports; changes need ' || fail "it does not say what a change needs: $(as games reload)"
grep -q '"event":"operator","who":"nobody","uid":[0-9]*,"asked":"drain","what":".*","done":false' "$T/decisions.jsonl" ||
	fail "the decision log does not tell that nobody tried to drain"
printf 'status\n' | "$TOOLS/ask" "$socket" | grep -q '"state":"serving"' || fail "it is drained"
# Who may not change fills no disk, and does not push out what others have done.
refused() { grep -c '"event":"operator","who":"nobody".*"done":false' "$T/decisions.jsonl"; }
before=$(refused)
for i in $(seq 50); do as '' drain >"$T/drain"; done
is "the fiftieth is refused" "$(first <"$T/drain")" no
[ "$(refused)" -lt $((before + 40)) ] || fail "of 50 refusals $(($(refused) - before)) are recorded"
as daemon 'unblock nobody.example' >"$T/unblock"
tail -n 1 "$T/decisions.jsonl" | grep -q '"asked":"unblock nobody.example"' || fail "who may change is not recorded: $(tail -n 1 "$T/decisions.jsonl")"
# A crowd of one user ends no half command of another.
mkfifo "$T/slow"
start slow sh -c "exec '$TOOLS/ask' '$socket' <'$T/slow'"
exec 8>"$T/slow"
printf 'sta' >&8
sleep 0.3
setpriv --reuid nobody --regid "$(id -g nobody)" --groups games "$open/ask" "$socket" --crowd 1000 </dev/null >"$T/crowd"
printf 'tus\n' >&8
exec 8>&-
wait_for slow '^ok$'

# Readers who stay keep each other out, and no operator. More than find room: some give way before they ask.
for i in $(seq 100); do
	as games 'log -f' >"$T/reader.$i" &
	pids="$pids $!"
done
shut() { as games status | grep -q 'too many connections to the console'; }
until_true "sixty-four readers" shut
is "the group asks beside sixty-four readers" "$(as daemon status | first)" ok
is "root reads" "$(printf 'status\n' | "$TOOLS/ask" "$socket" | first)" ok
edge_stop

# Groups that are not there let nobody in.
with no-such-group ''
said edge 'console: group "no-such-group": there is no such group: groupadd' || fail "it does not say that the group is missing"
is "mode of the socket without a group" "$(mode | cut -d ' ' -f 1)" 600
is "somebody asks" "$(as daemon status | grep -c 'Permission denied')" 1
is "root changes" "$(printf 'reload\n' | "$TOOLS/ask" "$socket" | first)" ok
edge_stop

# The edge's own user is no stranger to it, also when it is in no group.
EDGE_SET='user = "nobody";'
chown -R nobody "$T" "$open"
with no-such-group ''
is "the edge's own user changes" "$(as '' reload | first)" ok
is "owner of the socket" "$(stat -c %U "$socket")" nobody
edge_stop
with daemon ''
said edge 'console: .*: cannot be given to the group: Operation not permitted: make the edge.s user a member' || fail "it does not say that it is not in the group"
is "mode of the socket of a user who is not in the group" "$(mode | cut -d ' ' -f 1)" 600
edge_stop
