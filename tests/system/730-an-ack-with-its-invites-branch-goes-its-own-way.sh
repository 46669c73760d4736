# The ACK of a success is a request of its own, with a branch of its own (RFC 3261 13.2.2.4). Who of our side sends it
# with the INVITE's, and by no Route, is taken at his Request-URI: it reaches the partner, and the edge goes on.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

two_organisations
{
	from_us INVITE sip:carol@contoso.example; echo 'expect 200'
	from_us ACK sip:carol@contoso.example
	echo 'expect nothing for 300ms'
	echo call; from_us MESSAGE sip:carol@contoso.example; echo 'expect 200'
} >"$T/ours.script"
us_script || fail "our user, who acknowledges as if it were a failure"
until_true "the ACK there" grep -q '"method":"ACK"' "$T/theirs.jsonl"
edge_stop
