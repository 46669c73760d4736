# What an extension calls its method is no business of the edge: any token goes in and out, also one that begins like
# a method that everybody knows (SERVICE like SUBSCRIBE). Its answer comes back.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/two.lib"

two_organisations
for method in SERVICE PING BENOTIFY OPT MESS INV 'A+B`C'; do
	{ send "$method" sip:bob@example.com; echo 'expect 200 within 5s'; } | script contoso
	{ from_us "$method" sip:carol@contoso.example; echo 'expect 200 within 8s'; } >"$T/ours.script"
	us_script || fail "our user's $method"
done
is "methods here" "$(sed -nE 's/.*"method":"([^"]+)".*/\1/p' "$T/hop.jsonl" | tr '\n' ' ')" 'SERVICE PING BENOTIFY OPT MESS INV A+B`C '
is "methods there" "$(sed -nE 's/.*"method":"([^"]+)".*/\1/p' "$T/theirs.jsonl" | tr '\n' ' ')" 'SERVICE PING BENOTIFY OPT MESS INV A+B`C '
edge_stop
