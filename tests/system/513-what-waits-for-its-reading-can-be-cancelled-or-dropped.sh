# While the store stands still: an INVITE that waits for its reading can be cancelled, what waits is dropped
# with its connection, and neither goes on when the store does. How much may wait is bounded. An edge that is
# stopped meanwhile ends cleanly.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

STORE_TIMEOUT=10s
MESSAGES_SET='drain-timeout = "1s"; max-held = "4M";'
# What a sanitizer keeps back of freed memory is not what is measured here.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"
make_certs
nexthop
redis_start
edges 2
at 1
partner_at 1 contoso --from sip:a@contoso.example --to sip:first@example.com >"$T/first.json"
line stall 1
{
	send INVITE sip:cancelled@example.com; echo "expect nothing for 200ms"
	send CANCEL sip:cancelled@example.com
	echo 'expect 200 for CANCEL within 3s'
	echo 'expect 487 for INVITE within 3s header Reason matches cancelled'
	send ACK sip:cancelled@example.com
	echo call
	send MESSAGE sip:waits@example.com; echo 'expect 200 within 15s'
} >"$T/caller.script"
talk caller contoso
{
	FROM=sip:f@fabrikam.example
	send MESSAGE sip:dropped@example.com; echo "expect nothing for 300ms"; echo close
} | script fabrikam
wait_for edge1 'connection-closed'
wait_for edge1 'cancelled'
sleep 0.5
line go 1
talked caller
is "another edge meanwhile" "$(one 2 fabrikam.example sip:other@example.com)" 200
sleep 0.5
is "at the next hop" "$(sed -nE 's/.*"request_uri":"sip:([a-z]+)@.*/\1/p' "$T/hop.jsonl" | sort | tr '\n' ' ')" "first other waits "

# 16 MB for 4 MB of room.
memory() { sed -nE 's/^VmRSS:[^0-9]*([0-9]+) kB/\1/p' "/proc/$edge2_pid/status"; }
before=$(memory)
line stall 2
partner_at 2 contoso --from sip:a@contoso.example --to sip:much@example.com --count 1000 --burst --body 16000 --wait "$PATIENCE" >"$T/much.json" &
much=$!
wait_for edge2 'contoso.example: refused MESSAGE from .*: busy'
sleep 0.5
within "kB more in memory" $(($(memory) - before)) -100000 40000
line go 2
wait $much
is "lost or answered twice: $(cat "$T/much.json")" "$(number "$T/much.json" lost) $(number "$T/much.json" strays)" "0 0"
within "busy" "$(answered "$T/much.json" '503 busy')" 1 990

line stall 1 2
for k in 1 2; do
	at $k
	{ send MESSAGE sip:never@example.com; echo "print sent"; echo "sleep 30"; } >"$T/last$k.script"
	talk last$k contoso
	wait_for last$k sent
done
sleep 0.3
edges_stop
is "for nobody" "$(grep -c never "$T/hop.jsonl")" 0
