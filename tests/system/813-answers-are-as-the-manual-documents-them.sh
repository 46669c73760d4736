# Each command's object has the keys and the types that fedgatectl.8 lists, no others, and the text shows it.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
POLICY='allow = ( { domain = "contoso.example"; } );'
edge
hop_is_up
{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
{ FROM=sip:f@spim.example send MESSAGE sip:bob@example.com; echo "expect 403"; } | script fabrikam

# The check itself: a key that is not documented, one that is missing, and one of another type are found.
differs() { "$TOOLS/schema" "$SOURCE/man/fedgatectl.8" reload <"$T/odd" >"$T/differs" && fail "no difference: $(cat "$T/odd")" || grep -q "$1" "$T/differs" || fail "not \"$1\": $(cat "$T/differs")"; }
echo '{"done": true, "what": "x", "complaints": [], "more": 1}' >"$T/odd"; differs 'more: is not in the manual'
echo '{"done": true, "complaints": []}' >"$T/odd"; differs 'what: is not there'
echo '{"done": 1, "what": "x", "complaints": [ 1 ]}' >"$T/odd"; differs 'complaints: is another kind'
: >"$T/odd"; differs 'has no object'

documented status
ctl status >"$T/status"
for words in '^edge +edge1.example.com$' '^state +serving$' '^version +[0-9.]+$' '^store +memory$' '^loaded +[0-9:]+Z, ' \
	"^federation +$address +yes +yes$" "^sip:$hop_address;transport=tcp +yes +0" '^forward +allowed +1$' \
	'^refuse +source-unverified +1$'; do
	grep -qE "$words" "$T/status" || fail "status has no $words: $(cat "$T/status")"
done

documented reload
ctl reload >"$T/reload"
grep -q 'policy.conf: unchanged, digest' "$T/reload" || fail "reload says: $(cat "$T/reload")"
printf 'allow = ( { domian = "contoso.example"; } );\n' >"$T/policy.conf"
documented reload
status=0
ctl reload >"$T/out" 2>"$T/err" || status=$?
is "exit status of a reload that is refused" "$status" 1
[ ! -s "$T/out" ] || fail "a refusal on the standard output: $(cat "$T/out")"
grep -q '^fedgatectl: the running configuration and policy are unchanged$' "$T/err" || fail "a refusal says: $(cat "$T/err")"
grep -q 'policy.conf:1: .*did you mean "domain"?$' "$T/err" || fail "a refusal has no complaint: $(cat "$T/err")"

printf '%s\n' "$POLICY" >"$T/policy.conf"
documented reload

# What operators decide, and what is asked about a partner.
documented allow northwind.example --for 1h --comment "ticket 7"
documented block spim.example
documented decisions
ctl decisions >"$T/decisions"
grep -qE '^allow +northwind.example +[0-9:]+Z, .*in (1 h|59 min).* ticket 7' "$T/decisions" || fail "decisions shows: $(cat "$T/decisions")"
documented unallow northwind.example
documented unblock spim.example
documented release contoso.example
documented explain --from sip:a@contoso.example --peer sip.contoso.example
documented log
documented trace contoso.example --for 1s

# Each command of the table has such a test, here or with its own.
for command in $("$BUILD/fedgatectl" --words | cut -f1); do
	[ "$command" = watch ] || grep -qE "documented $command( |\$)" "$SOURCE"/tests/system/*.sh ||
		fail "no test compares the answer of $command with the manual"
done

documented drain
grep -q '"done": *true' "$T/drain.json" || fail "drain says $(cat "$T/drain.json")"
