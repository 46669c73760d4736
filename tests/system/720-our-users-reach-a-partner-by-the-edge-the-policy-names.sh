# Two organisations, an edge each: a user of example.com reaches one of contoso.example by the
# edge that the policy names, over a certificate that is his; a call made so is held, and
# ended from both sides; a connection that the partner made serves as well.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

two_organisations
# Our user calls theirs: the way is found, the dialog goes by both edges' tokens.
{
	from_us INVITE sip:carol@contoso.example
	echo 'expect 200 within 5s header Record-Route matches fg='
	further ACK
	echo "expect nothing for 200ms"
	further BYE
	echo 'expect 200'
	echo call; from_us MESSAGE sip:carol@contoso.example; echo 'expect 200'
} >"$T/ours.script"
us_script || fail "our user"
is "their next hop's INVITE" "$(grep -c '"method":"INVITE"' "$T/theirs.jsonl")" 1
is "their next hop's ACK" "$(grep -c '"method":"ACK"' "$T/theirs.jsonl")" 1
is "their next hop's BYE" "$(grep -c '"method":"BYE"' "$T/theirs.jsonl")" 1
is "their next hop's MESSAGE" "$(grep -c '"method":"MESSAGE"' "$T/theirs.jsonl")" 1
is "connections to their edge" "$(count_of edge 'contoso.example: connected to its edge')" 1

# And from their side, inside the dialog: to our next hop, whatever the Contact says.
{ from_us INVITE sip:carol@contoso.example; echo 'expect 200'; further ACK; } >"$T/ours.script"
us_script || fail "our user's second call"
until_true "the second ACK" eval '[ "$(grep -c "\"method\":\"ACK\"" "$T/theirs.jsonl")" -eq 2 ]'
tell theirs bye
until_true "their BYE at our next hop" grep -q '"method":"BYE"' "$T/hop.jsonl"
until_true "its answer at theirs" grep -q '"status":200.*"cseq":"[0-9]* BYE"\|"answers":"BYE".*"status":200\|"status":200.*"answers":"BYE"' "$T/theirs.jsonl"
grep '"method":"BYE"' "$T/hop.jsonl" | grep -q '"routes":\[\]' || fail "a Route of ours went on: $(grep BYE "$T/hop.jsonl")"
is "connections to their edge" "$(count_of edge 'contoso.example: connected to its edge')" 1
edge_stop
