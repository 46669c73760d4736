# SIGKILL right behind the refusal, and a new start: the partner is still watched. A second crash changes nothing.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "100000/s"; };'
make_certs
nexthop
edge
hop_is_up

partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 1001 --window 50 >"$T/names.json"
is "names that passed" "$(answered "$T/names.json" 200)" 1000
is "the one more" "$(answered "$T/names.json" '403 watch-list')" 1
for crash in first second; do
	edge_crash
	partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 3 >"$T/after.json"
	is "refused after the $crash crash" "$(answered "$T/after.json" '403 watch-list')" 3
	partner fabrikam --from sip:f@fabrikam.example --to sip:user1@example.com >"$T/other.json"
	is "another partner after the $crash crash" "$(answered "$T/other.json" 200)" 1
done
