# What max-pending refuses is answered 503 busy to the partner: with his own Via on top, not ours.
. "$SOURCE/tests/system/lib.sh"

MESSAGES_SET='max-pending = 5;'
make_certs
nexthop hop --silent INVITE
edge
hop_is_up
{
	for i in 1 2 3 4 5; do echo call; send INVITE sip:bob@example.com; done
	echo call
	send INVITE sip:bob@example.com
	echo 'expect 503 header Reason matches busy header Via matches ^SIP/2.0/TLS.127 header Retry-After matches [0-9]'
} | script contoso
