# A proof holds for the TTL of the record, at least 5 s, on open connections too: then DNS is asked again. It
# is asked once for all who wait.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

make_certs
TTL=0
dns $(srv it.contoso.example sip.contoso.example)
nexthop
edge
hop_is_up
{
	ask MESSAGE sip:bob@example.com sip:a@it.contoso.example; answer_is 200
	echo 'print proved'
	echo "await $T/gone"
	ask MESSAGE sip:bob@example.com sip:a@it.contoso.example; answer_is 200
	echo 'sleep 5'
	ask MESSAGE sip:bob@example.com sip:a@it.contoso.example; answer_is 403 source-unverified
	echo 'connection other'
	ask MESSAGE sip:bob@example.com sip:a@it.contoso.example; answer_is 403 source-unverified
} >"$T/long.script"
partner contoso --from sip:a@it.contoso.example --to sip:bob@example.com --count 10 --burst --wait 5 >"$T/ten.json"
is "answered 200" "$(answered "$T/ten.json" 200)" 10
talk long contoso
wait_for long proved
is "asked for eleven messages" "$(asked_for it.contoso.example)" 1
dns
: >"$T/gone"
talked long
is "forwarded" "$(at_hop)" 12
