# Hundreds of tenants that nobody has heard of: beyond max-tenants, and beyond max-partners, they share one record,
# and are not counted under their own names either.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

STORE_SET='max-partners = 100;'
POLICY='limits: { rate = "1000/s"; };
providers = ( { name = "small"; edge = "sipfed.small.example"; domains = [ "*" ]; max-tenants = 20; rate = "10000/s"; },
	{ name = "large"; edge = "sipfed.large.example"; domains = [ "*" ]; max-tenants = 10000; rate = "10000/s"; } );'
make_certs
certs issue "$T" small dns:sipfed.small.example
certs issue "$T" large dns:sipfed.large.example
nexthop
redis_start
edges 3
keys_of() { redis_cli keys "fg:1:{p$1}/*:$2" | grep -c . || true; }
# tenants PROVIDER COUNT: so many at each edge, a message each, all different; then what was counted is sent.
tenants()
{
	for k in 1 2 3; do
		at $k
		partner "$1" --from "sip:a@at$k-%d.example" --to sip:bob@example.com --count "$2" --rate 40/s --wait "$PATIENCE" >"$T/$1$k.json" &
		floods="${floods:-} $!"
	done
	for f in $floods; do wait "$f"; done
	floods=
	for k in 1 2 3; do is "answered 200" "$(answered "$T/$1$k.json" 200)" "$2"; done
	sleep 1.5
}

tenants small 100
is "records of 300 tenants where 20 may be known, and one for the others" "$(keys_of small s)" 21
within "counts of them" "$(keys_of small n)" 1 21
is "partners that were seen" "$(redis_cli zcard 'fg:1:{seen}')" 20
# Whether there is room is asked once a second: until then some more come in.
tenants large 400
within "records of 1200 tenants where 100 partners may be known" "$(keys_of large s)" 40 600
within "counts of them" "$(keys_of large n)" 40 600
within "partners that were seen" "$(redis_cli zcard 'fg:1:{seen}')" 60 600
echo "known of 1200 where 100 may be: $(keys_of large s) records, $(keys_of large n) counts"
sleep 1.2
for key in $(redis_cli --scan --pattern 'fg:*' | grep -v '[^ -~]'); do
	[ "$(redis_cli pttl "$key")" -gt 0 ] || fail "$key stays for ever"
done
edges_stop
