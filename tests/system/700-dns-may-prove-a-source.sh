# A source that the certificate does not name is verified where its federation servers (DNS SRV) are
# the peer, in its own organisation: by the record, a CNAME, any of the servers. "No" is source-unverified.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

make_certs
certs issue "$T" wild "dns:*.wild.example"
certs issue "$T" both dns:sip.contoso.example dns:sip.hoster.example
dns $(srv it.contoso.example sip.contoso.example) \
	$(srv upper.contoso.example SIP.Contoso.EXAMPLE) \
	$(srv second.contoso.example other.contoso.example 1) $(srv second.contoso.example sip.contoso.example 2 5099) \
	--cname=_sipfederationtls._tcp.alias.contoso.example,_sipfederationtls._tcp.it.contoso.example \
	--cname=_sipfederationtls._tcp.far.contoso.example,servers.hoster.example --srv-host=servers.hoster.example,sip.contoso.example,5061 \
	$(srv foreign.contoso.example sip.hoster.example) $(srv victim.example sip.contoso.example) \
	$(srv other.contoso.example other.contoso.example) $(srv 'a.b.wild.example' any.wild.example) \
	--srv-host=_sipfederationtls._tcp.closed.contoso.example --srv-host=_sips._tcp.sips.contoso.example,sip.contoso.example,5061 \
	$(srv sub.example.com sip.contoso.example) $(srv example.com sip.contoso.example)
nexthop
edge
hop_is_up
one()
{
	{ ask MESSAGE sip:bob@example.com "$2"; answer_is "$3" ${4:-}; } >"$T/story"
	play "$1"
}

one contoso sip:a@it.contoso.example 200
one contoso sip:a@IT.contoso.example 200                    # known now
one contoso sip:a@upper.contoso.example 200
one contoso sip:a@second.contoso.example 200                # any of the servers
one contoso sip:a@alias.contoso.example 200                 # by a CNAME
one contoso sip:a@far.contoso.example 200                   # wherever it leads: the server counts
one wild sip:a@a.b.wild.example 200                         # a wildcard matches the server
is "forwarded" "$(at_hop)" 7
is "asked for it.contoso.example" "$(asked_for it.contoso.example)" 1

one contoso sip:a@nowhere.contoso.example 403 source-unverified
one contoso sip:a@other.contoso.example 403 source-unverified    # another server of the same organisation
one both sip:a@foreign.contoso.example 403 source-unverified     # a foreign server, though the peer is that too
one contoso sip:a@closed.contoso.example 403 source-unverified   # a record of the root: no such service
one contoso sip:a@sips.contoso.example 403 source-unverified     # _sips proves nothing
one contoso sip:a@victim.example 403 source-unverified           # no name of the peer is in its organisation
one contoso sip:a@example.com 403 source-unverified              # ours, whatever DNS says
one contoso sip:a@sub.example.com 403 source-unverified
one fabrikam sip:a@it.contoso.example 403 source-unverified
for domain in victim.example example.com sub.example.com; do
	is "asked for $domain" "$(asked_for $domain)" 0               # no answer could have proved it
done

law 'federation: { discovery = false; }; allow = ( { domain = "contoso.example"; } );'
one contoso sip:a@it.contoso.example 403 source-unverified       # although it is known
one contoso sip:a@contoso.example 200
law 'allow = ( { domain = "contoso.example"; } ); block = ( { domain = "upper.contoso.example"; } );'
one contoso sip:a@it.contoso.example 200
one contoso sip:a@upper.contoso.example 403 blocked-domain
is "forwarded in all" "$(at_hop)" 9
edge_stop
said edge 'total: forward allowed: 2$' || fail "the entry did not apply: $(grep total: "$T/edge.log")"
