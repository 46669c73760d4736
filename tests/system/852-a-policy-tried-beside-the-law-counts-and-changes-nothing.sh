# A second policy judges live traffic beside the law: it counts where the two differ, refuses and delays nobody, and what it counted
# is what a replay of the same time counts.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/record.lib"

POLICY='limits: { rate = "1000/s"; };
providers = ( { name = "uc"; edge = "edge.uc.example"; domains = [ "*" ]; } );'
LOG_SET="record = \"$T/record.jsonl\";"
cat >"$T/strict.conf" <<END2
limits: { rate = "30/s"; max-delay = "500ms"; };
watch-list: { distinct-uris = 40; };
suspicion: { min-responses = 10; };
block = ( { domain = "one.example"; } );
END2
make_certs
certs issue "$T" uc dns:edge.uc.example
nexthop hop --answer-user 'nobody*=404'
edge
hop_is_up
tried() { question "$*" >"$T/tried"; }
refused() { tried "$@"; is "the first line of $1" "$(head -n 1 "$T/tried")" no; grep -qE -- "$refusal" "$T/tried" || fail "\"$refusal\" is not said: $(cat "$T/tried")"; }

for words in 'strict.conf --stop' '--for 1h' '--stop --for 1h' 'strict.conf --for 1'; do
	status=0
	ctl try-policy $words >"$T/out" 2>"$T/err" || status=$?
	is "exit status of try-policy $words: $(cat "$T/err")" "$status" 2
done
refusal='no policy is tried: name a file' refused try-policy
refusal='no policy is tried' refused try-policy --stop
refusal='nowhere.conf: cannot be read: No such file' refused try-policy nowhere.conf
grep -q 'write a time from 1s to 30d' "$T/err" || fail "a time without a unit: $(cat "$T/err")"
printf 'limits: { rate = "20"; };\nblok = ();\n' >"$T/bad.conf"
refusal='bad.conf:1: limits.rate .*bad.conf:2: unknown setting .*blok' refused try-policy bad.conf
refusal='bad.conf:1: limits.rate' refused try-policy "$T/bad.conf"
truncate -s 100M "$T/log.conf"
refusal='log.conf: cannot be read: File too large' refused try-policy log.conf
yes 'x = 99999999999;' | head -n 5000 >"$T/log.conf"
refusal='log.conf:1: .*log.conf:1000: ' refused try-policy log.conf
grep -q 'log.conf:1001: ' "$T/tried" && fail "all five thousand complaints are told"

mv "$T/record.jsonl" "$T/before.jsonl"
reload # the record and the candidate begin together
tried try-policy strict.conf --for 1h
grep -q '^{"done":true,"what":"trying .*strict.conf, digest [0-9a-f]*, beside the law of edge1.example.com until 20' "$T/tried" || fail "it is not tried: $(cat "$T/tried")"
refusal='is being tried: try-policy --stop ends it' refused try-policy strict.conf

partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --burst >"$T/flood.json"
partner fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 60 --rate 25/s >"$T/names.json"
partner fabrikam --from sip:x@foreign.example --to sip:bob@example.com --count 3 >"$T/liar.json"
for tenant in one two; do
	partner uc --from "sip:t@$tenant.example" --to sip:nobody@example.com --count 15 --rate 25/s >"$T/$tenant.json"
done
is "of the flood, forwarded" "$(answered "$T/flood.json" 200)" 100
is "of the names, forwarded" "$(answered "$T/names.json" 200)" 60
is "of a tenant's, answered by the inside" "$(answered "$T/one.json" 404)" 15

tried try-policy
is "the first line of the counts" "$(head -n 1 "$T/tried")" ok
grep -q '"running":true' "$T/tried" || fail "it does not run"
documented try-policy
ctl try-policy >"$T/text"
is "newly refused, for people" "$(sed -nE 's/^refused that the law lets through +([0-9]+)$/\1/p' "$T/text")" "$(number "$T/try-policy.json" newly_refused)"
grep -qE '^contoso.example +forward +within-limits .*refuse +rate-limit .*strict.conf:1$' "$T/text" || fail "for people: $(cat "$T/text")"
tried try-policy --stop
grep -q '"running":false' "$T/tried" || fail "it does not end"
is "judged" "$(number "$T/tried" judged)" 193
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 5 >"$T/after.json"
edge_stop
within "newly refused" "$(number "$T/tried" newly_refused)" 85 193

# Nothing of it is left in what the edge keeps, nor did the law see it.
! grep -E 'refused .*(rate-limit|watch-list|blocked-domain)' "$T/edge.log" || fail "the law refused what only the candidate would"
is "now watched or suspicious" "$(count_of edge 'now (watched|suspicious)')" 0
said edge 'strict.conf, digest [0-9a-f]+, is no longer tried: of 193 requests' || fail "its end is not logged"

# What came behind its end is not in the counts: the record of the same requests says the same of each.
grep -v '"number":19[4-9],' "$T/record.jsonl" >"$T/same.jsonl"
"$BUILD/fedgated" --replay "$T/same.jsonl" --policy "$T/strict.conf" --json >"$T/again"
counts() { sed 's/.*"judged":/"judged":/' "$1"; }
is "counts of the replay" "$(counts "$T/again" | sed 's/}$//')" "$(sed -n 2p "$T/tried" | counts /dev/stdin | sed 's/}$//')"
