# With observe, the limits decide, count and log, and refuse and delay nothing: of the whole federation, or of an
# allow entry's own rate. All other rows hold.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='watch-list: { distinct-uris = 150; };
allow = ( { domain = "fabrikam.example"; rate = "10/s"; observe = true; } );'
make_certs
nexthop hop --answer-user 'user4*=404'
edge
hop_is_up
count_for() { grep '"observe":true' "$T/decisions.jsonl" | grep "\"partner\":\"$1\"" | grep -c "\"reason\":\"$2\"" || true; }

partner fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 100 --burst >"$T/own.json"
is "of 100 at an entry's 10/s, forwarded" "$(answered "$T/own.json" 200)" 100
within "their worst latency in ms" "$(number "$T/own.json" max)" 0 1000
within "told as refused by the rate, if it were not observed" "$(count_for fabrikam.example rate-limit)" 1 3
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 70 --burst --wait 4 >"$T/limited.json"
is "of a discovered partner's 70, refused" "$(answered "$T/limited.json" 503)" 10

ctl --json partner fabrikam.example >"$T/fabrikam.shown"
observed=$(number "$T/fabrikam.shown" observed)
within "of an observed entry's 100, what would have been delayed or refused" "$observed" 60 90
is "and that is all that is told as delayed or refused" $(($(number "$T/fabrikam.shown" delayed) + $(number "$T/fabrikam.shown" refused))) "$observed"
ctl --json partner contoso.example >"$T/contoso.shown"
is "of who is not observed" "$(number "$T/contoso.shown" observed)" 0

law 'federation: { observe = true; };
watch-list: { distinct-uris = 150; };
block = ( { domain = "bad.example"; } );'
partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 400 --burst --wait 4 >"$T/all.json"
is "of 400 at once, forwarded" $(($(answered "$T/all.json" 200) + $(answered "$T/all.json" 404))) 400
within "their worst latency in ms" "$(number "$T/all.json" max)" 0 1500
within "told as over the rate" "$(count_for contoso.example rate-limit)" 1 9
sleep 2.2 # what was booked to wait is over
partner contoso --from sip:a@contoso.example --to sip:more%d@example.com --count 160 --rate 18/s >"$T/names.json"
is "of 160 names more, forwarded" "$(answered "$T/names.json" 200)" 160
within "told as watched" "$(count_for contoso.example watch-list)" 1 20
{
	ask MESSAGE sip:bob@example.com sip:a@bad.example; answer_is 403 blocked-domain
	ask MESSAGE sip:bob@example.com sip:a@foreign.example; answer_is 403 source-unverified
} >"$T/story"
play contoso
