# A provider's certificate proves the domains of its entry, and each is its own partner, up to max-tenants; those beyond
# share one; all together have the provider's rate. It never proves what an allow entry covers without naming it.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "10/s"; max-delay = "0s"; };
allow = ( { domain = "allowed.example"; }, { domain = "hosted.example"; provider = "uc"; } );
block = ( { domain = "bad.example"; } );
providers = ( { name = "uc"; edge = "sipfed.uc.example"; domains = [ "*" ]; max-tenants = 4; rate = "25/s"; } );'
make_certs
certs issue "$T" provider dns:sipfed.uc.example dns:bad.example
nexthop
edge
hop_is_up
one()
{
	{ ask MESSAGE sip:bob@example.com "$1"; answer_is "$2" ${3:-}; } >"$T/story"
	play provider
}
many() { partner provider --from "$1" --to sip:bob@example.com --count "$2" --burst >"$T/many.json"; answered "$T/many.json" 200; }

one sip:a@bad.example 403 blocked-domain
one sip:a@example.com 403 source-unverified
one sip:a@allowed.example 403 source-unverified
one sip:a@hosted.example 200
is "an allowed tenant has no limit" "$(many sip:a@hosted.example 60)" 60
# All together have 25/s: the third's own 10 are not left.
is "of the first tenant's 10" "$(many sip:a@one.example 10)" 10
is "of the second tenant's 10" "$(many sip:a@two.example 10)" 10
is "of the third tenant's 9" "$(many sip:a@three.example 9)" 5
wait_for edge 'three.example.*: refused MESSAGE .*rate-limit \(25/s, policy.conf:4\)'
sleep 1.1
# Each of the first four has 10/s of its own, all further ones share that.
is "of the first tenant's 12" "$(many sip:a@one.example 12)" 10
is "of the fourth tenant's 1" "$(many sip:a@four.example 1)" 1
is "of eighteen further ones" "$(many sip:a@t%d.example 18)" 10
is "of the fourth tenant's 9: 4 are left" "$(many sip:a@four.example 9)" 4

# An answer makes none of the further ones a tenant of its own.
sleep 1.1
is "of eighteen further ones that were answered before" "$(many sip:a@t%d.example 18)" 10

# Who is watched is whoever was charged.
law "$POLICY watch-list: { distinct-uris = 30; };"
for user in a b; do
	partner provider --from sip:a@t%d.example --to sip:$user%d@example.com --count 20 --rate 9 >"$T/names.json"
done
wait_for edge 'uc: now watched, was discovered'
! said edge 't[0-9]*.example: now watched' || fail "one of the further tenants is said to be watched"
