# A CRL by SIGHUP that revokes the certificate of an open connection closes just
# that one; he does not come back, the others go on.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs crl "$T"
nexthop
FEDERATION_SET="crl = \"$T/crl.pem\";"
edge
hop_is_up

{ send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "expect close within 30s"; } >"$T/bad.script"
talk bad contoso
{
	FROM=sip:a@fabrikam.example
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "await $T/revoked-now"
	echo call; send MESSAGE sip:bob@example.com; echo "expect 200"
} >"$T/good.script"
talk good fabrikam
wait_for bad ready
wait_for good ready
certs revoke "$T" contoso
certs crl "$T"
reload
talked bad
wait_for edge 'contoso.example\) closed after the reload: certificate revoked'
: >"$T/revoked-now"
talked good
partner contoso --from sip:a@contoso.example --to sip:bob@example.com --wait 3 >"$T/again" 2>&1 || true
grep -q '"200"' "$T/again" && fail "the revoked one is served"
wait_for edge 'connection from .*: certificate revoked'
is "closed after the reload" "$(count_of edge 'closed after the reload')" 1
edge_stop
