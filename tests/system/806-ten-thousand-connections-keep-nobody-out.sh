# Ten thousand connections to the console that say nothing: the oldest give way, an operator is answered while they come,
# the edge's descriptors stay bounded, and a partner's messages are all answered.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up
descriptors() { find "/proc/$edge_pid/fd" -type l | wc -l; }
before=$(descriptors)
mkfifo "$T/hold"
start crowd sh -c "exec '$TOOLS/ask' '$T/console.sock' --crowd 10000 <'$T/hold'"
exec 9>"$T/hold"
bystander 100 20/s
# One of the same user may have to give way between his connecting and his asking: then he asks again.
is_answered() { for try in 1 2 3 4 5; do question status | grep -q '^{"edge":' && return 0; done; return 1; }
asked=0
while ! said crowd connected && kill -0 "$crowd_pid" 2>/dev/null; do
	is_answered || fail "an operator is not answered while others come"
	asked=$((asked + 1))
	within "descriptors" "$(descriptors)" 1 $((before + 100))
done
wait_for crowd '^10000 connected'
[ "$asked" -gt 0 ] || fail "nobody asked while they came"
for i in 1 2 3; do is_answered || fail "an operator is not answered after they came"; done
within "descriptors with the crowd" "$(descriptors)" 1 $((before + 100))
exec 9>&-
wait "$crowd_pid" || fail "the crowd: $(cat "$T/crowd.log")"
bystander_is_well
few() { [ "$(descriptors)" -le $((before + 5)) ]; }
until_true "the descriptors to be given back" few
echo "answered $asked questions while they came"
edge_stop
