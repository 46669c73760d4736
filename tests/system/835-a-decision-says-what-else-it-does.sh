# What an operator decides may mean more than he had in mind: a whole public suffix, entries of the policy file that give
# way, a provider whose tenants still come. The answer says so. Release and allow let go whoever restricted is called so,
# and name them.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='watch-list: { distinct-uris = 5; };
allow = ( { domain = "good.example"; }, { domain = "a.many.example"; }, { domain = "b.many.example"; } );
providers = ( { name = "uc"; edge = "sipfed.uc.example"; domains = [ "*" ]; } );'
make_certs
certs issue "$T" uc dns:sipfed.uc.example
certs issue "$T" two dns:two.example
nexthop
edge
hop_is_up

# says "ERE" words...: the command is obeyed and says that.
says() { ctl $2 >"$T/said" 2>&1 || fail "fedgatectl $2: $(cat "$T/said")"; grep -qE -- "$1" "$T/said" || fail "fedgatectl $2 says: $(cat "$T/said")"; }
# refuses "ERE" words...
refuses() { ctl $2 >"$T/said" 2>&1 && fail "fedgatectl $2 was obeyed"; grep -qE -- "$1" "$T/said" || fail "fedgatectl $2 says: $(cat "$T/said")"; }

says '^com is blocked, both ways; it is a public suffix: every domain below it is blocked too$' "block com"
says '^com is no longer blocked by an operator$' "unblock com"
says '^co.uk is allowed until .*; it is a public suffix: every domain below it is allowed too$' "allow co.uk --for 1h"
says '^contoso.example is blocked, both ways$' "block contoso.example"
says '^good.example is blocked, both ways; policy.conf:2, which allows good.example, gives way$' "block good.example"
says '^x.good.example is blocked, both ways; policy.conf:2, which allows good.example, gives way$' "block x.good.example"
says '^many.example is blocked, both ways; 2 allow entries of the policy file give way, the first at policy.conf:2$' "block many.example"
says '^uc is blocked.* tenants of the provider uc still come by sipfed.uc.example' "block uc"
refuses '^fedgatectl: "uc/two.example" is no domain: of a tenant name the domain alone, as "two.example"$' "block uc/two.example"
ctl unblock uc >"$T/said"

# An allow that has no effect says why.
ctl allow it.fabrikam.example >"$T/said"
ctl block fabrikam.example >"$T/said"
documented decisions
grep -qE '"list":"allow","domain":"it.fabrikam.example",.*"overruled_by":"operator:[^"]+"' "$T/decisions.json" || fail "who overrules: $(cat "$T/decisions.json")"
grep -qE '"list":"block","domain":"fabrikam.example",.*"overruled_by":null' "$T/decisions.json" || fail "a block is overruled: $(cat "$T/decisions.json")"

# The same domain by its own certificate, and as a tenant: both are watched.
watched()
{
	partner "$1" --from sip:n@two.example --to sip:user%d@example.com --count 6 --window 1 >"$T/names.json"
	is "the sixth name by $1" "$(answered "$T/names.json" '403 watch-list')" 1
}
watched two
watched uc
says '^two.example and uc/two.example are released: their targets and answers are counted from anew$' "release two.example"
refuses 'neither on the watch list nor suspicious' "release two.example"
watched two
watched uc
says '^two.example is allowed until [^ ]*, and released: two.example and uc/two.example$' "allow two.example --for 1h"
says '^two.example is no longer allowed' "unallow two.example"
watched uc
says '^two.example is allowed, and released: uc/two.example$' "allow two.example"
edge_stop
