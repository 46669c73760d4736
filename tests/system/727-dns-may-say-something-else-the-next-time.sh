# Names in DNS that lead elsewhere the next time: an address is used as it was looked up and looked at, and whoever
# answers there must prove to be the partner. Aliases (CNAME) and NAPTR are followed; a target outside the partner's own
# organisation, or none, is not.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

POLICY='limits: { rate = "20/s"; };'
TTL=1
records() # ADDRESS-OF-EDGE OPTION...
{
	at=$1; shift
	cat >"$T/names" <<END
host-record=real.contoso.example,$at,$TTL
cname=alias.contoso.example,other.contoso.example
cname=other.contoso.example,real.contoso.example
naptr-record=contoso.example,10,10,s,SIP+D2T,,_sip._tcp.wrong.contoso.example
naptr-record=contoso.example,20,20,s,SIPS+D2T,,_sips._tcp.pool.contoso.example
srv-host=_sips._tcp.pool.contoso.example,alias.contoso.example,5061
srv-host=_sips._tcp.contoso.example,wrong.contoso.example,5061
srv-host=_sipfederationtls._tcp.abroad.example,real.contoso.example,5061
srv-host=_sipfederationtls._tcp.closed.example
local-ttl=$TTL
END
	printf '%s\n' "$@" >>"$T/names"
}
records "$NET.7"
two_organisations
refused() { echo "expect $1 within 8s header Reason matches \"cause=$1;text=.$2.\""; }
{
	from_us MESSAGE sip:carol@contoso.example; echo 'expect 200 within 8s'
	echo call; from_us MESSAGE sip:x@abroad.example; refused 504 no-route
	echo call; from_us MESSAGE sip:x@closed.example; refused 504 no-route
} >"$T/ours.script"
us_script || fail "our user: $(cat "$T/dns.log")"
is "what came to their edge" "$(grep -c '"method":"MESSAGE"' "$T/theirs.jsonl")" 1
said dns '_sips._tcp.pool.contoso.example' || fail "NAPTR was not followed"

# Somebody else's address the next time: the connection is not his, and he is told nothing.
certs issue "$T" evil dns:evil.example
start decoy "$TOOLS/nexthop" --listen "$NET.9:5061" --cert "$T/evil.pem" --key "$T/evil.key" --log "$T/decoy.jsonl" --control /dev/null
wait_for decoy '^listening'
records "$NET.9"
names
kill "$there_pid"; wait "$there_pid" || true
until_true "the end of the connection" said edge "connection with $NET.7:5061 ended"
ask_again() { { from_us MESSAGE sip:carol@contoso.example; echo "expect $1 within 8s"; } >"$T/ours.script"; us_script 2>/dev/null; }
sleep 2 # what DNS said before holds for a second
ask_again 504 || fail "our user, who is led elsewhere: $(cat "$T/ours.log")"
said edge "contoso.example: cannot be reached: $NET.9:5061: its certificate is not the partner" || fail "it is not said whose certificate that is"
is "what the other one heard" "$(cat "$T/decoy.jsonl" 2>/dev/null)" ""
# And back: it is found again, as soon as DNS and the rest allow.
records "$NET.7"
names
there
until_true "the true one" ask_again 200
edge_stop
