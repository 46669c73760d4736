# Two edges and Redis: a burst, names, answers, half a reply, a cut, an empty Redis and a reload, light enough for
# valgrind.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='watch-list: { distinct-uris = 30; }; allow = ( { domain = "fabrikam.example"; } );'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop hop --answer-user 'nobody*=404'
redis_start
edges 2
burst() { partner_at "$1" contoso --from sip:a@contoso.example --to "$2" --count 60 --burst --wait "$PATIENCE" >"$T/burst.json"; }
burst 1 sip:nobody%d@example.com
burst 2 sip:nobody%d@example.com
is "allowed" "$(one 1 fabrikam.example)" 200

mark
line half 1
until_true "half of a reply" one_is 1 northwind.example 200
line go 1
until_true "whole replies" one_is 1 northwind.example 200
line cut 1 2
all_say "$lost"
burst 1 sip:nobody%d@example.com
is "allowed" "$(one 2 fabrikam.example)" 200
mark
line mend 1 2
all_say "$joined"
mark
redis_cli flushall >/dev/null
all_say 'has been emptied or replaced'
redis_cli set "$(key_of northwind.example w)" nonsense >/dev/null
until_true "a right type" one_is 1 northwind.example 200
reload_edge 1
edges_stop
