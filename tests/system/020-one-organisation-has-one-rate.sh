# A partner cannot escape its limit: several connections and invented sub-domains of a
# wildcard certificate share one 20/s; so do two certificates of one organisation.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

make_certs
certs issue "$T" wide "dns:*.northwind.example" dns:northwind.example
certs issue "$T" second dns:edge7.it.contoso.example
nexthop
edge
hop_is_up

partner wide --connections 4 --from sip:a@branch%d.northwind.example --to sip:bob@example.com --count 100 --burst --wait 4 >"$T/wide.json"
is "of four connections and a hundred sub-domains, forwarded" "$(answered "$T/wide.json" 200)" 60
is "refused by the rate" "$(answered "$T/wide.json" '503 rate-limit')" 40
kept_rate --limit 20 --period 0.97 "$T/hop.jsonl" || fail "over 20 in 0.97 s"

since=$(hop_time)
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 60 --burst --wait 4 >"$T/first.json" &
first=$!
partner second --from sip:a@edge7.it.contoso.example --to sip:bob@example.com --count 60 --burst --wait 4 >"$T/second.json"
wait $first
both=$(($(answered "$T/first.json" 200) + $(answered "$T/second.json" 200)))
# The later of the two begins some milliseconds behind the first, or more on a busy machine.
within "of two certificates of one organisation, forwarded" $both 60 80
is "the rest, refused by the rate" $(($(answered "$T/first.json" '503 rate-limit') + $(answered "$T/second.json" '503 rate-limit'))) $((120 - both))
kept_rate --limit 20 --period 0.97 --since $((since + 1)) "$T/hop.jsonl" || fail "two certificates: over 20 in 0.97 s"
