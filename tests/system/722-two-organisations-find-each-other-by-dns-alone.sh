# Neither policy names the other: each edge finds the other by DNS SRV, and takes it for the other's by the same.
# Calls go both ways; a block on one side stops both directions.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

by_dns_alone
two_organisations
call() { echo 'expect 200 within 8s'; further ACK; echo 'expect nothing for 100ms'; further BYE; echo 'expect 200 for BYE'; }
{ from_us INVITE sip:carol@contoso.example; call; } >"$T/ours.script"
us_script || fail "our user"
is "our INVITE there" "$(grep -c '"method":"INVITE"' "$T/theirs.jsonl")" 1

{ FROM=sip:carol@contoso.example send INVITE sip:bob@example.com; call; } >"$T/carol.script"
"$TOOLS/partner" --connect "$their_door" --script "$T/carol.script" >"$T/carol.log" 2>&1 || fail "their user: $(cat "$T/carol.log")"
is "their INVITE here" "$(grep -c '"method":"INVITE"' "$T/hop.jsonl")" 1

# Blocked here: nothing goes, nothing comes.
printf 'block = ( { domain = "contoso.example"; } );\n' >"$T/policy.conf"
reload
{ from_us MESSAGE sip:carol@contoso.example; echo 'expect 403 header Reason matches blocked-domain'; } >"$T/ours.script"
us_script || fail "our user, of whom the partner is blocked"
{ FROM=sip:carol@contoso.example send MESSAGE sip:bob@example.com; echo 'expect 403 header Reason matches blocked-domain'; } >"$T/carol.script"
"$TOOLS/partner" --connect "$their_door" --script "$T/carol.script" >"$T/carol.log" 2>&1 || fail "their blocked user: $(cat "$T/carol.log")"
edge_stop
