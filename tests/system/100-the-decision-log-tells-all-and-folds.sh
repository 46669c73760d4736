# One valid JSON object a line, whatever a peer writes; repeated refusals and delays are folded, and the
# lines with their counts add up to exactly what the partner saw.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='watch-list: { distinct-uris = 100; };
allow = ( { domain = "free.example"; } );'
LOG_SET='targets = true;'
make_certs
certs issue "$T" nasty dns:nasty.example
nexthop
edge
hop_is_up
log=$T/decisions.jsonl
of() { grep "\"event\":\"$1\"" "$log" | grep "\"partner\":\"$2\"" | grep "\"reason\":\"$3\"" || true; }
# Single lines, and the counts of folded ones.
decided() { of "$@" | sed -E 's/.*"count":([0-9]+).*/\1/; t; s/.*/1/' | awk '{ sum += $1 } END { print sum + 0 }'; }

partner contoso --connections 3 --from sip:a@contoso.example --to sip:bob@example.com --count 300 --burst --wait 4 >"$T/flood.json"
partner fabrikam --from sip:f@fabrikam.example --to sip:eve@foreign.example --count 50 >"$T/foreign.json"
partner fabrikam --from sip:x@stranger.example --to sip:bob@example.com --count 60 --rate 30/s >"$T/liar.json"
partner fabrikam --from sip:f@fabrikam.example --to sip:user%d@example.com --count 130 --rate 19/s --wait 4 >"$T/names.json"

# What a peer may write: quotes, backslashes, control octets, octets beyond ASCII.
me=sip:a@nasty.example
{
	ask MESSAGE sip:eve@foreign.example $me | sed 's/^Call-ID: .*/Call-ID: q"\\\\u0000\\"},{"x":"\\@"/'; answer_is 403 not-local
	ask "A!%*_'~b" sip:bob@example.com $me | sed 's/^Max-Forwards.*/Max-Forwards: 0/'; answer_is 483 too-many-hops
	ask MESSAGE 'sip:%00%22%5c%ff@foreign.example' $me; answer_is 403 not-local
	ask REGISTER 'sip:%00%22%5c%ff%0a@example.com' $me; answer_is 403 not-here
	ask MESSAGE sip:bob@example.com 'sip:a"b\c@nasty.example'; echo 'sleep 0.1'
	echo 'connection second'
	ask MESSAGE 'sip:a"b\c@example.com' $me; echo 'sleep 0.1'
	echo 'connection third'
	ask MESSAGE sip:eve@foreign.example $me | sed 's/^Call-ID: .*/Call-ID: {HEX:c3a9ff7f01}/'; echo 'sleep 0.1'
	echo 'connection fourth'
	ask MESSAGE sip:eve@foreign.example $me | sed 's/^Call-ID: .*/Call-ID: {PAD:20000}/'; answer_is 403 not-local
} >"$T/story"
play nasty
edge_stop # what is folded is told at the latest now

is "of the flood, refused" "$(answered "$T/flood.json" '503 rate-limit')" 240
is "told as refused" "$(decided refuse contoso.example rate-limit)" 240
is "of the flood, delayed" "$(decided delay contoso.example paced)" 40
within "lines that tell it" "$(of refuse contoso.example rate-limit | wc -l)" 2 5
is "told as not local" "$(decided refuse fabrikam.example not-local)" 50
is "answered as not local" "$(answered "$T/foreign.json" '403 not-local')" 50
is "told as unverified" "$(decided refuse fabrikam.example source-unverified)" 60
is "answered as unverified" "$(answered "$T/liar.json" '403 source-unverified')" 60
is "told as watched" "$(decided refuse fabrikam.example watch-list)" 30
is "answered as watched" "$(answered "$T/names.json" '403 watch-list')" 30
is "change of class" "$(grep -c '"event":"class","partner":"fabrikam.example","class":"watched","before":"discovered"' "$log")" 1
is "the policy" "$(grep -c '"event":"policy"' "$log")" 1

# The first line of each tells all; what was forwarded without delay is not told.
first=$(of refuse contoso.example rate-limit | head -n 1)
for word in '"time":"20[0-9-]*T[0-9:]*[.][0-9][0-9][0-9]Z"' '"edge":"edge1.example.com"' '"peer":"sip.contoso.example"' \
	'"source":"contoso.example"' '"target":"bob"' '"method":"MESSAGE"' '"call_id":"[^"]' '"rule":"default"'; do
	echo "$first" | grep -q "$word" || fail "no $word in: $first"
done
! grep -q 'within-limits' "$log" || fail "a passed message is told"

if command -v python3 >/dev/null && python3 -c 'import json' 2>/dev/null; then
	python3 -c '
import json, sys
for number, line in enumerate(open(sys.argv[1], "rb"), 1):
    d = json.loads(line.decode("ascii"))
    assert isinstance(d, dict) and d["time"] and d["edge"] and d["event"], number
' "$log" || fail "not a JSON object a line, see above"
fi
# The same by hand: pairs of a plain key and a string, a number or true.
text='"([^"\\]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*"'
! LC_ALL=C grep -nvE "^\{(\"[a-z_]+\":($text|-?[0-9]+|true),?)+\}\$" "$log" || fail "these lines are no JSON objects"
! LC_ALL=C grep -nE ',\}|[^ -~]' "$log" || fail "these lines are no plain JSON"
grep -q '"method":"A!%\*_' "$log" || fail "the odd method is not told"
grep -q '"call_id":"q\\"' "$log" || fail "the odd Call-ID is not told: $(grep nasty "$log")"
within "octets of the longest line" "$(awk 'length > most { most = length } END { print most }' "$log")" 200 1600
