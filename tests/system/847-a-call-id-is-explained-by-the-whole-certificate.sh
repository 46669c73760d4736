# When the partner has gone, its refusal is explained by all names that its certificate had, wildcards too, and not by the first alone.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/explain.lib"

POLICY='federation: { discovery = false; };
block = ( { domain = "bad.example"; } );'
make_certs
certs issue "$T" mixed dns:mixed.example dns:mail.bad.example
certs issue "$T" wild 'dns:*.wild.example'
nexthop
edge
hop_is_up

refused "a blocked name of the certificate" mixed MESSAGE sip:bob@example.com sip:a@mixed.example 403 blocked-domain
recorded blocked-domain policy.conf:2
has '"connected":false' '"names":["mixed.example","mail.bad.example"]'
decides 2 refuse blocked-domain policy.conf:2
says 2 "the certificate's name mail.bad.example, by the entry bad.example (policy.conf:2)"

# By a wildcard; while it is connected its certificate is that of the connection.
{ ask MESSAGE sip:bob@example.com sip:a@sub.wild.example | sed "s/{CALLID}/wild@test/"; answer_is 403 not-allowed; echo "await $T/end"; } >"$T/long.script"
talk long wild
explained() { EXPLAINED=$(explain_at --json explain --call-id wild@test 2>&1); }
asked="explain --call-id wild@test"
until_true "the refusal" explained
has '"connected":true' '"names":["*.wild.example"]' '"verified_by":"certificate"'
decides 6 refuse not-allowed policy.conf:1
: >"$T/end"
talked long
gone() { explained && case $EXPLAINED in *'"connected":false'*) ;; *) return 1 ;; esac; }
until_true "its end" gone
has '"names":["*.wild.example"]' '"verified_by":"certificate"'
decides 6 refuse not-allowed policy.conf:1
