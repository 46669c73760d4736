# When systemd's journal reads our stderr, decisions come to it with fields, other lines with a priority; a journal
# that does not read holds up nobody, and what it did not take is on stderr.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

# The journal's socket has one name: for the edge only, /run is another directory.
cat >"$T/apart" <<END
#!/bin/sh
exec unshare ${UNSHARE:--m} sh -c 'mount -t tmpfs none /run && mkdir -p /run/systemd/journal && ln -s "$T/journal" /run/systemd/journal/socket && exec "\$@"' apart "\$@"
END
chmod +x "$T/apart"
"$T/apart" true 2>/dev/null || { echo "skipped: no mount namespace can be made here"; exit 0; }

POLICY='limits: { max-delay = "0s"; };
block = ( { domain = "spim.example"; } ); watch-list: { distinct-uris = 3; };'
make_certs
certs issue "$T" spim dns:spim.example
nexthop
start manager "$TOOLS/manager" "$T/journal"
wait_for manager '^listening'
: >"$T/edge.log"
EDGE_UNDER="env JOURNAL_STREAM=$(stat -c %d:%i "$T/edge.log") $T/apart"
edge
hop_is_up
said edge '^<6>edge edge1.example.com is ready$' || fail "no priorities on stderr: $(head -n 3 "$T/edge.log")"

partner spim --from sip:s@spim.example --to sip:bob@example.com --count 3 >/dev/null
partner contoso --from sip:a@contoso.example --to sip:user%d@example.com --count 4 --window 1 >/dev/null
partner fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 60 --burst >/dev/null
told() { wait_for manager "^$edge_pid PRIORITY=$1 SYSLOG_IDENTIFIER=fedgated MESSAGE=$2 ?\$"; }
told 6 'spim.example: refused MESSAGE from .*: blocked-domain \(policy.conf:2\) FEDGATE_PARTNER=spim.example FEDGATE_CLASS=blocked FEDGATE_REASON=blocked-domain FEDGATE_RULE=policy.conf:2'
told 6 'spim.example: blocked-domain \(policy.conf:2\): 2 like this in the last second FEDGATE_PARTNER=spim.example FEDGATE_REASON=blocked-domain FEDGATE_RULE=policy.conf:2'
told 4 'contoso.example: now watched, was discovered: .* FEDGATE_PARTNER=contoso.example FEDGATE_CLASS=watched'
told 6 'fabrikam.example: refused MESSAGE from .*: rate-limit \(20/s, default\) FEDGATE_PARTNER=fabrikam.example FEDGATE_CLASS=discovered FEDGATE_REASON=rate-limit FEDGATE_RULE=default'
! said edge 'refused MESSAGE' || fail "a decision is told twice"

# It stands still: the queue of its socket is full after some lines.
kill -STOP "$manager_pid"
for i in $(seq 15); do
	partner spim --from sip:s@spim.example --to "sip:user$i@foreign.example" --count 1 >/dev/null
	partner spim --from sip:s@spim.example --to sip:bob@example.com --count 1 >/dev/null
	partner contoso --from sip:x@stranger$i.example --to sip:bob@example.com --count 1 >/dev/null
	[ "$i" -lt 3 ] || ! said edge '^<6>.*(refused MESSAGE|like this)' || break
	sleep 1.1
done
said edge '^<6>.*(refused MESSAGE|like this)' || fail "what a journal that stands still did not take is nowhere"
partner fabrikam --from sip:f@fabrikam.example --to sip:bob@example.com --count 1 >"$T/still.json"
is "served meanwhile" "$(answered "$T/still.json" 200)" 1
kill -CONT "$manager_pid"
edge_stop
