# Whatever a partner sends, and whatever the next hop answers to it, the next hop's connection stays: it
# serves all partners. CANCELs of nothing, methods that end in CANCEL, more Via lines than fit an answer, a
# Contact that is no URI of ours to judge.
. "$SOURCE/tests/system/lib.sh"

POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up
{
	for i in $(seq 60); do
		echo call
		send XCANCEL sip:bob@example.com
		echo 'expect 200 for XCANCEL'
		send CANCEL sip:bob@example.com
	done
	echo call
	send MESSAGE sip:bob@example.com $(for i in $(seq 185); do echo "Via:SIP/2.0/TLS-h$i.example;branch=z9hG4bK$i"; done) | sed 's,TLS-,TLS ,'
	echo 'expect 200'
} | script contoso
partner fabrikam --from sip:a@fabrikam.example --to sip:bob@example.com --count 20 --rate 20/s --wait 5 >"$T/bystander.json"
is "of the bystander's, answered" "$(number "$T/bystander.json" 200)" 20
is "times that the next hop came up" "$(count_of edge 'next hop .*: up at')" 1
is "connections that the next hop saw" "$(sed -nE 's/.*"connection":([0-9]+).*/\1/p' "$T/hop.jsonl" | sort -u | wc -l)" 1
edge_stop
