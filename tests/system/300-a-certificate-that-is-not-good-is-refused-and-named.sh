# No certificate, one of a wrong CA, expired, revoked, for another use: each is refused
# by TLS 1.2 and by 1.3 with one log line that says which, and a partner with a good
# one is served meanwhile. Every key usage of product.md section 1 will do; a name with a NUL,
# an over-long one, and the common name beside a SAN are no names.
. "$SOURCE/tests/system/lib.sh"

make_certs
certs ca "$T" other
certs issue "$T" stranger --ca other dns:contoso.example
certs issue "$T" expired dns:contoso.example days:-1
certs issue "$T" revoked dns:contoso.example
certs issue "$T" signing dns:contoso.example eku:code
for use in none any server client sip; do certs issue "$T" "use_$use" dns:contoso.example eku:$use; done
certs issue "$T" plain_name cn:cnonly.example
certs issue "$T" both_names cn:sip.alpha.example dns:beta.example
certs issue "$T" nul nul: dns:beta.example
certs issue "$T" long "dns:$(printf 'a%.0s' $(seq 63)).$(printf 'b%.0s' $(seq 63)).$(printf 'c%.0s' $(seq 63)).$(printf 'd%.0s' $(seq 62)).long.example"
certs revoke "$T" revoked
certs crl "$T"
nexthop
FEDERATION_SET="crl = \"$T/crl.pem\"; max-per-partner = 64;"
edge
hop_is_up

ask() { "$TOOLS/partner" --connect "$address" --to sip:bob@example.com --wait 5 "$@" >"$T/answer" 2>&1 || true; }
said_more() { [ "$(count_of edge "$1")" -gt "$2" ]; }

# refused "words of the log" options...
refused()
{
	words="connection from 127.0.0.1:[0-9]+: $1"; shift
	had=$(count_of edge "$words")
	sleep 0.15 # within a tenth of a second handshake lines are only counted
	ask --from sip:a@contoso.example "$@"
	grep -q '"200"' "$T/answer" && fail "served with: $*"
	until_true "a log line \"$words\" for: $*" said_more "$words" "$had"
	is "log lines for $*" "$(count_of edge "$words")" $((had + 1))
}

cert() { echo "--cert $T/$1.pem --key $T/$1.key --ca $T/ca.pem"; }

served()
{
	ask --from "$1" $(cert "$2") ${3:-}
	grep -q '"200":1' "$T/answer" || fail "not served: $*: $(cat "$T/answer")"
}

unverified()
{
	ask --from "$1" $(cert "$2")
	grep -q '403 source-unverified' "$T/answer" || fail "$2 speaks for $1: $(cat "$T/answer")"
}

{ send MESSAGE sip:bob@example.com; echo "expect 200"; echo "print ready"; echo "await $T/done"
  echo "call"; send MESSAGE sip:bob@example.com; echo "expect 200"; } >"$T/healthy.script"
talk healthy contoso
wait_for healthy ready

for version in "" --tls1.2; do
	refused 'no certificate' --tls --ca "$T/ca.pem" $version
	refused 'certificate of an unknown CA' $(cert stranger) $version
	refused 'certificate expired' $(cert expired) $version
	refused 'certificate revoked' $(cert revoked) $version
	refused 'the extended key usage of the certificate' $(cert signing) $version
	served sip:a@contoso.example contoso "$version"
done
refused 'not TLS'
for use in none any server client sip; do served sip:a@contoso.example "use_$use"; done
served sip:a@cnonly.example plain_name
served sip:a@beta.example both_names
unverified sip:a@sip.alpha.example both_names
unverified sip:a@sip.bank.example nul
unverified sip:a@bank.example nul
unverified sip:a@long.example long
said edge 'source-unverified' || fail "the log does not name source-unverified"

: >"$T/done"
talked healthy
edge_stop
