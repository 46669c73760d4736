# A partner whose edge is down, has a private address or another's certificate, or accepts and says
# nothing: 504 with the reason, at once while he is left alone; a CANCEL ends what waits.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

cat >"$T/names" <<END
host-record=sip.fabrikam.example,$NET.8
host-record=sip.silent.example,$NET.9
host-record=sip.imposter.example,$NET.7
END
POLICY='allow = ( { domain = "contoso.example"; edge = "sip.contoso.example"; }, { domain = "fabrikam.example"; edge = "sip.fabrikam.example"; },
	{ domain = "silent.example"; edge = "sip.silent.example"; }, { domain = "imposter.example"; edge = "sip.imposter.example"; },
	{ domain = "nowhere.example"; edge = "sip.nowhere.example"; } ); federation: { discovery = false; };'
two_organisations
refused() { echo "expect 504 within 8s header Reason matches \"cause=504;text=.$1.\" header ms-diagnostics matches source=.edge1.example.com"; }
{
	from_us MESSAGE sip:f@fabrikam.example; refused partner-unreachable
	echo call; from_us MESSAGE sip:f@fabrikam.example; refused partner-unreachable
	echo call; from_us MESSAGE sip:i@imposter.example; refused partner-unreachable
	echo call; from_us MESSAGE sip:n@nowhere.example; refused partner-unreachable
	echo call; from_us MESSAGE sip:s@stranger.example; echo 'expect 403 header Reason matches not-allowed'
	echo call; from_us REGISTER sip:contoso.example; echo 'expect 403 header Reason matches not-here'
	echo call; from_us MESSAGE sip:c@contoso.example; echo 'expect 200'
} >"$T/ours.script"
us_script || fail "our user"
said edge "fabrikam.example: cannot be reached: $NET.8:5061: .*refused.*; next try in 1s" || fail "it is not said why"
is "complaints about it" "$(count_of edge 'fabrikam.example: cannot be reached')" 1
said edge "imposter.example: cannot be reached: $NET.7:5061: its certificate is not the partner's" || fail "the certificate is not named"
is "what reached the imposter" "$(grep -c 'i@imposter' "$T/theirs.jsonl")" 0

# Who accepts and says nothing holds up nobody else, and what waits for him can be cancelled.
mkfifo "$T/hole.control"
start hole "$TOOLS/relay" --listen $NET.9:5061 --to $NET.7:5061 --control "$T/hole.control"
wait_for hole '^listening'
tell hole stall
wait_for hole '^ok stall'
{
	from_us INVITE sip:s@silent.example
	from_us CANCEL sip:s@silent.example
	echo 'expect 200 for CANCEL within 2s'; echo 'expect 487 for INVITE within 2s header Reason matches cancelled'
	from_us ACK sip:s@silent.example | sed 's/{CSEQ}/1/'
	echo call; from_us MESSAGE sip:c@contoso.example; echo 'expect 200 within 2s'
} >"$T/ours.script"
us_script || fail "our user, who gives up"

# A private address is none where it is not said to be.
FEDERATION_SET=
edge_stop
edge
hop_is_up
{ from_us MESSAGE sip:c@contoso.example; refused partner-unreachable; } >"$T/ours.script"
us_script || fail "our user, in the lab no more"
said edge 'contoso.example: cannot be reached: its address is a private one: set federation.private-addresses' || fail "the setting is not named"
edge_stop
