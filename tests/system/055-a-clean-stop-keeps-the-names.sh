# 999 names, a clean stop, a new start: one more name passes, the one after it does not; the
# old ones are still the same.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100000/s"; };'
make_certs
nexthop
edge
hop_is_up
names() { partner contoso --from sip:a@contoso.example --to sip:user%d@example.com "$@"; }

names --count 999 --window 50 >"$T/before.json"
is "names before the stop" "$(answered "$T/before.json" 200)" 999
edge_stop
edge_again
hop_is_up
names --first 500 --count 500 --window 50 >"$T/same.json"
is "names of before, after it" "$(answered "$T/same.json" 200)" 500
names --first 1000 --count 1 >"$T/last.json"
is "the 1,000th" "$(answered "$T/last.json" 200)" 1
names --first 1001 --count 1 >"$T/over.json"
is "the 1,001st" "$(answered "$T/over.json" '403 watch-list')" 1
