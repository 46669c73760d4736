# SIGSTOP for Redis under load, for 10 s, and half of a reply and then silence: every message is decided
# after the deadline, allowed traffic does not notice, and nothing is lost or answered twice. What comes late
# is nobody's answer.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

STORE_TIMEOUT=300ms
POLICY='limits: { max-delay = "0s"; }; allow = ( { domain = "fabrikam.example"; } ); watch-list: { distinct-uris = 5; };'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
redis_start
edges 3
northwind_is_watched

mark
for k in 1 2 3; do bystander_at $k 280 20/s; done
loads=
for k in 1 2 3; do
	at $k
	partner contoso --connections 2 --from sip:a@contoso.example --to sip:bob@example.com --count 560 --rate 40/s --random --wait "$PATIENCE" >"$T/load$k.json" &
	loads="$loads $!"
done
sleep 2
kill -STOP "$redis_pid"
all_say "$lost"
every_edge northwind.example "403 watch-list"
sleep 8
silent "$joined"
kill -CONT "$redis_pid"
all_say "$joined"
every_edge northwind.example "403 watch-list"
for load in $loads; do wait "$load"; done
bystanders_are_well
for k in 1 2 3; do
	is "lost or answered twice at edge $k: $(cat "$T/load$k.json")" "$(number "$T/load$k.json" lost) $(number "$T/load$k.json" strays)" "0 0"
	# Whoever waited for Redis waited ten seconds.
	within "the longest wait at edge $k in ms" "$(sed -nE 's/.*"max":([0-9.]+).*/\1/p' "$T/load$k.json")" 0 7000
	echo "stranger at edge $k: p50 $(number "$T/load$k.json" p50) ms, worst $(sed -nE 's/.*"max":([0-9.]+).*/\1/p' "$T/load$k.json") ms"
done

mark
line half 1
until_true "half of a reply" one_is 1 contoso.example 200
says_now 1 "$lost"
is "half of a reply came" "$(count_of relay1 'half was passed')" 1
is "allowed" "$(one 1 fabrikam.example)" 200
is "watched" "$(one 1 northwind.example)" "403 watch-list"
mark
line go 1
says_now 1 "$joined"
# Answers that were off by one would be seen here.
is "watched" "$(one 1 northwind.example)" "403 watch-list"
until_true "contoso goes on" one_is 1 contoso.example 200
is "watched" "$(one 1 northwind.example)" "403 watch-list"
is "not watched, at another edge" "$(one 2 fabrikam.example)" 200
edges_stop
