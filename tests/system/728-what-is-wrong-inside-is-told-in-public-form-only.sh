# ms-diagnostics crosses the border in its public form only, with number and reason and no source, in answers both ways;
# a partner's request brings none in, and neither does ms-edge-proxy-message-trust go anywhere. Our own refusals name us
# to the inside only, and a Reason of ours stands in no answer that is not ours. The settings change it.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

TELLS='ms-diagnostics: 1003;reason="User does not exist";source="fe.inside.local";x="fe2.inside.local"'
POLICY='allow = ( { domain = "contoso.example"; } );'
TRUST='ms-edge-proxy-message-trust: ms-source-type=DirectPartner;ms-ep-fqdn=edge.contoso.example'
two_organisations
edge_stop
nexthop tells --raw --answer-user 'nobody*=404' --header "$TELLS" --header "$TRUST"
HOPS="{ uri = \"sip:$tells_address;transport=tcp\"; }"
edge
hop_is_up
public='header ms-diagnostics absent header ms-diagnostics-public matches ^1003;reason=.User.does.not.exist.$ header ms-edge-proxy-message-trust absent header Reason absent'
{
	send MESSAGE sip:nobody@example.com "$TELLS" 'ms-diagnostics-public: 7;reason="x"' "$TRUST"; echo "expect 404 $public"
	# By the parser as well as by the lines.
	echo call; send INVITE sip:nobody2@example.com "$TRUST" | sed 's/{LOCAL};branch/{LOCAL};rport;branch/'; echo "expect 404 $public"
	echo call; send MESSAGE sip:bob@fabrikam.example
	echo 'expect 403 header ms-diagnostics absent header ms-diagnostics-public matches "^38011;reason=.[^;]*.$" header Reason matches "^fedgate;cause=403"'
	echo 'print ready'
	echo 'expect request MESSAGE within 20s header ms-diagnostics absent header ms-diagnostics-public matches "^1003;reason=.User.does.not.exist.$" header ms-edge-proxy-message-trust absent'
	printf 'answer 404 "%s" "%s" "Reason: SIP;cause=404"\n' "$(echo "$TELLS" | sed 's/"//g; s/reason=User does not exist/reason=none/')" "$TRUST"
} >"$T/carol.script"
talk carol contoso
wait_for carol '^ready'
{
	from_us MESSAGE sip:carol@contoso.example "$TELLS" "$TRUST"
	echo 'expect 404 header ms-diagnostics absent header ms-diagnostics-public matches ^1003$ header ms-edge-proxy-message-trust absent header Reason matches ^SIP;cause=404$'
	echo call; from_us MESSAGE sip:bob@example.org
	echo 'expect 403 header ms-diagnostics matches "^38013;.*;source=.edge1.example.com.$" header ms-diagnostics-public absent header Reason matches "^fedgate;cause=403"'
} >"$T/ours.script"
us_script || fail "our user; of the partner: $(cat "$T/carol.log")"
talked carol
! grep '"method"' "$T/tells.jsonl" | grep -iE 'ms-diagnostics|message-trust' || fail "the partner's word came in"
edge_stop

for way in keep remove; do
	BORDER_SET="remove = [ ]; ms-diagnostics = \"$way\"; diagnostics = false;"
	edge
	hop_is_up
	[ $way = keep ] && sees='matches fe.inside.local' || sees=absent
	{
		send MESSAGE sip:nobody@example.com "X-Way: $way" "$TELLS"
		echo "expect 404 header ms-diagnostics $sees header ms-diagnostics-public absent header ms-edge-proxy-message-trust matches DirectPartner"
		echo call; send MESSAGE sip:bob@fabrikam.example; echo 'expect 403 header ms-diagnostics-public absent header Reason matches not-local'
	} | script contoso
	edge_stop
done
is "requests whose ms-diagnostics was kept" "$(grep -c '"method".*ms-diagnostics' "$T/tells.jsonl")" 1
