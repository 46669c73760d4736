# trace shows one partner's messages, both ways, start line and headers: no body, no credentials, nothing of others, so many
# a second; it ends by itself.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up
trace() { name=$1; shift; start "$name" "$BUILD/fedgatectl" -s "$T/console.sock" --json trace "$@"; }

{ ask MESSAGE sip:bob@example.com; answer_is 200; echo "print ready"; echo "await $T/go"
  echo call; ask MESSAGE sip:bob@example.com sip:a@contoso.example 'Authorization: Digest secret'; answer_is 200
  echo call; ask MESSAGE sip:bob@foreign.example; echo 'expect 4xx'
} >"$T/early.script"
talk early contoso
wait_for early ready
trace shown contoso.example --for 30s
wait_for shown '^{"partner":"contoso.example","for":30.*,"connections":1}'
: >"$T/go"
{ ask MESSAGE sip:bob@example.com sip:f@fabrikam.example; answer_is 200; } >"$T/story"
play fabrikam
talked early
wait_for shown '"direction":"to".*"SIP/2.0 4[0-9][0-9] '
wait_for shown '"direction":"from","address":"127.0.0.1:[0-9]*","fault":null,"body":0,"lines":\["MESSAGE sip:bob@example.com SIP/2.0","Via: '
wait_for shown '"direction":"to".*"SIP/2.0 200 OK"'
wait_for shown '"Authorization: "'
said shown secret && fail "credentials are shown"
said shown fabrikam && fail "messages of others are shown"
# A connection that comes later is one of his too.
had=$(count_of shown '"direction":"from"')
{ ask MESSAGE sip:bob@example.com sip:a@contoso.example; answer_is 200; } >"$T/story"
play contoso
more() { [ "$(count_of shown '"direction":"from"')" -gt "$had" ]; }
until_true "a message of a later connection" more

# Ten times as many as are shown: all are answered.
bystander 60 20/s
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 1000 --window 100 >"$T/load.json"
is "messages answered 200 while they are traced" "$(answered "$T/load.json" 200)" 1000
bystander_is_well
kill "$shown_pid"
wait "$shown_pid" 2>/dev/null || true

# It ends by itself, and is for people too.
for words in --json ''; do
	start short "$BUILD/fedgatectl" -s "$T/console.sock" trace contoso.example --for 2s $words
	wait_for short contoso.example
	play contoso
	wait "$short_pid" || fail "the trace does not end well"
	cp "$T/short.log" "$T/short$words"
done
"$TOOLS/schema" "$SOURCE/man/fedgatectl.8" trace <"$T/short--json" >"$T/differs" || fail "not as documented: $(cat "$T/differs")"
for words in '^contoso.example for 2 s connections: [01]$' '^20[-0-9]+ [0-9:.]+Z from 127.0.0.1:[0-9]+ octets of body: 0$' \
	'^ +MESSAGE sip:bob@example.com SIP/2.0$' '^ +SIP/2.0 200 OK$'; do
	grep -qE "$words" "$T/short" || fail "no $words: $(cat "$T/short")"
done
question 'trace contoso..example' | grep -q '^usage contoso..example: name a domain' || fail "what is no domain is traced"
question 'trace contoso.example --for 2h' | grep -q '^usage --for: ' || fail "two hours are traced"
grep -q '"event":"operator",.*"asked":"trace contoso.example --for 30s"' "$T/decisions.jsonl" || fail "it is not recorded who traced"

# What is cut off says so.
trace cut contoso.example
wait_for cut '^{"partner":"contoso.example"'
edge_stop
ended=0
wait "$cut_pid" || ended=$?
is "exit status of a trace at the edge's end" "$ended" 3
said cut 'no answer from the edge: the answer is cut off: the edge has ended' || fail "it says: $(cat "$T/cut.log")"
