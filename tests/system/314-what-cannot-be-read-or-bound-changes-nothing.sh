# By SIGHUP: a key that is gone, a key of another certificate, a CA that is none, an
# address that is not ours, not free or there twice. Each is a complaint, and nothing of the new
# configuration holds, not even the good policy beside it.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
edge
hop_is_up
first=$address

{
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "await $T/over"
	echo call; send MESSAGE sip:bob@example.com; echo "expect 200"
} >"$T/open_one.script"
talk open_one contoso
wait_for open_one ready
printf 'block = ( { domain = "contoso.example"; } );\n' >"$T/policy.conf"

# unchanged "words of the complaint"
unchanged()
{
	had=$(count_of edge "$1") told=$(count_of edge 'reload: [0-9]+ complaints?; the running configuration and policy are unchanged')
	reload
	[ "$(count_of edge "$1")" -gt "$had" ] || fail "no complaint \"$1\""
	[ "$(count_of edge 'reload: [0-9]+ complaints?; the running')" -gt "$told" ] || fail "it does not say that nothing changed"
	{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
}

mv "$T/edge.key" "$T/edge.key.away"
unchanged 'edge\.key": No such file or directory: name a file'
cp "$T/contoso.key" "$T/edge.key"
unchanged 'edge\.key: the key does not fit the certificate'
mv "$T/edge.key.away" "$T/edge.key"
cp "$T/ca.pem" "$T/ca.away"
echo nonsense >"$T/ca.pem.new"
sed -i "s|ca = \"$T/ca.pem\"|ca = \"$T/ca.pem.new\"|" "$T/fedgate.conf"
unchanged 'ca\.pem\.new: holds no CA certificate'
sed -i "s|ca.pem.new|ca.pem|" "$T/fedgate.conf"

cp "$T/fedgate.conf" "$T/good.conf"
sed -i 's|listen = \[ "127.0.0.1:0" \]|listen = [ "127.0.0.1:0", "192.0.2.1:5061" ]|' "$T/fedgate.conf"
unchanged 'federation\.listen "192\.0\.2\.1:5061": cannot listen: Cannot assign'
cp "$T/good.conf" "$T/fedgate.conf"
sed -i "s|listen = \[ \"127.0.0.1:0\" \]|listen = [ \"127.0.0.1:0\", \"$hop_address\" ]|" "$T/fedgate.conf"
unchanged "federation.listen \"$hop_address\": cannot listen: Address already in use"
is "the address" "$address" "$first"
cp "$T/good.conf" "$T/fedgate.conf"
sed -i 's|listen = \[ "127.0.0.1:0" \]|listen = [ "127.0.0.1:0", "127.0.0.1:0" ]|' "$T/fedgate.conf"
unchanged 'federation.listen "127\.0\.0\.1:0": this address is on the list already'

cp "$T/good.conf" "$T/fedgate.conf"
: >"$T/policy.conf"
reload
said edge 'policy: reloaded' || fail "the good file is not taken in the end"
: >"$T/over"
talked open_one
edge_stop
