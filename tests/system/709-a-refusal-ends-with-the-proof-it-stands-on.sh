# A watched partner is refused from the scan, without a look at DNS; but not longer than DNS' proof of its
# source holds: then the reason is another one. Who is proved by the certificate stays watched.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

POLICY='watch-list: { distinct-uris = 1; };'
make_certs
TTL=0
dns $(srv it.contoso.example sip.contoso.example)
nexthop
edge
hop_is_up
again() { ask MESSAGE sip:dave@example.com sip:a@it.contoso.example; answer_is 403 "$1"; }
{
	ask MESSAGE sip:bob@example.com sip:a@it.contoso.example; answer_is 200
	ask MESSAGE sip:carol@example.com sip:a@it.contoso.example; answer_is 403 watch-list
	again watch-list
	again watch-list
	echo 'print watched'
	echo "await $T/gone"
	again watch-list
	echo 'sleep 5'
	again source-unverified
	again source-unverified
	ask MESSAGE sip:dave@example.com sip:a@contoso.example; answer_is 403 watch-list
} >"$T/long.script"
talk long contoso
wait_for long watched
dns
: >"$T/gone"
talked long
is "forwarded" "$(at_hop)" 1
