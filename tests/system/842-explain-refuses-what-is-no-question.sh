# The words of explain are hostile input: what is no URI, name or method is refused by name, and nothing
# that is asked does harm. Answers are as the manual documents them, in both directions.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/explain.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );
block = ( { domain = "bad.example"; } );'
make_certs
nexthop
edge
hop_is_up

# wrong EXIT TEXT OPTION...
wrong()
{
	wanted=$1 text=$2 status=0; shift 2
	ctl explain "$@" >"$T/out" 2>"$T/err" || status=$?
	is "exit status of explain $*" "$status" "$wanted"
	grep -qF -- "$text" "$T/err" || fail "explain $* says: $(cat "$T/err")"
}
wrong 2 'explain needs --from URI or --call-id ID, and not both'
wrong 2 'explain needs --from URI or --call-id ID, and not both' --from sip:a@b.example --call-id x
wrong 2 'explain' --from
for uri in '' '<sip:a@b.example>' 'sip:a b@c.example' "sip:a@b.example>;tag=x" 'sip:"a"@b.example' 'sip:ä@b.example' \
	"sip:$(head -c 500 /dev/zero | tr '\0' a)@b.example"; do
	wrong 2 '--from: not a URI' --from "$uri"
	wrong 2 '--to: not a URI' --from sip:a@b.example --to "$uri"
done
for name in '-b' "$(head -c 300 /dev/zero | tr "\0" a).example" 'b..example' '127.0.0.1' '*' 'a b'; do wrong 2 '--peer: not the name of a certificate' --from sip:a@b.example --peer "$name"; done
for method in '' 'A B' 'A:' 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ'; do wrong 2 '--method: not the name of a method' --from sip:a@b.example --method "$method"; done
wrong 1 'no refusal with that Call-ID is kept' --call-id 'x"y\z'

# What is a question has an answer, however odd: row 1 says what is wrong with it.
odd() { asks "$@"; decides "$odd_row" refuse "$odd_reason" "$odd_rule"; }
odd_row=1 odd_rule=null
odd_reason=bad-scheme; odd --from sip:a@b.example --to 'http://example.com/'
odd_reason=malformed; odd --from sip:a@b.example --to 'sip:bob@exa%6dple.com'
odd --from sip:a@b.example --to 'sip:bob@example.com?Route=x'
odd --from 'sip:a@b..example'
odd_reason=not-local; odd --from sip:a@b.example --to 'sip:bob@example.com;maddr=10.0.0.1'
odd --from sip:a@b.example --to 'sip:bob@10.0.0.1'
odd_row=4 odd_reason=source-unverified odd_rule=default; odd --from tel:+4930123456 --peer sip.b.example
odd --from 'sip:a@10.0.0.1' --peer sip.b.example
odd --from b.example --peer com

# A certificate that is there is looked at with all its names.
talk_on() { echo "print there"; echo "await $T/over"; } >"$T/open.script"
talk_on
talk open contoso
wait_for open there
asks --from sip:a@contoso.example --peer contoso.example
decides 11 forward within-limits default
has '"connected":true' '"names":["sip.contoso.example","contoso.example"]'
asks --from sip:a@contoso.example
has '"connected":true'
asks --from sip:a@contoso.example --peer other.contoso.example
has '"connected":false' '"names":["other.contoso.example"]'
: >"$T/over"
talked open

# Our own users' requests, and what they were refused.
asks --from sip:alice@example.com --to sip:x@it.bad.example
has '"verdict":"refuse","status":403,"reason":"blocked-domain","rule":"policy.conf:2","partner":"it.bad.example"' '"direction":"out"'
asks --from sip:alice@example.com --to sip:f@fabrikam.example
has '"verdict":"forward"' '"rule":"policy.conf:1"' '"direction":"out"'

documented explain --from sip:alice@example.com --to sip:f@fabrikam.example
documented explain --from sip:a@contoso.example --to sip:bob@example.com
documented explain --from sip:a@it.bad.example
refused "a foreign domain" contoso MESSAGE sip:eve@foreign.example sip:a@contoso.example 403 not-local
documented explain --call-id "call-$calls@test"
