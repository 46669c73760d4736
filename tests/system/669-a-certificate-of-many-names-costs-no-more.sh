# A peer whose certificate has a hundred names of a hundred labels each: that the block list is looked through
# for all of them is paid once for a connection and a policy, not for every message. A reload that blocks one
# of the names is seen at once, and so is one that lets it go.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

law_text() { echo "allow = ( { domain = \"fabrikam.example\"; } ); block = ( { domain = \"spim.example\"; }${1:-} );"; }
POLICY=$(law_text)
make_certs
deep=$(printf 'a.%.0s' $(seq 100))
set --
for i in $(seq 100); do set -- "$@" "dns:${deep}b$i.wide.example"; done
certs issue "$T" wide dns:wide.example "$@"
nexthop
edge
hop_is_up
ticks() { awk '{ print $14 + $15 }' "/proc/$edge_pid/stat"; }

before=$(ticks)
partner wide --from sip:a@else.example --to sip:bob@example.com --count 2000 --window 50 --wait 60 >"$T/wide.json"
is "refused" "$(answered "$T/wide.json" '403 source-unverified')" 2000
within "hundredths of a second for 2,000 messages" $(($(ticks) - before)) 0 150

{
	ask MESSAGE sip:bob@example.com sip:a@wide.example; answer_is 200
	echo "print open"; echo "await $T/blocked"
	ask MESSAGE sip:bob@example.com sip:a@wide.example; answer_is 403 blocked-domain
	echo "print refused"; echo "await $T/free"
	ask MESSAGE sip:bob@example.com sip:a@wide.example; answer_is 200
} >"$T/wide.script"
talk wide wide
wait_for wide open
law "$(law_text ", { domain = \"b7.wide.example\"; }")"
: >"$T/blocked"
wait_for wide refused
law "$(law_text)"
: >"$T/free"
talked wide
edge_stop
