# A partner whose certificate is named by an escape sequence and a mark of direction: its report is ASCII, as JSON and as text,
# and tells what stands there. What stands there that can be seen is shown as it is: letters of a name, quotes of a header.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

make_certs
certs issue "$T" umlaut "cn:$(printf 'M\303\274ller & Co')" dns:umlaut.example
certs issue "$T" odd "cn:$(printf 'red\033[31m\342\200\256name')" dns:odd.example
nexthop
edge
hop_is_up
partner odd --from sip:o@odd.example --to sip:bob@example.com --count 60 --burst --wait 5 >"$T/odd.json"
documented report
ctl report >"$T/text"
ctl partner odd.example >>"$T/text"
for file in report.json text; do
	grep -q 'odd.example' "$T/$file" || fail "$file does not tell of it: $(cat "$T/$file")"
	grep -qiE '(u001b|x1b)\[31m.u202ename' "$T/$file" || fail "$file does not tell what stands in its certificate: $(cat "$T/$file")"
	[ -z "$(LC_ALL=C tr -d '\n -~' <"$T/$file")" ] || fail "$file is no plain ASCII: $(od -c "$T/$file" | head)"
done

# With letters of other languages.
umlaut=$(printf 'm\303\274ller')
partner umlaut --from sip:o@umlaut.example --to sip:bob@example.com --count 60 --burst --wait 5 >"$T/umlaut.json"
documented partner umlaut.example
grep -q '"subject":"CN=M\\u00FCller & Co"' "$T/partner.json" || fail "the certificate's name, as JSON: $(cat "$T/partner.json")"
LC_ALL=C.UTF-8 ctl partner umlaut.example >"$T/text"
grep -q "CN=M${umlaut#m} & Co" "$T/text" || fail "the certificate's name, as text: $(cat "$T/text")"
LC_ALL=C.UTF-8 ctl block "$umlaut.example" >"$T/text" 2>&1 && fail "what is no A-label is blocked"
grep -q "\"$umlaut.example\" is no domain" "$T/text" || fail "a word of the operator's: $(cat "$T/text")"
LC_ALL=C.UTF-8 ctl partner "$umlaut.example" >"$T/text" 2>&1 && fail "what is no A-label is a partner"
grep -q "$umlaut.example: no such partner" "$T/text" || fail "a word of the operator's: $(cat "$T/text")"

# As they pass.
ctl trace odd.example --for 3s >"$T/trace.log" 2>&1 &
pids="$pids $!"
wait_for trace '^odd.example for 3'
partner odd --from sip:o@evil.example --to sip:bob@example.com --header 'Subject: "so"' >"$T/odd.json"
wait_for trace '^ +Subject: "so"$'
wait_for trace '^ +Reason: fedgate;cause=403;text="source-unverified"$'

# A Call-ID may have quotes.
cat >"$T/quotes.script" <<'END'
send <<EOM
MESSAGE sip:bob@example.com SIP/2.0
Via: SIP/2.0/{TRANSPORT} {LOCAL};branch={BRANCH}
From: <sip:a@evil.example>;tag=1
To: <sip:bob@example.com>
Call-ID: a"b
CSeq: 1 MESSAGE
Max-Forwards: 70
Content-Length: 0

EOM
expect 403
END
sed -i 's/EOM/END/' "$T/quotes.script"
partner umlaut --script "$T/quotes.script" || fail "the script"
ctl explain --call-id 'a"b' >"$T/text" || fail "no refusal of that Call-ID"
grep -qE 'source-unverified .* a"b$' "$T/text" || fail "its Call-ID: $(cat "$T/text")"
