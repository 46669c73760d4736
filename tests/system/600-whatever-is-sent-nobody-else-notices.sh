# The torture tables: RFC 4475's ideas, broken frames, odd shapes. Each case has its own connection to one edge; what
# the next hop sees and what comes back is compared to the octet, and a healthy partner goes on all the time.
. "$SOURCE/tests/system/lib.sh"

POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; } );'
MESSAGES_SET='max-head = "16k"; max-body = "32k";'
make_certs
hop_address=$(free_address)
edge
is "sections of RFC 4475 in the tables" "$(sed -n 's/^rfc //p' "$SOURCE"/tests/torture/*.cases | sort -u | wc -l)" 49
"$TOOLS/torture" --hop "$hop_address" --connect "$address" --ca "$T/ca.pem" --partner "$T/contoso" \
	--healthy "$T/fabrikam" --within 1 "$SOURCE"/tests/torture/*.cases || fail "cases failed, see above"
is "times that the next hop came up" "$(count_of edge 'next hop .*: up at')" 1
edge_stop
