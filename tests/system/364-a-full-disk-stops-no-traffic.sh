# A full disk under the decision log and the journal: said once each, lines are dropped
# and counted, traffic is judged as ever; when there is room again it is said, and nothing
# that restricts a partner is lost by a kill afterwards.
. "$SOURCE/tests/system/lib.sh"

command -v prlimit >/dev/null || { echo "skipped: there is no prlimit"; exit 0; }
make_certs
mkdir "$T/disk"
# Two ways to be full: a small filesystem, for whoever may mount one, and a limit on
# files, with which the journal has not even the rest of its block.
small_disk()
{
	[ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=128k none "$T/disk" 2>/dev/null || return 1
	CLEAN='umount -l "$T/disk"'
	fill() { dd if=/dev/zero of="$T/disk/filler" bs=1k 2>/dev/null || true; }
	make_room() { rm "$T/disk/filler"; }
}
limited_files()
{
	fill() { prlimit --pid "$edge_pid" --fsize=1:; }
	make_room() { prlimit --pid "$edge_pid" --fsize=unlimited:; }
}
POLICY='watch-list: { distinct-uris = 2; }; limits: { rate = "1000/s"; }; block = ( { domain = "fabrikam.example"; } );'
nexthop
write_conf
sed -i "s|state-file = \"[^\"]*\"|state-file = \"$T/disk/state\"|; s|decisions = \"[^\"]*\"|decisions = \"$T/disk/decisions\"|" "$T/fedgate.conf"
# The log goes through a pipe, or a limit on files would stop it too.
mkfifo "$T/pipe"
run()
{
	: >"$T/edge.log"
	cat "$T/pipe" >>"$T/edge.log" &
	$EDGE_UNDER "$BUILD/fedgated" -c "$T/fedgate.conf" >"$T/pipe" 2>&1 &
	edge_pid=$! pids="$pids $!"
	wait_for edge 'edge .* is ready'
	address=$(sed -nE 's/.*federation: listening on ([^ ]+)$/\1/p' "$T/edge.log")
	hop_is_up
}
blocked() { { FROM=sip:a@fabrikam.example; send MESSAGE sip:bob@example.com; echo "expect 403"; } | sed "s/{CALLID}/$1/" | script fabrikam; }

full() # disk or limit
{
	run
	blocked before
	# What the filesystem rounds up to a block is filled by the lines themselves.
	fill
	turns=40
	while ! said edge 'decision log .*cannot write' && [ $turns -gt 0 ]; do
		turns=$((turns - 1))
		kill -HUP "$edge_pid"
		sleep 0.2
	done
	wait_for edge 'decision log .*cannot write: .*lines are dropped and counted'
	blocked during
	# The third name: watched, which the journal cannot take.
	{
		for name in one two; do send MESSAGE sip:$name@example.com; echo "expect 200"; echo call; done
		send MESSAGE sip:three@example.com; echo 'expect 403 header Reason matches watch-list'
		echo call; send MESSAGE sip:one@example.com; echo 'expect 403 header Reason matches watch-list'
	} | script contoso
	sleep 1.2
	blocked later
	sleep 1.2
	is "how often the decision log was said to be full" "$(count_of edge 'decision log .*cannot write')" 1
	grep -q '"call_id":"later"' "$T/disk/decisions" && fail "there was room"
	make_room
	sleep 1.2
	blocked after
	wait_for edge 'decision log .*works again; [1-9][0-9]* lines were lost'
	grep -q '"call_id":"before"' "$T/disk/decisions" || fail "an old line is gone"
	until_true "the new line" grep -q '"call_id":"after"' "$T/disk/decisions"
	if [ "$1" = limit ]; then
		is "how often the journal was said to be full" "$(count_of edge 'state: cannot write')" 1
		wait_for edge 'state: all is kept in .* again'
	fi

	kill -KILL "$edge_pid"
	wait "$edge_pid" 2>/dev/null || true
	run
	{ send MESSAGE sip:one@example.com; echo 'expect 403 header Reason matches watch-list'; } | script contoso
	edge_stop
}

if small_disk; then
	full disk
	umount "$T/disk"
	CLEAN=
else
	echo "without a small filesystem: it cannot be mounted here"
fi
limited_files
full limit
