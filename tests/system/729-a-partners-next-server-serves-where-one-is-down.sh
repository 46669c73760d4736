# A partner whose DNS names several servers is reached by the next where one is down (RFC 3263 4.3), by the very
# request that finds it so: when there is no connection yet, and in the turn in which there is none any more.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"
. "$SOURCE/tests/system/talk.lib"

by_dns_alone
cat >"$T/names" <<END
srv-host=_sipfederationtls._tcp.contoso.example,first.contoso.example,5061,1
srv-host=_sipfederationtls._tcp.contoso.example,sip.contoso.example,5061,2
srv-host=_sipfederationtls._tcp.example.com,edge1.example.com,5061
host-record=first.contoso.example,$NET.9
END
two_organisations
to_carol() { from_us MESSAGE sip:carol@contoso.example; echo 'expect 200 within 8s'; }
first() { start first "$TOOLS/nexthop" --listen "$NET.9:5061" --cert "$T/contoso.pem" --key "$T/contoso.key" --log "$T/first.jsonl" --control /dev/null; wait_for first '^listening'; }
came_to_first() { [ "$(grep -c '"method":"MESSAGE"' "$T/first.jsonl" 2>/dev/null)" = 1 ]; }
asks_again() { grep -q '^again' "$T/ours.log"; }

first
{ to_carol; echo 'expect nothing for 1500ms'; echo 'print again'; echo call; to_carol; } >"$T/ours.script"
us_script &
us_pid=$!
until_true "the first server's message" came_to_first
kill -STOP "$edge_pid" # so that the end of the connection and what needs it come in one turn
kill -KILL "$first_pid"; wait "$first_pid" 2>/dev/null || true
until_true "our user's second message" asks_again
sleep 0.3
kill -CONT "$edge_pid"
wait "$us_pid" || fail "our user, whose partner's connection has just ended"
said edge "contoso.example: connected to its edge at $NET.7"

edge_crash
us_before=$(grep -c '"method":"MESSAGE"' "$T/theirs.jsonl")
to_carol >"$T/ours.script"
us_script || fail "our user, whose partner's first server is down"
is "what the second one got more" "$(($(grep -c '"method":"MESSAGE"' "$T/theirs.jsonl") - us_before))" 1
! said edge 'cannot be reached' || fail "a server that is down was taken for the partner"
edge_stop
