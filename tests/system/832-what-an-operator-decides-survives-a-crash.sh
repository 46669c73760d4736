# One edge with its own store: what was decided is there when the edge was killed right behind the answer; a crash brings
# back nothing that was taken back. What does not stand against the file, or is no decision, is refused with the remedy.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

# refused WORDS... : exit 1, and its standard error in $T/err. unfit WORDS...: exit 2.
ends()
{
	wanted=$1 status=0; shift
	ctl "$@" >"$T/out" 2>"$T/err" || status=$?
	is "exit status of $*" "$status" "$wanted"
	[ ! -s "$T/out" ] || fail "a refusal on the standard output: $(cat "$T/out")"
}
refused() { ends 1 "$@"; }
unfit() { ends 2 "$@"; }
because() { grep -qE -- "$1" "$T/err" || fail "it says: $(cat "$T/err")"; }
crash() { kill -KILL "$edge_pid"; wait "$edge_pid" 2>/dev/null || true; edge_again; hop_is_up; }
answer() { partner "$1" --from "sip:a@${2:-$1.example}" --to sip:bob@example.com --wait "$PATIENCE" >"$T/one.json"; answered "$T/one.json" "$3"; }

make_certs
nexthop
POLICY='federation: { discovery = false; };
allow = ( { domain = "northwind.example"; } );
block = ( { domain = "spim.example"; } );
providers = ( { name = "uc"; edge = "edge.uc.example"; domains = [ "*" ]; } );'
edge
hop_is_up
is "not allowed before" "$(answer contoso contoso.example '403 not-allowed')" 1
ctl allow contoso.example --comment "ticket 7"
crash
is "allowed, after a crash" "$(answer contoso contoso.example 200)" 1
ctl block fabrikam.example
ctl block fabrikam.example --for 7d --comment "again, for a week"
crash
is "blocked, after a crash" "$(answer fabrikam fabrikam.example '403 blocked-domain')" 1
documented decisions
is "decisions" "$(ctl --json decisions | grep -o '"domain"' | wc -l)" 2
documented unblock fabrikam.example
ctl unallow contoso.example --comment "done with"
crash
is "no longer allowed, after a crash" "$(answer contoso contoso.example '403 not-allowed')" 1
is "no longer blocked" "$(answer fabrikam fabrikam.example '403 not-allowed')" 1
ctl decisions | grep -q 'no decision of an operator holds' || fail "there is: $(ctl decisions)"

refused allow spim.example
because '^fedgatectl: spim.example: policy.conf:3 blocks spim.example, and an operator.s allow does not beat the policy file'
refused allow it.spim.example
because 'policy.conf:3 blocks spim.example'
refused release spim.example
because 'policy.conf:3 blocks spim.example, and a release does not beat'
refused unblock spim.example
because 'policy.conf:3 blocks it, no operator: change it there and reload'
refused unallow northwind.example
because 'policy.conf:2 allows it, no operator'
refused unallow nobody.example
because 'no operator allows it'
refused release nobody.example
because 'neither on the watch list nor suspicious'
refused allow example.com
because 'a domain of our own'
refused block example.com
because 'a domain of our own'
unfit allow "no domain"
because '"no domain" is no domain'
unfit allow 192.0.2.1
because 'is no domain'
unfit allow contoso.example --for soon
because '--for "soon": a duration'
unfit allow contoso.example --for 0s
because 'from 1s'
unfit allow contoso.example --comment "$(printf '%0201d' 7)"
because 'a comment has at most 200 octets'
unfit allow contoso.example --comment "für uns"
because 'printable ASCII'
unfit unblock 'contoso.example/'
because 'is no domain'
unfit --json block uc/contoso.example
because '"uc/contoso.example" is no domain: of a tenant name the domain alone, as "contoso.example"'
unfit release 'no partner'
because '"no partner": no partner is called so'
unfit release nobody.example --comment "für uns"
because 'printable ASCII'
grep -q '"asked":"allow contoso.example --for soon",.*"done":false' "$T/decisions.jsonl" || fail "it is not recorded who tried"
is "a comment with a control character, on the wire" "$(question "allow contoso.example --comment \"$(printf 'a\033b')\"" | head -c 5)" usage
is "decisions made by refusals" "$(ctl --json decisions | grep -o '"domain"' | wc -l)" 0

# The name of a provider's edge is no source: that its tenants go on is said.
ctl block uc.example >"$T/out"
grep -q '^uc.example is blocked, both ways; but tenants of the provider uc still come by edge.uc.example: block them' "$T/out" || fail "it says: $(cat "$T/out")"
ctl unblock uc.example

# A block goes before an allow, whoever came first; an allow says which block is in its way.
ctl block contoso.example
refused allow it.contoso.example
because 'operator .* blocks contoso.example since .*: unblock contoso.example first'
refused unblock it.contoso.example
because 'unblock contoso.example first'
ctl unblock contoso.example

# A file that blocks comes later: it wins, and the list says so.
ctl allow contoso.example
printf 'block = ( { domain = "contoso.example"; } );\n' >"$T/policy.conf"
reload
is "blocked by the file that came later" "$(answer contoso contoso.example '403 blocked-domain')" 1
ctl decisions | grep -q 'policy.conf:1' || fail "the list does not say what overrules it: $(ctl decisions)"
edge_stop
