# What MONITOR shows while 3,000 messages of an allowed partner pass, and while a stranger's flood is
# refused: no command per message. Counts go once a second; a flood asks when a slot comes free.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
redis_start
edges 3
start monitor redis-cli -p "$redis_port" monitor
wait_for monitor '^OK'
# commands SINCE WORDS: from an edge, not from within a script, and for this partner.
commands() { tail -n +"$1" "$T/monitor.log" | grep -v ' lua\]' | grep -cF -- "$2" || true; }
lines() { echo $(($(wc -l <"$T/monitor.log") + 1)); }
# load CERT FROM COUNT RATE: the same to each edge.
load()
{
	loads=
	for k in 1 2 3; do
		at $k
		partner "$1" --connections 2 --from "$2" --to sip:bob@example.com --count "$3" --rate "$4" --wait "$PATIENCE" >"$T/load$k.json" &
		loads="$loads $!"
	done
	for l in $loads; do wait "$l"; done
}
sum() { s=0; for k in 1 2 3; do s=$((s + $(answered "$T/load$k.json" "$1"))); done; echo $s; }

first=$(lines) begun=$(date +%s)
load fabrikam sip:f@fabrikam.example 1000 500/s
sleep 1.2
seconds=$(($(date +%s) - begun + 1))
is "allowed and forwarded" "$(sum 200)" 3000
asked=$(commands "$first" fabrikam)
echo "allowed: $asked commands about the partner for 3000 messages in $seconds s on three edges"
within "commands about the allowed partner" "$asked" 1 $((3 * 2 * seconds))

first=$(lines) begun=$(date +%s)
load contoso sip:a@contoso.example 5000 1000/s
sleep 1.2
seconds=$(($(date +%s) - begun + 1))
admitted=$(sum 200)
is "forwarded or refused" $((admitted + $(sum '503 rate-limit'))) 15000
asked=$(commands "$first" contoso)
echo "flood: $asked commands about the partner for 15000 messages, of them $admitted forwarded, in $seconds s on three edges"
# At each slot that comes free every edge asks, perhaps for what is on its way already; batches of answers ten times a second.
within "commands about the flooding partner" "$asked" "$admitted" $((admitted * 6 + seconds * 3 * 12))
within "commands in all" "$(tail -n +"$first" "$T/monitor.log" | grep -vc ' lua\]')" 1 $((admitted * 6 + seconds * 3 * 24))
exact contoso.example
edges_stop
