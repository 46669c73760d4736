# Headers of trust are removed both ways, in requests and answers; User-Agent and Server are
# kept, removed or replaced; Max-Forwards is counted down, or added; received and rport tell
# the peer its address.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop hop --header "P-Asserted-Identity: <sip:bob@example.com>" --header "X-Trust: yes" --header "X-Other: kept" --header "Server: inside/1"
BORDER_SET='remove = [ "P-Asserted-Identity", "Remote-Party-ID", "x-trust" ]; user-agent = "the edge";'
edge
hop_is_up
{
	send INVITE sip:bob@example.com "p-asserted-identity: <sip:boss@example.com>" "Remote-Party-ID: <sip:boss@example.com>" \
		"X-Trust: me" "X-Trust: twice" "X-Keep: me" "User-Agent: outside/1" | sed 's/{LOCAL};branch/sip.contoso.example;rport;branch/'
	echo 'expect 200 header P-Asserted-Identity absent header X-Trust absent header X-Other matches kept header Server matches ^the.edge$ header Via matches received=127.0.0.1 header Via matches rport=[0-9]+'
	further ACK
	echo "print talking"
	echo 'expect request MESSAGE header P-Asserted-Identity absent header Remote-Party-ID absent header X-Trust absent header X-Keep matches me header User-Agent matches ^the.edge$'
	echo 'answer 200 "P-Asserted-Identity: <sip:a@contoso.example>" "X-Other: back" "Server: outside/1"'
	echo call
	MAX_FORWARDS= ; send MESSAGE sip:bob@example.com; echo "expect 200"; echo call
	MAX_FORWARDS="Max-Forwards: 5"; send MESSAGE sip:bob@example.com; echo "expect 200"; echo call
	MAX_FORWARDS="Max-Forwards: 0"; send MESSAGE sip:bob@example.com; echo "expect 483 header Reason matches too-many-hops"
	unset MAX_FORWARDS
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
tell hop 'send <<END
MESSAGE {CONTACT} SIP/2.0
Via: SIP/2.0/TCP {LOCAL};branch={BRANCH}
{DIALOG-ROUTE}
Max-Forwards: 70
From: {SELF}
To: {REMOTE}
Call-ID: {HEADER:Call-ID}
CSeq: 7 MESSAGE
P-Asserted-Identity: <sip:bob@example.com>
Remote-Party-ID: <sip:bob@example.com>
X-Trust: yes
X-Keep: me
User-Agent: inside/1
Content-Length: 0

END'
talked caller
invite=$(grep '"method":"INVITE"' "$T/hop.jsonl")
for name in P-Asserted-Identity p-asserted-identity Remote-Party-ID X-Trust; do
	case $invite in *"\"$name\""*) fail "$name came through: $invite" ;; esac
done
case $invite in *'"X-Keep"'*) ;; *) fail "X-Keep is gone: $invite" ;; esac
case $invite in *'received=127.0.0.1'*) ;; *) fail "no received: $invite" ;; esac
is "Max-Forwards" "$(sed -nE 's/.*"method":"MESSAGE".*"max_forwards":(-?[0-9]+).*/\1/p' "$T/hop.jsonl" | tr '\n' ' ')" "70 4 "
answer=$(grep '"status":200' "$T/hop.jsonl" | head -n 1)
case $answer in *P-Asserted-Identity*) fail "the partner's word of trust came in: $answer" ;; esac
case $answer in *X-Other*) ;; *) fail "X-Other is gone: $answer" ;; esac
edge_stop

# The settings of the other kinds.
for agent in keep remove; do
	BORDER_SET="remove = [ ]; user-agent = \"$agent\";"
	edge
	hop_is_up
	if [ $agent = keep ]; then server='header Server matches ^inside/1$ header P-Asserted-Identity matches bob'; else server='header Server absent'; fi
	{ send MESSAGE "sip:$agent@example.com" "User-Agent: outside/1" "Remote-Party-ID: <sip:boss@example.com>"; echo "expect 200 $server"; } | script contoso
	edge_stop
done
grep 'sip:keep@' "$T/hop.jsonl" | grep -q '"Remote-Party-ID".*"User-Agent"\|"User-Agent".*"Remote-Party-ID"' || fail "keep: $(grep 'sip:keep@' "$T/hop.jsonl")"
grep 'sip:remove@' "$T/hop.jsonl" | grep -q '"User-Agent"' && fail "remove: $(grep 'sip:remove@' "$T/hop.jsonl")"
true
