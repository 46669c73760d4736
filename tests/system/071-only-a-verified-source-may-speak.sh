# Row 4: the certificate, or the policy's entry, must prove the source domain; nobody speaks for a local
# domain, and a certificate without an organisation for none. Row 6: without discovery, allowed partners only.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

LISTS='allow = ( { domain = "fabrikam.example"; }, { domain = "partner.example"; edge = "sip.contoso.example"; } );'
POLICY=$LISTS
make_certs
certs issue "$T" liar dns:liar.example dns:example.com dns:sip.example.org
certs issue "$T" suffix "dns:*.com" dns:com
certs issue "$T" plain ip:127.0.0.1
certs issue "$T" common cn:common.example
certs issue "$T" hidden cn:hidden.example dns:shown.example
certs issue "$T" uri uri:sip:uri.example uri:sip:user@user.example
certs issue "$T" wild "dns:*.wild.example"
certs issue "$T" deep dns:sip.deep.example
dns # knows of nobody: a sub-domain is not verified by DNS either
nexthop
edge
hop_is_up
one()
{
	{ ask MESSAGE sip:bob@example.com "$2"; answer_is "$3" ${4:-}; } >"$T/story"
	play "$1"
}

one contoso sip:a@contoso.example 200
one contoso sip:a@Contoso.EXAMPLE 200
one contoso sip:a@fabrikam.example 403 source-unverified    # somebody else's
one contoso sip:a@it.contoso.example 403 source-unverified
one contoso sip:a@127.0.0.1 403 source-unverified
one deep sip:a@deep.example 200                             # by the name sip.D
one deep sip:a@sip.deep.example 200
one liar sip:a@liar.example 200
one liar sip:a@example.com 403 source-unverified            # ours, whatever the certificate says
one liar sip:a@example.org 403 source-unverified
one suffix sip:a@contoso.com 403 source-unverified          # no organisation
one suffix sip:a@com 403 source-unverified
one plain sip:a@plain.example 403 source-unverified
one common sip:a@common.example 200                         # CN, where there is no SAN
one hidden sip:a@hidden.example 403 source-unverified
one uri sip:a@uri.example 200
one uri sip:a@user.example 403 source-unverified            # speaks for that user only
one wild sip:a@any.wild.example 200
one wild sip:a@wild.example 200                             # it covers sip.wild.example
one wild sip:a@two.any.wild.example 403 source-unverified
one contoso sip:a@partner.example 200                       # by the entry's edge
one contoso tel:+4930123456 403 source-unverified           # no domain at all
forwarded=$(at_hop)

law "federation: { discovery = false; };
$LISTS"
one contoso sip:a@contoso.example 403 not-allowed
one fabrikam sip:f@fabrikam.example 200
one contoso sip:a@partner.example 200
one contoso sip:a@foreign.example 403 source-unverified
is "forwarded in all" "$(at_hop)" $((forwarded + 2))
is "forwarded before" "$forwarded" 10
