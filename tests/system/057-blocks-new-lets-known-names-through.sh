# With blocks = "new" a watched partner may go on with the names it has, and gets no other.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100000/s"; };
watch-list: { distinct-uris = 5; blocks = "new"; };'
make_certs
nexthop
edge
hop_is_up
names() { partner contoso --from sip:a@contoso.example --to sip:user%d@example.com "$@" >"$T/names.json"; }

names --count 5
is "names that pass" "$(answered "$T/names.json" 200)" 5
names --first 6 --count 3
is "further ones" "$(answered "$T/names.json" '403 watch-list')" 3
names --count 8
is "of eight, the five that are known" "$(answered "$T/names.json" 200)" 5
is "and the three that are not" "$(answered "$T/names.json" '403 watch-list')" 3
edge_crash
names --first 6 --count 1
is "a new one after a crash" "$(answered "$T/names.json" '403 watch-list')" 1
