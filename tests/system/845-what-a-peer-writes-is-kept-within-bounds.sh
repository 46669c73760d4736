# Refusals of whoever sends anything are kept escaped and cut: a Call-ID of quotes, escapes or 10,000 octets, a certificate
# that is nobody's, a message that is no SIP. They are found as they were written and as they are shown.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/explain.lib"

make_certs
certs issue "$T" plain ip:127.0.0.1
nexthop
edge
hop_is_up

# refused_as CERT CALL-ID-IN-SED FROM: not-local; each in a second of its own.
refused_as()
{
	sleep 1.1
	{ ask MESSAGE sip:eve@foreign.example "$3" | sed "s/^Call-ID: .*/Call-ID: $2/"; echo 'sleep 0.2'; } >"$T/story"
	play "$1"
}
refused_as contoso 'q"\\x@y' sip:a@contoso.example
asks --call-id 'q"\x@y'
has '"call_id":"q\"\\x@y"' '"partner":"contoso.example"'
asks --call-id 'q\"\\x@y' # as the log shows it
refused_as contoso '{PAD:10000}' sip:a@contoso.example
said edge 'contoso.example: refused MESSAGE' || fail "the long one is not refused"
ctl --json explain --call-id "$(grep -o '"call_id":"[^"]*' "$T/decisions.jsonl" | tail -n 1 | cut -d '"' -f 4)" >"$T/long" 2>&1 || true
! grep -q '[^ -~]' "$T/long" || fail "octets that are not plain: $(cat "$T/long")"
is "a line of the answer" "$(wc -l <"$T/long")" 1
within "its octets" "$(wc -c <"$T/long")" 100 4000

# Nobody's certificate: by its address.
refused_as plain nobody-1@test sip:a@plain.example
asks --call-id nobody-1@test
has '"reason":"not-local","rule":null' '"partner":"127.0.0.1"'
decides 1 refuse not-local null

# What is broken before its Call-ID is read has none; it is kept all the same, and harms nobody.
{ echo 'raw 4d45535341474520736970'; echo 'raw 3a6120534950 2f322e300d0a0d0a'; echo 'sleep 0.2'; } | sed 's/ 2f/2f/' >"$T/story"
play contoso
asks --call-id nobody-1@test
has '"partner":"127.0.0.1"'
edge_stop
