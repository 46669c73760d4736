# A good policy by SIGHUP: the next message is judged by it, and one that waits for
# its slot is not.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
POLICY='limits: { rate = "1/3s"; max-delay = "20s"; };'
edge
hop_is_up

{
	send MESSAGE sip:bob@example.com; echo "expect 200"
	echo call; send MESSAGE sip:waits@example.com
	echo "expect nothing for 200ms"
	echo "print waiting"
	echo "await $T/changed"
	# The new law: blocked. What waited goes by the old one.
	echo call; send MESSAGE sip:bob@example.com
	echo 'expect 403 header Reason matches blocked-domain'
	echo "expect 200"
} >"$T/partner_one.script"
talk partner_one contoso
wait_for partner_one waiting
printf 'block = ( { domain = "contoso.example"; } );\n' >"$T/policy.conf"
reload
said edge 'policy: reloaded' || fail "the new policy is not taken"
: >"$T/changed"
talked partner_one
grep -q 'sip:waits@' "$T/hop.jsonl" || fail "what waited did not go on"
said edge 'contoso.example: refused MESSAGE .*blocked-domain \(policy.conf:1\)' || fail "the log does not name the new line"

printf 'allow = ( { domain = "contoso.example"; } );\n' >"$T/policy.conf"
reload
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --count 50 --burst >"$T/allowed.json"
is "answered 200 when on the allow list" "$(number "$T/allowed.json" 200)" 50
edge_stop
