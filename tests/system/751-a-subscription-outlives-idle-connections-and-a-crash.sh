# An hour of a presence subscription over two organisations that find each other by DNS alone, 900 times as fast: an
# idle connection between the edges ends after a second instead of 15 minutes, and before each NOTIFY of the hour it has.
# In the middle the edge is killed and comes back. Each NOTIFY arrives, and is answered, by what the signed Route
# says; the edges remember nothing of the subscription.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

by_dns_alone
MESSAGES_SET='idle-timeout = "1s";'
two_organisations
open_between() { [ -n "$(ss -Htn state established "( dst $NET.6:5061 or src $NET.6:5061 or dst $NET.7:5061 or src $NET.7:5061 )")" ]; }
closed_between() { ! open_between; }

{ FROM=sip:carol@contoso.example send SUBSCRIBE sip:bob@example.com "Event: presence" "Expires: 3600"; echo 'expect 200 within 8s'; echo 'set-from TAG To tag=([^;]+)'
	echo 'print tag {TAG}'; } >"$T/carol.script"
"$TOOLS/partner" --connect "$their_door" --script "$T/carol.script" >"$T/carol.log" 2>&1 || fail "the SUBSCRIBE: $(cat "$T/carol.log")"

# What the notifier knows of the dialog: out of the SUBSCRIBE and its answer.
of_subscribe() { grep '"method":"SUBSCRIBE"' "$T/hop.jsonl" | sed -nE "s/.*\"$1\":\"([^\"]+)\".*/\1/p"; }
routes=$(grep '"method":"SUBSCRIBE"' "$T/hop.jsonl" | sed -nE 's/.*"record_routes":\[([^]]*)\].*/\1/p' | tr , '\n' | tr -d '"' | sed 's/^/Route: /')
to_tag=$(sed -n 's/^tag //p' "$T/carol.log")
notify()
{
	cat <<NOTIFY
send <<END
NOTIFY sip:carol@$NET.7:5071 SIP/2.0
Via: SIP/2.0/{TRANSPORT} {LOCAL};branch={BRANCH}
$routes
Max-Forwards: 70
From: <sip:bob@example.com>;tag=$to_tag
To: $(of_subscribe from)
Call-ID: $(of_subscribe call_id)
CSeq: $1 NOTIFY
Contact: <sip:bob@{LOCAL};transport=tls>
Event: presence
Subscription-State: active;expires=$((3600 - 800 * $1))
Content-Length: 0

END
expect 200 within 8s
NOTIFY
}
for quarter in 1 2 3 4; do
	open_between || fail "the edges have no connection to lose"
	until_true "the idle connections' end" closed_between
	if [ $quarter -eq 3 ]; then
		kill -KILL "$edge_pid"; wait "$edge_pid" 2>/dev/null || true
		edge_again
		hop_is_up
	fi
	notify $quarter >"$T/ours.script"
	us_script || fail "NOTIFY $quarter"
	is "NOTIFYs there" "$(grep -c '"method":"NOTIFY"' "$T/theirs.jsonl")" $quarter
done
edge_stop
