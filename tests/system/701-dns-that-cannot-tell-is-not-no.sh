# A server that fails or refuses: 403 source-unknown, at once, and not remembered: as soon as DNS can
# tell, it is believed. "No" is remembered.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

make_certs
certs issue "$T" refused dns:sip.refused-net.org
dns $(srv it.contoso.example sip.contoso.example)
nexthop
edge
hop_is_up
one()
{
	{ ask MESSAGE sip:bob@example.com "$2"; answer_is "$3" ${4:-}; } >"$T/story"
	play "$1"
}

one refused sip:a@it.refused-net.org 403 source-unknown
one refused sip:a@it.refused-net.org 403 source-unknown
wait_for edge 'dns: _sipfederationtls._tcp.it.refused-net.org: the DNS server '
said edge 'refused MESSAGE .*source-unknown' || fail "the log does not say that DNS could not tell"
one contoso sip:a@late.contoso.example 403 source-unverified
dns $(srv it.refused-net.org sip.refused-net.org) $(srv late.contoso.example sip.contoso.example)
sleep 6.5 # libunbound itself remembers for 5 s that a server failed
one refused sip:a@it.refused-net.org 200
one contoso sip:a@late.contoso.example 403 source-unverified
is "forwarded" "$(at_hop)" 1
