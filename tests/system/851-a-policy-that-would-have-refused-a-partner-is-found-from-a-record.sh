# A day under a lax law is recorded. Judged again by a strict one, it shows whom that would have refused, how often, and by which
# line: with the counts of an edge that lives under the strict law and hears the same.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/record.lib"

lax='limits: { rate = "1000/s"; };
watch-list: { distinct-uris = 1000; };'
strict='limits: { rate = "1000/s"; };
watch-list: {
  distinct-uris = 30;
};
suspicion: { min-responses = 10; };
block = ( { domain = "spim.example"; } );
allow = ( { domain = "fabrikam.example"; } );'
make_certs
certs issue "$T" spim dns:spim.example
nexthop hop --answer-user 'nobody*=404'
day()
{
	partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 50 --rate 100/s >"$T/contoso.json"
	partner fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 60 --rate 100/s >"$T/fabrikam.json"
	partner spim --from sip:s@spim.example --to sip:bob@example.com --count 9 >"$T/spim.json"
}

POLICY=$lax LOG_SET="record = \"$T/record.jsonl\";"
edge
hop_is_up
day
edge_stop
printf '%s\n' "$strict" >"$T/strict.conf"
judged_again "$T/strict.conf"
cat "$T/replay.txt"

rm "$T"/state* # another edge, which knows nothing yet
POLICY=$strict LOG_SET=
edge
hop_is_up
day
edge_stop
for words in "forward allowed" "forward within-limits" "refuse watch-list" "refuse blocked-domain"; do
	is "by the strict law, $words" "$(told candidate "$words")" "$(edge_total "$words")"
	within "by the strict law, $words" "$(told candidate "$words")" 1 119
done
is "contoso's that it refuses" "$(differing contoso.example 'forward within-limits' 'refuse watch-list')" 20
is "as contoso saw it" "$(answered "$T/contoso.json" '403 watch-list')" 20
is "spim's that it refuses" "$(differing spim.example 'forward within-limits' 'refuse blocked-domain')" 9
is "fabrikam's, now by another right" "$(differing fabrikam.example 'forward within-limits' 'forward allowed')" 60
is "the worst comes first" "$(awk '/^partner /{ getline; print $1 }' "$T/replay.txt")" contoso.example
grep -qE '^contoso.example .* strict.conf:3$' "$T/replay.txt" || fail "the line that would have refused it is not told"
grep -qE '^119 requests judged: 30 alike, 29 refused that the law lets through, 0 let through that it refuses, 60 for another reason$' \
	"$T/replay.txt" || fail "the summary"

# The same for scripts.
"$BUILD/fedgated" --replay "$T/record.jsonl" --policy "$T/strict.conf" --json >"$T/replay.json"
is "lines of JSON" "$(wc -l <"$T/replay.json")" 1
is "judged" "$(number "$T/replay.json" judged)" 119
is "newly refused" "$(number "$T/replay.json" newly_refused)" 29
