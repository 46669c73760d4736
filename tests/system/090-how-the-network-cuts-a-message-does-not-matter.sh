# Messages byte by byte, many in one piece, cut anywhere: all the same. CRLF keep-alives are answered as RFC 5626
# says and not counted. What is never finished ends after read-timeout, however slowly it trickles.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100/10s"; max-delay = "0s"; };
allow = ( { domain = "fabrikam.example"; } );'
MESSAGES_SET='read-timeout = "2s";'
make_certs
nexthop
edge
hop_is_up
sound() { ask MESSAGE sip:bob@example.com; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

bystander 100 15/s
{
	# 350 octets in less than a second, one or a few at a time
	echo 'slow 500'
	sound | sed 's/^Content-Length: 0/Content-Type: text\/plain\nContent-Length: 7/; s/^END/hello{HEX:0d0a}&/' | sed '/^hello/s/{HEX:0d0a}END/\nEND/'
	echo 'expect 200 within 5s'
	echo 'slow 0'
	# pipelined, with keep-alives between
	for n in 1 2 3 4 5 6 7 8 9 10; do sound; echo ping; sound; done
	echo 'repeat 20 expect 200'
	echo 'repeat 10 expect pong'
	# a lone CRLF before a message is passed over, without a pong
	echo 'raw 0d0a'; sound; echo 'expect 200'
	# 79 more fill the rate exactly: no keep-alive has been counted
	for n in 1 2 3 4 5 6 7 8 9 10; do echo 'repeat 10 ping'; done
	echo 'repeat 100 expect pong'
} >"$T/story"
play contoso
is "messages so far" "$(grep -c contoso "$T/hop.jsonl")" 22
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 100 --burst >"$T/rest.json"
is "the rest of the rate" "$(answered "$T/rest.json" 200)" 78

# Never finished: a head, a body, a keep-alive cut in two, and one that trickles.
begun=$(now_ms)
{
	echo 'connection head'; echo "raw $(printf 'MESSAGE sip:bob@ex' | od -An -v -tx1 | tr -d ' \n')"
	echo 'connection body'; sound | sed 's/^Content-Length: 0/Content-Length: 100/'
	echo 'connection dribble'; echo 'slow 20'; sound
	echo 'expect close within 6s'
	for name in head body; do echo "connection $name"; echo 'expect close within 6s'; done
	# Whole messages do not end, and a stream that is merely quiet neither.
	echo 'connection main'
	sound; echo 'expect 503'
} >"$T/story"
play contoso
within "milliseconds that the unfinished ones lasted" $(($(now_ms) - begun)) 2000 6000
is "told as unfinished" "$(count_of edge 'an unfinished message timed out')" 3
bystander_is_well
