# dns.wait, by a reload too; a look-up that takes longer than any request waited is there for the next one;
# a stop answers what waits.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
DNS_SET='wait = "1s";'
. "$SOURCE/tests/system/dns.lib"

MESSAGES_SET='drain-timeout = "1s";'
make_certs
dns $(silence silent.contoso.example)
asked_late() { [ "$(asked_for slow.contoso.example)" -gt 0 ]; }
nexthop
edge
hop_is_up
{
	ask MESSAGE sip:bob@example.com sip:a@one.silent.contoso.example
	echo 'expect nothing for 800ms'
	echo 'expect 403 within 700ms header Reason matches source-unknown'
} >"$T/story"
play contoso
sed -i 's/wait = "1s"/wait = "200ms"/' "$T/fedgate.conf"
reload
{
	ask MESSAGE sip:bob@example.com sip:a@two.silent.contoso.example
	echo 'expect 403 within 700ms header Reason matches source-unknown'
	ask MESSAGE sip:bob@example.com sip:a@slow.contoso.example
	echo 'expect 403 within 700ms header Reason matches source-unknown'
	echo "print asked"
	echo "await $T/there"
	echo call
	ask MESSAGE sip:bob@example.com sip:a@slow.contoso.example
	echo 'expect 200 within 190ms'
} >"$T/slow.script"
dns $(srv slow.contoso.example sip.contoso.example) $(silence silent.contoso.example)
kill -STOP "$dns_pid" # its answer is late
talk slow contoso
wait_for slow asked
kill -CONT "$dns_pid"
until_true "the late answer" asked_late
sleep 0.5
: >"$T/there"
talked slow

sed -i 's/wait = "200ms"/wait = "30s"/' "$T/fedgate.conf"
reload
{
	ask MESSAGE sip:bob@example.com sip:a@three.silent.contoso.example
	echo "print waits"
	echo 'expect 503 within 6s header Reason matches busy'
} >"$T/last.script"
talk last contoso
wait_for last waits
sleep 0.2
edge_stop
talked last
