# A new listen address by SIGHUP takes partners, the one that is gone takes no more, one
# that stays never stops; who came in by the old address stays connected.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
one=$(free_address) two=$(free_address 127.0.0.2) three=$(free_address 127.0.0.3)
FEDERATION_LISTEN="\"$one\", \"$two\""
edge
hop_is_up

at()
{
	address=$1
	{ send MESSAGE sip:bob@example.com; echo "expect 200"; } | script contoso
}
nobody_at()
{
	"$TOOLS/partner" --connect "$1" --tls --from sip:a@contoso.example --to sip:bob@example.com --wait 1 >"$T/nobody" 2>&1 &&
		fail "something still listens on $1"
	grep -qi 'refused' "$T/nobody" || fail "$1: $(cat "$T/nobody")"
}

at "$one"
at "$two"
nobody_at "$three"
address=$one
{
	send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "await $T/moved"
	echo call; send MESSAGE sip:bob@example.com; echo "expect 200"
} >"$T/open_one.script"
talk open_one contoso
wait_for open_one ready
sed -i "s|\"$one\", \"$two\"|\"$two\", \"$three\"|" "$T/fedgate.conf"
reload
nobody_at "$one"
at "$two"
at "$three"
: >"$T/moved"
talked open_one
edge_stop
