# A new certificate and key by SIGHUP: who connects now sees them; open connections stay.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs ca "$T" newer
certs issue "$T" renewed --ca newer dns:edge1.example.com
nexthop
edge
hop_is_up

by() { partner contoso --ca "$T/$1.pem" --name edge1.example.com --from sip:a@contoso.example --to sip:bob@example.com >"$T/by" 2>&1; }

{
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "await $T/renewed-now"
	echo call; send MESSAGE sip:bob@example.com; echo "expect 200"
} >"$T/open_one.script"
talk open_one contoso
wait_for open_one ready
by ca || fail "the first certificate: $(cat "$T/by")"
by newer && fail "the new CA proves the old certificate"

cp "$T/renewed.pem" "$T/edge.pem"
cp "$T/renewed.key" "$T/edge.key"
by newer && fail "files are read without a reload"
reload
by newer || fail "the renewed certificate is not shown: $(cat "$T/by")"
by ca && fail "the old certificate is still shown"
: >"$T/renewed-now"
talked open_one
edge_stop
