# Broken framing, a mandatory header that is broken, doubled or missing: answered 400 where an answer can be
# addressed, and the connection is closed. Nobody else notices.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
FEDERATION_SET='max-per-partner = 1000; max-per-address = 1000;'
make_certs
nexthop
edge
hop_is_up

sound() { ask MESSAGE sip:bob@example.com; }
fresh() { echo 'connection NEW'; }
# answered_400 and silent take a message from the standard input.
answered_400()
{
	fresh
	cat
	answer_is 400 malformed
	echo 'expect close'
}
silent()
{
	fresh
	cat
	echo 'expect close'
}
lines() { awk -v n="$1" -v line="$2" 'BEGIN { while (n--) print line }'; }

{
	# framing
	sound | sed '/^Content-Length/d' | answered_400
	sound | sed 's/^Content-Length.*/&\n&/' | answered_400
	sound | sed 's/^Content-Length.*/&\nl: 0/' | answered_400
	sound | sed 's/^Content-Length: 0/Content-Length: -1/' | answered_400
	sound | sed 's/^Content-Length: 0/Content-Length: 1 0/' | answered_400
	sound | sed 's/^Content-Length: 0/Content-Length: 0x0/' | answered_400
	sound | sed 's/^Content-Length: 0/Content-Length: 99999999999999999999/' | answered_400
	sound | sed 's/^Content-Length: 0/Content-Length:/' | answered_400
	sound | sed 's/^Content-Length/Subject: a{HEX:0a}X: b\n&/' | answered_400
	sound | sed 's/^Content-Length/Subject: a{HEX:0d}b\n&/' | answered_400
	sound | sed 's/^Content-Length/Subject: a{HEX:00}b\n&/' | answered_400
	sound | sed 's/^Content-Length/no header\n&/' | answered_400
	sound | sed 's/^Content-Length/: no name\n&/' | answered_400
	ask MESSAGE sip:bob@example.com sip:a@contoso.example "$(lines 200 'X: y')" | answered_400
	ask MESSAGE sip:bob@example.com sip:a@contoso.example "$(lines 9 "X: $(lines 60 , | tr -d '\n')")" | answered_400
	# headers that an answer does not need
	sound | sed 's/^Max-Forwards.*/&\n&/' | answered_400
	sound | sed 's/^Max-Forwards.*/Max-Forwards: 256/' | answered_400
	sound | sed 's/^Max-Forwards.*/Max-Forwards: many/' | answered_400
	sound | sed 's/^CSeq: .*/CSeq: 1 INVITE/' | answered_400
	sound | sed 's/^CSeq: .*/CSeq: MESSAGE/' | answered_400
	sound | sed 's/^CSeq: .*/CSeq: 4294967296 MESSAGE/' | answered_400
	sound | sed 's/^From: .*/From: nobody at all/' | answered_400
	sound | sed 's/^To: .*/To: <sip:>/' | answered_400
	sound | sed 's/^From: <sip:a@contoso.example>/From: <sip:a@con_toso..example>/' | answered_400
	ask MESSAGE sip:bob@example..com | answered_400
	ask MESSAGE sip: | answered_400
	sound | sed 's/^MESSAGE .*/MESSAGE  sip:bob@example.com SIP\/2.0/' | answered_400
	sound | sed 's/^MESSAGE .*/MESSAGE sip:bob@ex ample.com SIP\/2.0/' | answered_400
	# what takes no parameter more goes back as it came
	ask MESSAGE '<sip:bob@example.com>' | answered_400
	sound | sed 's/^To: .*/To: "bob <sip:bob@example.com>/' | answered_400
	sound | sed 's/;branch=.*/;branch=/' | answered_400
	# what an answer would need, or no request at all
	for header in Via From To Call-ID CSeq; do
		sound | sed "/^$header: /d" | silent
	done
	for header in From To Call-ID CSeq; do
		sound | sed "s/^$header: .*/&\n&/" | silent
	done
	sound | sed 's/^Call-ID: .*/&\ni: other/' | silent
	sound | sed 's/^MESSAGE .*/MESSAGE sip:bob@example.com/' | silent
	sound | sed 's/^MESSAGE .*/M@SSAGE sip:bob@example.com SIP\/2.0/' | silent
	sound | sed 's/^MESSAGE .*/GET \/ HTTP\/1.1/' | silent
	sound | sed 's/^MESSAGE .*/SIP\/2.0 2000 OK/' | silent
	{ echo 'raw 00'; } | silent
	{ echo 'raw 160301020001000001fc0303'; echo 'raw 0d0a0d0a'; } | silent
	{ echo 'raw 0a0a0a0a'; } | silent
	# an ACK is never answered
	ask ACK sip:bob@example.com | sed '/^Content-Length/d' | silent
	# and a connection that was good until then
	fresh
	sound; answer_is 200
	sound | sed '/^Content-Length/d'; answer_is 400 malformed
	echo 'expect close'
} >"$T/stories"
# Each on a connection of its own.
awk '/^connection NEW$/ { sub("NEW", "c" ++n) } { print }' "$T/stories" >"$T/story"
is "broken messages in the story" "$(grep -c '^connection' "$T/story")" 50
bystander 60 15/s
play contoso
is "of contoso at the next hop" "$(grep -c contoso "$T/hop.jsonl")" 1
bystander_is_well
