# Tokens survive a restart, a clean one and a kill, and a new route key in front of the
# old one; with other keys they are foreign.
. "$SOURCE/tests/system/lib.sh"

make_certs
openssl rand -hex 32 >"$T/new.key"
nexthop
FEDERATION_LISTEN="\"$(free_address)\""
edge
hop_is_up

again() # OPTIONS of the edge are set before
{
	kill "-$1" "$edge_pid"; wait "$edge_pid" || true
	edge
	hop_is_up
	: >"$T/again-$2"
	wait_for caller "seen-$2"
}
step() { echo "await $T/again-$1"; echo reconnect; (ROUTE='Route: <{EDGE}>'; further MESSAGE); echo "expect $2"; echo "print seen-$1"; }
{
	send INVITE sip:bob@example.com; echo "expect 200"; echo 'set-from EDGE Record-Route ^<([^>]+)>'; further ACK; echo "print talking"
	step 1 200
	step 2 200
	step 3 '403 header Reason matches bad-route'
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
again TERM 1
again KILL 2
rm -f "$T"/state*
again TERM 3
talked caller
edge_stop

# Configured keys: a rolled one, the old behind it.
openssl rand -hex 32 >"$T/old.key"
EDGE_SET="route-keys = [ \"file:$T/old.key\" ];"
edge
hop_is_up
rm -f "$T"/again-*
{
	send INVITE sip:bob@example.com; echo "expect 200"; echo 'set-from EDGE Record-Route ^<([^>]+)>'; further ACK; echo "print talking"
	step 1 200
	step 2 '403 header Reason matches bad-route'
} >"$T/caller.script"
talk caller contoso
wait_for caller talking
EDGE_SET="route-keys = [ \"file:$T/new.key\", \"file:$T/old.key\" ];"
again TERM 1
EDGE_SET="route-keys = [ \"file:$T/new.key\" ];"
again TERM 2
talked caller
edge_stop
