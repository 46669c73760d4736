# `partner NAME` finds who was discovered, allowed, a provider, its tenant, and those beyond max-partners, with the
# refusals of each; capitals do not matter; a name that is nobody's is refused, with the nearest one that is known.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "contoso.example"; rate = "100/s"; } );
providers = ( { name = "hosted-uc"; edge = "sipfed.hosted-uc.example"; domains = [ "*" ]; } );
watch-list: { distinct-uris = 2; };'
STORE_SET='max-partners = 2;'
make_certs
certs issue "$T" hosted dns:sipfed.hosted-uc.example
certs issue "$T" northwind dns:northwind.example
certs issue "$T" late dns:late.example
nexthop
edge
hop_is_up
one_from() { partner "$1" --from "sip:x@$2" --to sip:bob@example.com >"$T/one.json"; is "from $2" "$(answered "$T/one.json" 200)" 1; }
one_from contoso contoso.example
one_from hosted tenant.example
partner fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 3 --window 1 >"$T/names.json"
is "the third name" "$(answered "$T/names.json" '403 watch-list')" 1
one_from late late.example

# found NAME WORDS...: what partner NAME answers.
found()
{
	name=$1; shift
	documented partner "$name"
	for words in "$@"; do grep -qE -- "$words" "$T/partner.json" || fail "partner $name has no $words: $(cat "$T/partner.json")"; done
}
found fabrikam.example '"class":"watched"' '"reason":"watch-list"' '"refusals":\[\{"time":"[^"]+","edge":"edge1.example.com","reason":"watch-list","rule":"policy.conf:3","method":"MESSAGE"'
found Fabrikam.EXAMPLE '^\{"partner":"fabrikam.example"'
found contoso.example '"class":"allowed"' '"rate_limit":100.0' '"refusals":\[\]'
found hosted-uc '"partner":"hosted-uc"' '"rate_limit":400.0' '"forwarded":1'
found hosted-uc/tenant.example '"partner":"hosted-uc/tenant.example"' '"sources":\["tenant.example"\]'
found HOSTED-uc/Tenant.Example '"partner":"hosted-uc/tenant.example"'
found Hosted-UC '"partner":"hosted-uc"'
found newcomers '"partner":"newcomers"' '"certificate":\{"subject":null' '"forwarded":1'
ctl block fabrikam.example --comment "ticket 7" >"$T/out"
found fabrikam.example '"decisions":\[\{"list":"block","domain":"fabrikam.example",.*"comment":"ticket 7"'
ctl partner fabrikam.example >"$T/text"
grep -qE '^class +watched' "$T/text" || fail "the text: $(cat "$T/text")"
grep -qE 'watch-list +policy.conf:3 +MESSAGE' "$T/text" || fail "no refusal in the text: $(cat "$T/text")"

# not NAME ERE: is refused, and says.
not() { ctl partner "$1" >"$T/out" 2>"$T/err" && fail "partner $1: $(cat "$T/out")" || is "exit status" $? 1; grep -qE -- "$2" "$T/err" || fail "partner $1 says: $(cat "$T/err")"; }
not fabrikan.example 'did you mean fabrikam.example\?$'
not entirely.other.example 'no such partner has been heard of: .partners. lists'
not "$(printf 'a\303\244.example')" "a($(printf '\303\244')|.u00e4).example: no such partner"
