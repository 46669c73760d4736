# A stranger's flood on several connections does not touch an allowed
# bystander: all of his messages are answered 200, without the stranger's delay.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up

bystander 120 20/s
partner contoso --connections 5 --from sip:a@contoso.example --to sip:bob%d@example.com --count 4000 --rate 1000/s --wait 4 >"$T/flood.json"
bystander_is_well
refused=$(answered "$T/flood.json" '503 rate-limit')
is "every message of the flood is answered" $(($(answered "$T/flood.json" 200) + refused)) 4000
within "of the flood, refused" "$refused" 3800 3900
# What the stranger's queue would cost him, were it his too, is two seconds.
within "the bystander's p99 in ms" "$(number "$T/bystander.json" p99)" 0 1000
