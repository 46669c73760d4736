# Row 2: a blocked source domain or certificate name is refused, sub-domains too, at label boundaries; the longest
# match wins over both lists. Row 3: with federation off everybody else is refused, allowed or not.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

LISTS='allow = ( { domain = "good.bad.example"; }, { domain = "fabrikam.example"; } );
block = ( { domain = "bad.example"; }, { domain = "it.contoso.example"; }, { domain = "spy.good.bad.example"; } );'
POLICY=$LISTS
make_certs
certs issue "$T" mixed dns:mixed.example dns:mail.bad.example
certs issue "$T" wide "dns:*.bad.example"
certs issue "$T" good dns:good.bad.example
certs issue "$T" near dns:verybad.example
nexthop
edge
hop_is_up
# one CERT FROM STATUS [REASON]
one()
{
	{ ask MESSAGE sip:bob@example.com "$2"; answer_is "$3" ${4:-}; } >"$T/story"
	play "$1"
}

one contoso sip:a@contoso.example 200
one contoso sip:a@bad.example 403 blocked-domain            # the source, proved or not
one contoso sip:a@BAD.example 403 blocked-domain
one contoso sip:a@sub.bad.example 403 blocked-domain
one contoso sip:a@it.contoso.example 403 blocked-domain
one mixed sip:a@mixed.example 403 blocked-domain            # a name of the certificate
one wide sip:a@sub.bad.example 403 blocked-domain
one good sip:a@good.bad.example 200                         # the longer entry allows
one good sip:a@spy.good.bad.example 403 blocked-domain      # the longest blocks
one near sip:a@verybad.example 200                          # not at a label boundary
wait_for edge 'contoso.example: refused MESSAGE from .*: blocked-domain \(policy.conf:2\)'

law "federation: { enabled = false; };
$LISTS"
one contoso sip:a@contoso.example 403 federation-off
one fabrikam sip:f@fabrikam.example 403 federation-off
one contoso sip:a@foreign.example 403 federation-off
one contoso sip:a@bad.example 403 blocked-domain
is "forwarded in all" "$(at_hop)" 3
