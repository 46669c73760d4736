# With border.hide-hosts no name of an internal server in Via, Record-Route or Route goes to a partner, and yet
# answers and what belongs to a dialog find their way back through the same servers, in calls of both directions and
# over a restart of the edge; what a partner changes of it is refused, or dropped.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

BORDER_SET='hide-hosts = true;'
FEDERATION_LISTEN="\"$(free_address)\""
two_organisations
HOP_SEES='<sip:two.inside.local;transport=tls;lr;ms-route-sig=x1>","<sip:one.inside.local;lr>'
through() # METHOD URI [LINE...]: as our users' requests come when they have gone through two servers
{
	from_us "$@" 'Via: SIP/2.0/TLS two.inside.local:5061;branch=z9hG4bKtwo;ms-internal-info="a,b"' 'Via: SIP/2.0/TLS 10.1.2.3:4535;branch=z9hG4bKone;ms-received-cid=2600' \
		'Record-Route: <sip:two.inside.local;transport=tls;lr;ms-route-sig=x1>' 'Record-Route: <sip:one.inside.local;lr>'
}
vias_are_back='header Via matches "two.inside.local:5061;branch=z9hG4bKtwo;ms-internal-info=.a,b..*10.1.2.3:4535;branch=z9hG4bKone;ms-received-cid=2600"'

# --- our user calls ---
{
	through INVITE sip:carol@contoso.example
	echo "expect 200 within 5s $vias_are_back header Record-Route matches \"fg=[-_A-Za-z0-9]+>.*edge1.*fg=[-_A-Za-z0-9]+>, ?<sip:two.inside.local;transport=tls;lr;ms-route-sig=x1>, ?<sip:one.inside.local;lr>$\""
	# The servers have taken their own Routes.
	echo 'set-from ONE Record-Route "^<([^>]+)>"'; echo 'set-from TWO Record-Route "^<[^>]+>, ?<([^>]+)>"'
	echo 'set-from THREE Record-Route "^<[^>]+>, ?<[^>]+>, ?<([^>]+)>"'
	(ROUTE='Route: <{THREE}>, <{TWO}>, <{ONE}>'; further ACK)
	echo call; through MESSAGE sip:carol@contoso.example; echo "expect 200 $vias_are_back header Record-Route absent"
	echo call; through OPTIONS sip:carol@contoso.example; echo "expect 200 $vias_are_back"
	# More than can be hidden.
	echo call; through MESSAGE sip:carol@contoso.example '{LINES:90:Via: SIP/2.0/TLS many.inside.local;branch=z9hG4bK1}'
	echo 'expect 413 header Reason matches too-large header Via matches two.inside.local'
	echo call; through INVITE sip:carol@contoso.example '{LINES:150:Record-Route: <sip:many.inside.local;lr>}'
	echo 'expect 413 header Reason matches too-large header Via matches two.inside.local'
	through CANCEL sip:nobody@contoso.example; echo "expect 200 $vias_are_back"
} >"$T/ours.script"
us_script || fail "our user"
is "requests there" "$(sed -nE 's/.*"method":"([A-Z]+)".*/\1/p' "$T/theirs.jsonl" | tr '\n' ' ')" "INVITE ACK MESSAGE OPTIONS CANCEL "
tell theirs bye
until_true "their BYE at our next hop" grep -q '"method":"BYE"' "$T/hop.jsonl"
grep '"method":"BYE"' "$T/hop.jsonl" | grep -qF "\"routes\":[\"$HOP_SEES\"]" || fail "not by our servers: $(grep BYE "$T/hop.jsonl")"
! grep -E 'inside\.local|10\.1\.2\.3' "$T/theirs.jsonl" || fail "a name of the inside came through"
edge_stop

# --- a partner calls; the edge is another one meanwhile ---
nexthop busy --record '<sip:two.inside.local;transport=tls;lr;ms-route-sig=x1>, <sip:one.inside.local;lr>'
HOPS="{ uri = \"sip:$busy_address;transport=tcp\"; }"
edge
hop_is_up
{
	send INVITE sip:bob@example.com 'Record-Route: <sip:p.contoso.example;lr>'
	echo 'expect 200 header Record-Route matches "^<[^>]*edge1[^>]*;fgh=[^>]*>, ?<[^>]*edge1[^>]*fg=[-_A-Za-z0-9]+>, ?<sip:p.contoso.example;lr>$"'
	echo 'set-from INNER Record-Route ^<([^>]+)>'; echo 'set-from OUTER Record-Route "^<[^>]*>, ?<([^>]+)>"'
	echo 'print {HEADER:Record-Route}'
	ROUTE='Route: <{OUTER}>, <{INNER}>'
	further ACK; further MESSAGE; echo 'expect 200'
	(ROUTE='Route: <{OUTER}>, <{INNER}A>'; further MESSAGE); echo 'expect 403 header Reason matches bad-route'
	(ROUTE='Route: <{OUTER};fgh=AAAA>, <{INNER}>'; further MESSAGE); echo 'expect 403 header Reason matches bad-route'
	(ROUTE='Route: <{OUTER}>, <{INNER}>, <sip:evil.example;lr>'; further MESSAGE); echo 'expect 200'
	echo "print talking"; echo "await $T/again"; echo reconnect
	further BYE; echo 'expect 200'
	echo call; send MESSAGE sip:bob@example.com; echo 'expect 200 header Record-Route absent'
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
edge_stop
edge
hop_is_up
: >"$T/again"
talked caller
! grep 'inside\.local' "$T/caller.log" || fail "a name of the inside came through"
is "requests inside the dialog by our servers, in their order" \
	"$(grep -cF '"routes":["<sip:one.inside.local;lr>","<sip:two.inside.local;transport=tls;lr;ms-route-sig=x1>"]' "$T/busy.jsonl")" 4

# --- an answer that a partner has changed ---
{
	echo 'print here'
	echo 'expect request MESSAGE within 20s'
	for more in A '' ; do
		printf 'send <<END\nSIP/2.0 200 OK\nVia: {HEADER:Via}%s\nFrom: {HEADER:From}\nTo: {HEADER:To};tag=1\nCall-ID: {HEADER:Call-ID}\nCSeq: {HEADER:CSeq}\nContent-Length: 0\n\nEND\n' "$more"
	done
	echo 'expect nothing for 200ms'
} >"$T/callee.script"
POLICY=
FEDERATION_SET=
write_conf
reload
talk callee contoso
wait_for callee here
{ through MESSAGE sip:carol@contoso.example; echo "expect 200 $vias_are_back"; echo 'expect nothing for 100ms'; } >"$T/ours.script"
us_script || fail "our user, who is answered twice"
talked callee
edge_stop
said edge 'total: responses unasked: 1' || fail "the changed answer is not counted"
