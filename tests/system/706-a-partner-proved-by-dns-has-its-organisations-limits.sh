# Whom DNS proves is charged as the organisation of its certificate, whatever sub-domains it speaks for:
# one rate for all of them, and a flood is refused as any other.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/dns.lib"

POLICY='limits: { rate = "20/s"; max-delay = "0s"; };'
make_certs
records=
for i in 1 2 3 4 5 6 7 8 9 10; do
	records="$records $(srv d$i.contoso.example sip.contoso.example)"
done
dns $records
nexthop
edge
hop_is_up
partner contoso --from sip:a@d1.contoso.example --to sip:bob@example.com --count 1 --wait 5 >"$T/warm.json"
is "proved" "$(answered "$T/warm.json" 200)" 1
sleep 1.1
partner contoso --from sip:a@d1.contoso.example --to sip:bob@example.com --count 400 --rate 400 --wait 5 >"$T/one.json" &
one_pid=$!
partner contoso --from sip:a@d%d.contoso.example --to sip:bob@example.com --count 10 --rate 10 --wait 5 >"$T/ten.json"
wait $one_pid
forwarded=$(($(answered "$T/one.json" 200) + $(answered "$T/ten.json" 200)))
within "forwarded of 410 within a second, and a little" "$forwarded" 20 60
is "answered all" "$(($(answered "$T/one.json" 503) + $(answered "$T/ten.json" 503) + forwarded))" 410
is "reason" "$(answered "$T/one.json" '503 rate-limit')" "$(answered "$T/one.json" 503)"
kept_rate --limit 20 --period 0.97 "$T/hop.jsonl" || fail "over 20 in 0.97 s"
