# Suspicion lasts for `hold`, and then until the share of failures in the window has fallen below half the
# threshold: hold alone does not end it, and a low share does not before hold is over.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "1000/s"; suspicious-rate = "20/s"; };
suspicion: { window = "30s"; min-responses = 5; failure-share = 0.5; hold = "2s"; };'
make_certs
nexthop hop --answer-user 'nobody*=404'
edge
hop_is_up
send() { who=$1; shift; partner "$who" --from "sip:a@$who.example" "$@" >"$T/answers.json"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

# The share: 15 failures, held down only by many good answers.
send contoso --to sip:nobody@example.com --count 15 --window 1
wait_for edge 'contoso.example: now suspicious'
sleep 2.5
send contoso --to sip:bob@example.com --count 30 --rate 15/s
is "of good requests at the suspicious rate, forwarded" "$(answered "$T/answers.json" 200)" 30
# 15 of 45 is below the threshold, not below half of it.
! said edge 'contoso.example: now discovered' || fail "it came back although the share is a third"
coming_back() { send contoso --to sip:bob@example.com --count 4 --rate 15/s; said edge 'contoso.example: now discovered, was suspicious'; }
until_true "a share below a quarter" coming_back
# Below a quarter are 46 good answers or more to 15 failures.
good=$(grep -c '"request_uri":"sip:bob@' "$T/hop.jsonl")
within "good answers that it took" "$good" 46 60

# The hold: a low share at once, and still two seconds.
POLICY_HOLD='limits: { rate = "1000/s"; suspicious-rate = "20/s"; };
suspicion: { window = "1s"; min-responses = 5; failure-share = 0.5; hold = "6s"; };'
law "$POLICY_HOLD"
begun=$(now_ms)
send fabrikam --to sip:nobody@example.com --count 6 --window 1
wait_for edge 'fabrikam.example: now suspicious'
came_back() { send fabrikam --to sip:bob@example.com; said edge 'fabrikam.example: now discovered, was suspicious'; }
until_true "the end of the hold" came_back
within "milliseconds that suspicion lasted" $(($(now_ms) - begun)) 6000 14000
send fabrikam --to sip:bob@example.com --count 60 --burst
is "then the old rate" "$(answered "$T/answers.json" 200)" 60
