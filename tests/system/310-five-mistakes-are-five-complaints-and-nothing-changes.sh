# policy.conf with five different mistakes: five complaints with file, line and remedy,
# by -t, by a start and by SIGHUP; there the running policy stays, and the log says so.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
POLICY='block = ( { domain = "fabrikam.example"; } );'
edge
hop_is_up

still_the_old_law()
{
	{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
	{ FROM=sip:a@fabrikam.example; send MESSAGE sip:bob@example.com
	  echo 'expect 403 header Reason matches blocked-domain'; } | script fabrikam
}

five()
{
	is "complaints of $1" "$(grep -c 'policy.conf:[0-9]*: ' "$T/$1.log")" 5
	for words in ':1: federation: .*discovry.*"discovery"' ':2: limits\.rate.*20/s' ':3: watch-list\.window "2 parsecs".*24h' \
		':5: allow "fabrikam.example".*coment.*comment' ':7: block "contoso.example".*line 6'; do
		said "$1" "policy.conf$words" || fail "$1: no complaint \"$words\": $(grep 'policy.conf:' "$T/$1.log")"
	done
}

still_the_old_law
cat >"$T/policy.conf" <<'END'
federation: { discovry = true; };
limits: { rate = "20"; };
watch-list: { window = "2 parsecs"; };
allow = (
  { domain = "fabrikam.example"; coment = "a supplier"; },
  { domain = "contoso.example"; } );
block = ( { domain = "contoso.example"; } );
END
reload
five edge
said edge 'reload: 5 complaints; the running configuration and policy are unchanged' || fail "the log does not say that nothing changed"
grep -q '"event":"policy".*unchanged' "$T/decisions.jsonl" || fail "the decision log does not say that nothing changed"
still_the_old_law

"$BUILD/fedgated" -t -c "$T/fedgate.conf" >"$T/check.log" 2>&1 && fail "-t says that it is good"
five check
"$BUILD/fedgated" -c "$T/fedgate.conf" >"$T/second.log" 2>&1 && fail "it started with such a policy"
five second

printf '%s\n' "$POLICY" >"$T/policy.conf"
reload
said edge 'policy: reloaded' || fail "a good file is not taken after a bad one"
edge_stop
