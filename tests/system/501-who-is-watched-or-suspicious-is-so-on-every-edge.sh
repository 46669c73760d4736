# 1,001 names over three edges put a partner on the watch list, 20 failures of 30 over three edges make
# another suspicious: a second later every edge knows, and holds to it when it has lost Redis. A crash of
# the edges and of Redis forgets neither.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='limits: { rate = "100000/s"; };'
make_certs
certs issue "$T" northwind dns:northwind.example
# All thirty are under way before the first answer comes.
nexthop hop --answer-user 'nobody*=404' --delay 700
redis_start
edges 3

names()
{
	loads=
	for part in 1:1:334 2:335:333 3:668:333; do
		at "${part%%:*}"; part=${part#*:}
		partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --first "${part%:*}" --count "${part#*:}" \
			--window 120 --wait "$PATIENCE" >"$T/names.${part%:*}.json" &
		loads="$loads $!"
	done
	for load in $loads; do wait "$load"; done
}
names
is "names that passed" "$(at_hop)" 1000
every_edge contoso.example 200 sip:user500@example.com
is "the 1,001st, on edge 2" "$(one 2 contoso.example sip:user1001@example.com)" "403 watch-list"
every_edge contoso.example "403 watch-list" sip:user1@example.com

# ten_each WHAT TO: a burst of ten at each edge, at the same time; sums what was answered.
burst_at() { at "$1"; partner fabrikam --from sip:f@fabrikam.example --to "$2" --count 10 --burst --wait "$PATIENCE" >"$T/burst$1.json" & bursts="$bursts $!"; }
bursts=
burst_at 1 sip:bob@example.com
burst_at 2 sip:nobody%d@example.com
burst_at 3 sip:nobody%d@example.com
for b in $bursts; do wait "$b"; done
is "failures" $(($(answered "$T/burst2.json" 404) + $(answered "$T/burst3.json" 404))) 20
sleep 1
ten_each()
{
	bursts=
	for k in 1 2 3; do burst_at $k sip:bob@example.com; done
	for b in $bursts; do wait "$b"; done
	passed=0 slow=0
	for k in 1 2 3; do
		passed=$((passed + $(answered "$T/burst$k.json" 200)))
		slow=$((slow + $(answered "$T/burst$k.json" '503 rate-suspicious')))
	done
	is "answered $1" $((passed + slow)) 30
}
since=$(hop_time)
ten_each "when suspicious"
within "of thirty at once, forwarded for one that is suspicious" "$passed" 2 3
kept_rate --limit 1 --period 0.97 --domain fabrikam.example --since $((since + 1)) "$T/hop.jsonl" || fail "over 1 in 0.97 s"

mark
line cut 1 2 3
all_say "$lost"
every_edge contoso.example "403 watch-list"
# Until then the slots that Redis has given are all that there is.
sleep 3
ten_each "without Redis"
is "forwarded without Redis: a third of 1/s at each edge" "$passed" 3
is "another partner meanwhile" "$(one 2 northwind.example)" 200
line mend 1 2 3
all_say "$joined"

for k in 1 2 3; do edge_kill9 $k; done
redis_kill9
redis_again
for k in 1 2 3; do edge_start $k; done
all_joined "1 2 3"
every_edge contoso.example "403 watch-list"
ten_each "after a crash of all"
within "forwarded after a crash of all" "$passed" 2 3
edges_stop
