# Some partners' DNS answers nothing, for half a minute. Meanwhile another one is discovered as fast as ever,
# and an allowed one notices nothing.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
records=
for i in 1 2 3 4 5 6; do
	certs issue "$T" quiet$i dns:sip.quiet$i.example
	records="$records $(silence quiet$i.example)"
done
certs issue "$T" good dns:sip.good.example
for i in $(seq 1 12); do records="$records $(srv d$i.good.example sip.good.example)"; done
dns $records
nexthop
edge
hop_is_up
bystander 2500 100
for i in 1 2 3 4 5 6; do
	partner quiet$i --from sip:a@d%d.quiet$i.example --to sip:bob@example.com --count 50 --rate 2 --wait 5 >"$T/quiet$i.json" &
	eval "quiet${i}_pid=\$!"
done
for i in $(seq 1 12); do
	sleep 2
	{ ask MESSAGE sip:bob@example.com sip:a@d$i.good.example; echo 'expect 200 within 1s'; } >"$T/story"
	play good
done
bystander_is_well
for i in 1 2 3 4 5 6; do
	eval "wait \$quiet${i}_pid"
	is "answered to quiet$i: $(cat "$T/quiet$i.json")" "$(answered "$T/quiet$i.json" '403 source-unknown')" 50
done
is "forwarded" "$(at_hop)" 2512
