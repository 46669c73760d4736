# A partner's server that takes the connection and ends it at once, as it does not accept our certificate, does not
# serve (with TLS 1.3 we hear of it behind the handshake): what went there is told at once, the next server is tried,
# and where there is none the partner is left alone for a while, with the reason in the log.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

by_dns_alone
cat >"$T/names" <<END
srv-host=_sipfederationtls._tcp.contoso.example,first.contoso.example,5061,1
srv-host=_sipfederationtls._tcp.contoso.example,sip.contoso.example,5061,2
srv-host=_sipfederationtls._tcp.example.com,edge1.example.com,5061
srv-host=_sipfederationtls._tcp.fabrikam.example,sip.fabrikam.example,5061
host-record=first.contoso.example,$NET.9
host-record=sip.fabrikam.example,$NET.8
END
two_organisations
certs ca "$T" other
# refuses NAME ADDRESS: shows the certificate of NAME, and knows nobody's.
refuses()
{
	start "no_$1" "$TOOLS/nexthop" --listen "$2:5061" --cert "$T/$1.pem" --key "$T/$1.key" --ca "$T/other.pem" --control /dev/null
	wait_for "no_$1" '^listening'
}
refuses contoso $NET.9
refuses fabrikam $NET.8

{
	from_us MESSAGE sip:carol@contoso.example; echo 'expect 480 within 2s header Reason matches partner-gone'
	echo 'expect nothing for 300ms'
	echo call; from_us MESSAGE sip:carol@contoso.example; echo 'expect 200 within 2s'
	echo call; from_us MESSAGE sip:f@fabrikam.example; echo 'expect 480 within 2s header Reason matches partner-gone'
	echo call; from_us MESSAGE sip:f@fabrikam.example; echo 'expect 504 within 2s header Reason matches partner-unreachable'
	# Ever longer.
	echo 'expect nothing for 1200ms'
	echo call; from_us MESSAGE sip:f@fabrikam.example; echo 'expect 480 within 2s header Reason matches partner-gone'
	echo 'expect nothing for 1200ms'
	echo call; from_us MESSAGE sip:f@fabrikam.example; echo 'expect 504 within 2s header Reason matches partner-unreachable'
} >"$T/ours.script"
us_script || fail "our user"
# His alert says it, unless what we send meets the end of the connection first.
said edge "fabrikam.example: cannot be reached: $NET.8:5061: (the peer refused: .*|connection lost); next try in 1s" || fail "it is not said why"
is "complaints about it" "$(count_of edge 'fabrikam.example: cannot be reached')" 1
! said edge 'contoso.example: cannot be reached' || fail "a server that refuses was taken for the partner"
edge_stop
