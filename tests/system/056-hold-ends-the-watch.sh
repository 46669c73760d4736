# After `hold`, not before, a watched partner comes back, and its set is empty then; a name
# is also forgotten when it leaves the window.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100000/s"; };
watch-list: { distinct-uris = 5; hold = "4s"; };'
make_certs
nexthop
edge
hop_is_up
names() { partner contoso --from sip:a@contoso.example --to sip:user%d@example.com "$@" >"$T/names.json"; }
comes_back() { names --first 20 --count 1; [ "$(answered "$T/names.json" 200)" = 1 ]; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

names --count 5
is "names that pass" "$(answered "$T/names.json" 200)" 5
begun=$(now_ms)
names --first 6 --count 1
is "the sixth" "$(answered "$T/names.json" '403 watch-list')" 1
until_true "the end of the hold" comes_back
within "milliseconds that it was watched" $(($(now_ms) - begun)) 4000 12000
wait_for edge 'contoso.example: now discovered, was watched: the hold is over'
names --first 21 --count 4
is "the set is empty then: five pass again" "$(answered "$T/names.json" 200)" 4
names --first 25 --count 1
is "and the sixth does not" "$(answered "$T/names.json" '403 watch-list')" 1

law 'limits: { rate = "100000/s"; };
watch-list: { distinct-uris = 8; window = "2s"; hold = "1s"; };'
partner fabrikam --from sip:a@fabrikam.example --to sip:user%d@example.com --count 16 --rate 2/s >"$T/slow.json"
is "of names that come two a second, in a window of 2 s, forwarded" "$(answered "$T/slow.json" 200)" 16
