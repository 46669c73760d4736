# What still rings when drain-timeout is over is answered 503 to the partner, and cancelled at the next
# hop: no phone rings on for a call that has failed.
. "$SOURCE/tests/system/lib.sh"

make_certs
MESSAGES_SET='drain-timeout = "500ms";'
nexthop hop --ring --silent INVITE
edge
hop_is_up
{
	send INVITE sip:bob@example.com
	echo "expect 180 for INVITE"
	echo "print ringing"
	echo 'expect 503 for INVITE header Reason matches next-hop-down within 10s'
} >"$T/caller.script"
talk caller contoso
wait_for caller ringing
edge_stop
talked caller
until_true "a CANCEL at the next hop" grep -q '"method":"CANCEL"' "$T/hop.jsonl"
is "Via branches of INVITE and CANCEL" "$(sed -nE '/"method":"(INVITE|CANCEL)"/s/.*(branch=z9hG4bKfg[0-9a-f.]+).*/\1/p' "$T/hop.jsonl" | sort -u | wc -l)" 1
