# Rotation: after a rename the lines still go to the old file, after SIGHUP to a new
# one, no line lost; also when the reload itself is refused.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
POLICY='block = ( { domain = "contoso.example"; } );'
edge
hop_is_up

refused() # CALL-ID; each from another source, so that no line is folded
{
	{ send MESSAGE sip:bob@example.com; echo "expect 403"; } | sed "s/{CALLID}/$1/; s/{BRANCH}/z9hG4bK$1/" >"$T/one"
	script contoso <"$T/one"
	sleep 1.1 # what repeats within a second is folded
}

refused first
mv "$T/decisions.jsonl" "$T/decisions.1"
refused second
reload
refused third
mv "$T/decisions.jsonl" "$T/decisions.2"
echo 'limits: { rate = "many"; };' >"$T/policy.conf"
reload
refused fourth

for line in first:decisions.1 second:decisions.1 third:decisions.2 fourth:decisions.jsonl; do
	grep -q "\"call_id\":\"${line%:*}\"" "$T/${line#*:}" || fail "the line of ${line%:*} is not in ${line#*:}"
done
grep -vE '^\{"time":"[0-9-]+T[0-9:]+\.[0-9]{3}Z","edge":"edge1.example.com","event":"[a-z]+",.*\}$' "$T"/decisions* &&
	fail "a line is not one JSON object"
edge_stop
