# Priority and weight of next hops, and fail-over within a second: two of priority 1
# share by weight 1 to 3, one of priority 2 takes over when both are gone, and gives back.
. "$SOURCE/tests/system/lib.sh"

make_certs
POLICY='allow = ( { domain = "contoso.example"; } );'
nexthop light
nexthop heavy
nexthop spare
HOPS="{ uri = \"sip:$spare_address;transport=tcp\"; priority = 2; },
	{ uri = \"sip:$light_address;transport=tcp\"; },
	{ uri = \"sip:$heavy_address;transport=tcp\"; weight = 3; }"
edge
until_true "three next hops" eval '[ "$(count_of edge "next hop .*: up at")" -ge 3 ]'

load() { partner contoso --from sip:a@contoso.example --to sip:bob@example.com --wait 10 "$@"; }

load --count 400 --window 20 >"$T/spread.json"
is "answered" "$(number "$T/spread.json" 200)" 400
is "at the spare one" "$(at_hop spare)" 0
within "at the light one, of 400" "$(at_hop light)" 60 140

time_of() { sed -nE 's/.*"time_us":([0-9]+).*/\1/p' "$T/$1.jsonl" | "$2" -n 1; }
load --count 1000 --rate 250/s >"$T/fall.json" &
load=$!
until_true "traffic" eval '[ "$(at_hop heavy)" -gt 500 ]'
kill -KILL "$light_pid" "$heavy_pid"
wait $load
is "lost" "$(number "$T/fall.json" lost)" 0
from=$(time_of light tail) other=$(time_of heavy tail) to=$(time_of spare head)
[ "$other" -gt "$from" ] && from=$other
within "microseconds from the last at the old to the first at the spare one" $((to - from)) 0 1000000
# In a second of such a load there are 250.
down=$(number "$T/fall.json" '503 next-hop-down')
within "503 of 1000" "${down:-0}" 0 250
is "other answers" $(($(number "$T/fall.json" 200) + ${down:-0})) 1000

had=$(at_hop spare)
LISTEN=$light_address nexthop light
until_true "the light one again" eval '[ "$(count_of edge "next hop sip:$light_address.*: up at")" -ge 2 ]'
load --count 20 >"$T/back.json"
is "at the spare one, when a better one is back" "$(at_hop spare)" "$had"
edge_stop
