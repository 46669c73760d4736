# What is wrong with a message, or stands behind the ladder: the Call-ID of such a refusal is enough as well, for
# every one that can be answered.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/explain.lib"

MESSAGES_SET='max-body = "2k"; max-head = "4k"; answer-timeout = "1s";'
make_certs
nexthop hop --silent INVITE
edge
hop_is_up
bob=sip:bob@example.com me=sip:a@contoso.example

# fault STATUS REASON SED
fault()
{
	refused "$2" contoso MESSAGE $bob $me "$1" "$2" "$3"
	recorded "$2" null
	decides 1 refuse "$2" null
	has "\"status\":$1"
}
fault 505 bad-version 's/^\(MESSAGE .*\)SIP.2.0/\1SIP\/3.0/'
fault 420 bad-extension 's/^Content-Length/Proxy-Require: foo\n&/'
fault 403 bad-route 's/^Content-Length/Route: <sip:edge1.example.com;lr;fg=forged>\n&/'
fault 400 malformed 's/^Max-Forwards.*/Max-Forwards: 999/'
fault 413 too-large 's/^Content-Length: 0/Content-Length: 100000/'
refused "a scheme that is none of ours" contoso MESSAGE tel:+4930123456 $me 416 bad-scheme
recorded bad-scheme null
decides 1 refuse bad-scheme null

# Behind the ladder: nobody answers, nobody is there.
refused "an INVITE that nobody answers" contoso INVITE $bob $me 408 next-hop-silent
recorded next-hop-silent null
decides 11 forward within-limits default
has 'The internal server that got the request must answer'
kill "$hop_pid"
wait_for edge 'next hop .*: closed by the peer; next try'
refused "a message that nobody takes" contoso MESSAGE $bob $me 503 next-hop-down
has '"verdict":"refuse","status":503,"reason":"next-hop-down","rule":null' 'An internal server must be up'
row_is 11 decided
asks --from $me
has '"verdict":"refuse","status":503,"reason":"next-hop-down","rule":null'
asks --from $me --method OPTIONS --to sip:edge1.example.com
decides 11 forward within-limits default
