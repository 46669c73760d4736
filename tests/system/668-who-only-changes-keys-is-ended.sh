# A partner on some connections sends key updates of TLS 1.3 and nothing else, which cost no slot and no
# answer: his connections are ended, and meanwhile and afterwards the others are served.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up
# A few are nobody's fault, again and again, and data goes on under the new keys.
{
	for i in 1 2 3; do echo 'key-update 20'; ask MESSAGE sip:bob@example.com; answer_is 200; echo 'sleep 1.1'; done
} >"$T/story"
play contoso
bystander 60 20/s
for name in one two three; do
	{ echo 'key-update 300000'; echo 'expect close within 1s'; } >"$T/$name.script"
	talk $name contoso
done
for name in one two three; do talked $name; done
bystander_is_well
is "connections that were ended for it" "$(count_of edge 'ended: too many TLS messages without data')" 3
edge_stop
