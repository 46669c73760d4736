# A partner may cause 32 look-ups at once, then 4 a minute; beyond, 403 source-unknown at once, whatever DNS
# would say. What is known costs nothing, and nobody else pays for it.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

make_certs
dns $(srv it.contoso.example sip.contoso.example) $(srv it.fabrikam.example sip.fabrikam.example)
nexthop
edge
hop_is_up
partner contoso --from sip:a@it.contoso.example --to sip:bob@example.com --count 1 --wait 5 >"$T/known.json"
partner contoso --from sip:a@d%d.contoso.example --to sip:bob@example.com --count 60 --window 1 --wait 8 >"$T/many.json"
is "asked and not there" "$(answered "$T/many.json" '403 source-unverified')" 31
is "not asked" "$(answered "$T/many.json" '403 source-unknown')" 29
is "asked of DNS" "$(count_of dns 'query.SRV. _sipfederationtls._tcp.d[0-9]*\.contoso')" 31
{
	ask MESSAGE sip:bob@example.com sip:a@it.contoso.example; answer_is 200 # known
	ask MESSAGE sip:bob@example.com sip:a@d99.contoso.example
	echo 'expect 403 within 500ms header Reason matches source-unknown'
} >"$T/story"
play contoso
{ ask MESSAGE sip:bob@example.com sip:a@it.fabrikam.example; answer_is 200; } >"$T/story"
play fabrikam
