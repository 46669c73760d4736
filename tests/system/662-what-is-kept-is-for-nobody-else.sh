# The files of the state are the daemon's alone and the decision log is for its group, whatever the umask;
# a secret that was cut short, or that others could read, is made anew and is not theirs.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
umask 000
printf short >"$T/state.key"
is "mode of what was there" "$(stat -c %a "$T/state.key")" 666
edge
hop_is_up
{ send REGISTER sip:bob@example.com; echo "expect 403"; } | script contoso
for file in state state.journal state.key state.lock; do
	is "mode of $file" "$(stat -c %a "$T/$file")" 600
done
is "octets of the secret" "$(stat -c %s "$T/state.key")" 32
is "mode of the decision log" "$(stat -c %a "$T/decisions.jsonl")" 640
edge_stop
is "mode of state after the stop" "$(stat -c %a "$T/state")" 600
