# Names are counted although the partner is always over its rate: at the default limits, 1,000
# names pass in some 48 seconds, at 20/s, and then nothing does.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

make_certs
nexthop
edge
hop_is_up

partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 1640 --rate 30/s --wait 4 >"$T/names.json"
is "names that passed" "$(answered "$T/names.json" 200)" 1000
is "forwarded" "$(at_hop)" 1000
within "refused by the watch list" "$(answered "$T/names.json" '403 watch-list')" 100 300
is "refused by either" $(($(answered "$T/names.json" '403 watch-list') + $(answered "$T/names.json" '503 rate-limit'))) 640
kept_rate --limit 20 --period 0.97 "$T/hop.jsonl" || fail "over 20 in 0.97 s"
partner contoso --from sip:a@contoso.example --to sip:user1@example.com >"$T/after.json"
is "a name of before" "$(answered "$T/after.json" '403 watch-list')" 1
