# A BYE of a watched partner, and of one over his rate, still goes through: it waits for
# a slot where another request is refused; the same BYE without our Route is refused.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='watch-list: { distinct-uris = 2; }; limits: { rate = "1/2s"; max-delay = "0s"; };'
nexthop
edge
hop_is_up
{
	send INVITE sip:one@example.com
	echo "expect 200"
	further ACK
	further BYE; echo "expect 200 within 8s"
	echo call
	send MESSAGE sip:one@example.com; echo "expect 503 header Reason matches rate-limit"
} | script contoso
is "requests at the next hop" "$(sed -nE 's/.*"method":"([A-Z]+)".*/\1/p' "$T/hop.jsonl" | tr '\n' ' ')" "INVITE ACK BYE "
kept_rate --limit 1 --period 1.94 "$T/hop.jsonl" || fail "the limit was not kept"

printf '%s\n' 'watch-list: { distinct-uris = 2; }; limits: { rate = "1000/s"; };' >"$T/policy.conf"
reload
{
	FROM=sip:a@fabrikam.example
	send INVITE sip:one@example.com; echo "expect 200"; further ACK
	send MESSAGE sip:two@example.com | sed 's/{CALLID}/second/'; echo "expect 200"
	send MESSAGE sip:three@example.com | sed 's/{CALLID}/third/'; echo "expect 403 header Reason matches watch-list"
	send MESSAGE sip:one@example.com | sed 's/{CALLID}/fourth/'; echo "expect 403 header Reason matches watch-list"
} >"$T/lines"
cat >>"$T/lines" <<'END'
send <<DONE
BYE sip:one@example.com SIP/2.0
Via: SIP/2.0/TLS {LOCAL};branch={BRANCH}
From: <sip:a@fabrikam.example>;tag={TAG}
To: <sip:one@example.com>;tag={CALLEE}
Call-ID: {CALLID}
CSeq: {CSEQ} BYE
Content-Length: 0

DONE
expect 403 header Reason matches watch-list
send <<DONE
BYE sip:one@example.com SIP/2.0
Via: SIP/2.0/TLS {LOCAL};branch={BRANCH}
{ROUTE}
From: <sip:a@fabrikam.example>;tag={TAG}
To: <sip:one@example.com>;tag={CALLEE}
Call-ID: {CALLID}
CSeq: {CSEQ} BYE
Content-Length: 0

DONE
expect 200 for BYE within 6s
END
sed '0,/^expect 200$/s//expect 200\nset-from CALLEE To tag=([^;]+)/' "$T/lines" | script fabrikam
said edge 'fabrikam.example: now watched' || fail "not watched"
edge_stop
