# What log.record wrote is all that the law looked at: judged again under the same policy each request has the same
# reason, and as many have it as the edge itself counted.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/record.lib"

POLICY='watch-list: { distinct-uris = 20; };
suspicion: { min-responses = 10; };
allow = ( { domain = "free.example"; }, { domain = "slow.example"; rate = "5/s"; observe = true; } );
block = ( { domain = "bad.example"; } );
providers = ( { name = "uc"; edge = "edge.uc.example"; domains = [ "*" ]; rate = "50/s"; max-tenants = 2; } );'
LOG_SET="record = \"$T/record.jsonl\";"
make_certs
certs issue "$T" free dns:free.example
certs issue "$T" slow dns:slow.example
certs issue "$T" bad dns:bad.example dns:other.example
certs issue "$T" uc dns:edge.uc.example
certs issue "$T" guesser dns:guesser.example
nexthop hop --answer-user 'nobody*=404'
edge
hop_is_up

partner contoso --connections 3 --from sip:a@contoso.example --to sip:bob@example.com --count 200 --burst --wait 4 >"$T/flood.json"
partner fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 40 --rate 18/s --wait 4 >"$T/names.json"
partner fabrikam --from sip:x@stranger.example --to sip:bob@example.com --count 7 >"$T/liar.json"
partner free --from sip:f@free.example --to sip:bob@example.com --count 50 --burst >"$T/free.json"
partner slow --from sip:f@slow.example --to sip:bob@example.com --count 50 --burst >"$T/slow.json"
partner bad --from sip:f@other.example --to sip:bob@example.com --count 3 >"$T/bad.json"
partner guesser --from sip:g@guesser.example --to sip:nobody%d@example.com --count 15 --rate 15/s >"$T/guess.json"
partner guesser --from sip:g@guesser.example --to sip:nobody@example.com --count 10 --burst >"$T/again.json"
for tenant in one two three; do
	partner uc --from "sip:t@$tenant.example" --to sip:bob@example.com --count 30 --burst --wait 4 >"$T/$tenant.json"
done
{
	ask MESSAGE sip:eve@foreign.example; answer_is 403 not-local
	ask REGISTER sip:bob@example.com; answer_is 403 not-here
	ask "M E" sip:bob@example.com; answer_is 400 malformed
} >"$T/story"
play contoso
edge_stop

judged_again "$T/policy.conf"
grep -qE '^[0-9]+ requests judged: ([0-9]+) alike, 0 refused .* 0 let through .* 0 for another reason$' "$T/replay.txt" ||
	fail "it is judged in another way: $(cat "$T/replay.txt" "$T/replay.err")"
! grep -q '^partner ' "$T/replay.txt" || fail "a row that differs"
for reason in allowed within-limits paced rate-limit rate-suspicious watch-list source-unverified blocked-domain not-local not-here; do
	verdict=refuse
	case $reason in allowed|within-limits) verdict=forward ;; paced) verdict=delay ;; esac
	sum=$(($(told law "$verdict $reason") + $(told law "$verdict $reason (observed)")))
	is "recorded as $reason" $sum "$(edge_total "$verdict $reason")"
	is "judged again as $reason" $(($(told candidate "$verdict $reason") + $(told candidate "$verdict $reason (observed)"))) $sum
	[ $sum -gt 0 ] || fail "no request was judged $reason"
done
within "only observed" "$(told candidate 'refuse rate-limit (observed)')" 1 49
grep -qE '^[0-9]+ decisions that no policy changes' "$T/replay.txt" || fail "the malformed one is not told"
[ ! -s "$T/replay.err" ] || fail "complaints: $(cat "$T/replay.err")"

# One plain JSON object a line, and none of it longer than it may be.
! LC_ALL=C grep -nvE '^\{"event":"[a-z]+","time_us":[0-9]+,[ -~]*\}$' "$T/record.jsonl" || fail "these lines are none of a record"
within "octets of the longest line" "$(awk 'length > most { most = length } END { print most }' "$T/record.jsonl")" 100 1000
