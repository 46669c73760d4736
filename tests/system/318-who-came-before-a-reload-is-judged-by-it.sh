# A certificate that is revoked by a reload serves nobody, also not who connected before it and shook hands behind
# it; who did the same with a good one is served.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs crl "$T"
nexthop
FEDERATION_SET="crl = \"$T/crl.pem\";"
edge
hop_is_up

mkfifo "$T/line.control"
start line "$TOOLS/relay" --listen 127.0.0.1:0 --to "$address" --control "$T/line.control"
wait_for line '^listening'
tell line stall
wait_for line '^ok stall'
address=$(sed -n 's/^listening //p' "$T/line.log")
{ send MESSAGE sip:bob@example.com; echo 'expect 200'; } >"$T/bad.script"
{ FROM=sip:a@fabrikam.example; send MESSAGE sip:bob@example.com; echo 'expect 200'; } >"$T/good.script"
both_came() { ctl --json status | grep -q '"connections_by":{"partners":2'; }
talk bad contoso
talk good fabrikam
until_true "both connections" both_came
certs revoke "$T" contoso
certs crl "$T"
reload
tell line go
talked good
wait "$bad_pid" && fail "the revoked one is served"
wait_for edge 'connection from .*: certificate revoked'
is "requests at the next hop" "$(at_hop)" 1
edge_stop
