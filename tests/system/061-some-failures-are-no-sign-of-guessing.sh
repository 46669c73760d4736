# Busy, not there, not acceptable, our own side's trouble: such answers do not count, nor do requests inside
# dialogs, nor what the edge itself refuses. As many real failures do, at once. A dialog is one that our own
# Route proves: a To tag alone, or another one's name under that Route, hides no guess.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "1000/s"; };'
make_certs
nexthop hop --answer-user 's401=401' --answer-user 's407=407' --answer-user 's408=408' --answer-user 's415=415' \
	--answer-user 's420=420' --answer-user 's422=422' --answer-user 's423=423' --answer-user 's480=480' --answer-user 's481=481' \
	--answer-user 's486=486' --answer-user 's487=487' --answer-user 's488=488' --answer-user 's489=489' --answer-user 's491=491' \
	--answer-user 's500=500' --answer-user 's503=503' --answer-user 's504=504' --answer-user 's600=600' --answer-user 's603=603' --answer-user 's606=606' \
	--answer-user 's404=404' --answer-user 's604=604' --answer INFO=404
edge
hop_is_up
send() { partner contoso --from sip:a@contoso.example --to "$1" --count "${2:-25}" --method "${3:-MESSAGE}" >"$T/answers.json"; }
suspected() { said edge 'contoso.example: now suspicious'; }

for status in 401 407 408 415 420 422 423 480 481 486 487 488 489 491 500 503 504 600 603 606; do
	send "sip:s$status@example.com"
	is "answers $status that came back" "$(answered "$T/answers.json" $status)" 25
	! suspected || fail "$status counts as a failure"
done

send sip:eve@foreign.example
is "what is not for us" "$(answered "$T/answers.json" '403 not-local')" 25
send sip:bob@example.com 25 REGISTER
is "what is not taken here" "$(answered "$T/answers.json" '403 not-here')" 25
! suspected || fail "our own refusals count as failures"

# Whatever the callee says inside the dialog.
{
	ask INVITE sip:bob@example.com sip:a@contoso.example 'Contact: <sip:a@{LOCAL};transport=tls>'
	echo 'expect 200 for INVITE header Record-Route matches "fg="'
	further ACK | sed 's/{CSEQ} ACK/1 ACK/'
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do further INFO; echo 'expect 404 for INFO'; done
} >"$T/story"
play contoso
! suspected || fail "failures inside a dialog count"

send sip:s404@example.com 10
! suspected || fail "ten failures are enough"
send sip:s604@example.com 10
wait_for edge 'contoso.example: now suspicious'

for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	ask MESSAGE sip:s404@example.com sip:a@fabrikam.example | sed 's/^To: .*/&;tag=there/'
	echo 'expect 404'
done >"$T/story"
play fabrikam
wait_for edge 'fabrikam.example: now suspicious'

certs issue "$T" proseware dns:proseware.example
{
	ask INVITE sip:bob@example.com sip:a@proseware.example 'Contact: <sip:a@{LOCAL};transport=tls>'
	echo 'expect 200 for INVITE header Record-Route matches "fg="'
	further ACK | sed 's/{CSEQ} ACK/1 ACK/'
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do
		further MESSAGE | sed 's/^MESSAGE [^ ]*/MESSAGE sip:s404@example.com/'
		echo 'expect 404 for MESSAGE'
	done
} >"$T/story"
play proseware
wait_for edge 'proseware.example: now suspicious'
