# A partner whose certificate is named by an escape sequence and a mark of direction: its report is ASCII, as JSON and as text,
# and tells what stands there.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

make_certs
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
	grep -q 'u001b\[31m' "$T/$file" || fail "$file does not tell what stands in its certificate: $(cat "$T/$file")"
	[ -z "$(LC_ALL=C tr -d '\n -~' <"$T/$file")" ] || fail "$file is no plain ASCII: $(od -c "$T/$file" | head)"
done
