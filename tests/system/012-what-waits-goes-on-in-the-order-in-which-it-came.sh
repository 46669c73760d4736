# Also where many have one slot: behind one that waits since a slower law nobody may overtake it.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "1/2s"; max-delay = "20s"; };'
make_certs
nexthop
edge
hop_is_up
{
	ask MESSAGE sip:user0@example.com; echo 'expect 200'
	ask MESSAGE sip:user1@example.com; echo 'expect nothing for 100ms'
	echo 'print waiting'; echo "await $T/faster"
	n=2
	while [ $n -le 40 ]; do ask MESSAGE "sip:user$n@example.com"; n=$((n + 1)); done
	n=1
	while [ $n -le 40 ]; do echo 'expect 200'; n=$((n + 1)); done
} >"$T/sender.script"
talk sender contoso
wait_for sender waiting
law 'limits: { rate = "100/s"; max-delay = "20s"; };'
: >"$T/faster"
talked sender
sed -nE 's/.*"request_uri":"sip:user([0-9]+)@.*/\1/p' "$T/hop.jsonl" >"$T/came"
is "messages at the next hop" "$(wc -l <"$T/came")" 41
sort -n "$T/came" | cmp -s - "$T/came" || fail "they came as $(tr '\n' ' ' <"$T/came")"
