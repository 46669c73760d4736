# A partner may ask for 1,000 distinct local URIs; the 1,001st puts it on the watch list, and
# from then on everything is refused, old names and other connections too. Others are not touched.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100000/s"; };'
make_certs
nexthop hop --answer-user 'user9*=404'
edge
hop_is_up
from_contoso() { partner contoso --from sip:a@contoso.example "$@"; }

from_contoso --to sip:user%d@example.com --count 1000 --window 50 >"$T/names.json"
is "names, existing or not, that passed" $(($(answered "$T/names.json" 200) + $(answered "$T/names.json" 404))) 1000
from_contoso --to sip:user%d@example.com --count 100 >"$T/again.json"
is "of the same names again, refused" "$(answered "$T/again.json" '403 watch-list')" 0
from_contoso --to sip:user%d@example.com --first 1001 --count 1 >"$T/one.json"
is "the 1,001st" "$(answered "$T/one.json" '403 watch-list')" 1
from_contoso --connections 3 --to sip:user%d@example.com --count 50 >"$T/after.json"
is "everything after it" "$(answered "$T/after.json" '403 watch-list')" 50
from_contoso --method OPTIONS --to sip:edge1.example.com --count 1 >"$T/options.json"
is "OPTIONS to the edge too" "$(answered "$T/options.json" '403 watch-list')" 1
is "forwarded in all" "$(at_hop)" 1100
is "class changes told" "$(grep -c '"event":"class","partner":"contoso.example","class":"watched"' "$T/decisions.jsonl")" 1
said edge 'contoso.example: now watched' || fail "the log does not say that contoso is watched now"
partner fabrikam --from sip:f@fabrikam.example --to sip:user5000@example.com >"$T/other.json"
is "another partner" "$(answered "$T/other.json" 200)" 1
