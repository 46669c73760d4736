# An answer that is too long for UDP comes by TCP. Of many servers the best 32 count, always the same.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

make_certs
records=
for i in $(seq 100 199); do
	records="$records $(srv many.contoso.example "server-with-a-long-name-$i.contoso.example" "$i") $(srv few.contoso.example "server-with-a-long-name-$i.contoso.example" "$i")"
done
dns $records $(srv many.contoso.example sip.contoso.example 130) $(srv few.contoso.example sip.contoso.example 132)
nexthop
edge
hop_is_up
{
	for i in 1 2 3; do
		ask MESSAGE sip:bob@example.com sip:a@many.contoso.example; answer_is 200
		ask MESSAGE sip:bob@example.com sip:a@few.contoso.example; answer_is 403 source-unverified
	done
} >"$T/story"
play contoso
is "forwarded" "$(at_hop)" 3
