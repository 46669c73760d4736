# A good partner that runs into the limit is to be allowed, one whose requests fail is to be blocked, each line with its
# evidence; nobody whom the file names, nobody with too little evidence. The lines are good ones: pasted, the file loads.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

load() { partner "$1" --from "sip:a@$1.example" --to "$2" --count "$3" --window 40 --wait "$PATIENCE" >"$T/$1.json"; }

make_certs
certs issue "$T" northwind dns:northwind.example
certs issue "$T" spim dns:spim.example
certs issue "$T" quiet dns:quiet.example
nexthop hop --answer-user 'nobody*=404'
POLICY='limits: { rate = "20/s"; };
allow = ( { domain = "northwind.example"; rate = "10/s"; }
);
block = ( { domain = "bad.example"; }
);'
edge
hop_is_up
ctl suggest | grep -q 'nobody runs into limits' || fail "without any partner: $(ctl suggest)"
load contoso sip:bob@example.com 60
load northwind sip:bob@example.com 30
load quiet sip:bob@example.com 10
load spim sip:nobody%d@example.com 30
documented suggest
ctl suggest >"$T/suggest"
grep -qE '^# allow: contoso.example: discovered; 60 of 60 answers in 5m were good; [0-9]+ forwarded, [0-9]+ delayed, 0 refused; 1 different URIs$' "$T/suggest" &&
	grep -qE '^# block: spim.example: suspicious; 0 of [0-9]+ answers in 5m were good; ' "$T/suggest" ||
	fail "suggested is: $(cat "$T/suggest")"
is "lines suggested" "$(grep -c '^{' "$T/suggest")" 2
sed "s/^allow = (/&\n$(grep -A1 '^# allow' "$T/suggest" | tail -n 1)/; s/^block = (/&\n$(grep -A1 '^# block' "$T/suggest" | tail -n 1)/" "$T/policy.conf" >"$T/pasted"
cp "$T/pasted" "$T/policy.conf"
"$BUILD/fedgated" -t -c "$T/fedgate.conf" || fail "the file does not load with what was suggested: $(cat "$T/pasted")"
reload
is "suggested again" "$(ctl suggest | grep -c '^{')" 0
edge_stop
