# A wrong password, a password that is changed while the edge runs, a certificate of Redis' that has
# expired or is another's: each has its line, the edge limits by itself and lets allowed partners through, and a
# password or CA that is put right is taken by a reload.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"
. "$SOURCE/tests/system/pool.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
certs issue "$T" good-redis ip:127.0.0.1
certs issue "$T" old-redis ip:127.0.0.1 days:-1
certs issue "$T" other-redis dns:elsewhere.example
nexthop
goes_on()
{
	is "allowed, $1" "$(one 1 fabrikam.example)" 200
	until_true "a stranger is served, $1" one_is 1 contoso.example 200
}

# The rights of deploy/redis, and no more.
rights=$(sed -nE 's/^user fedgate on #[0-9a-f]+ //p' "$SOURCE/deploy/redis/users.acl")
[ -n "$rights" ] || fail "deploy/redis/users.acl has no user fedgate"
redis_start
redis_cli acl setuser fedgate on '>right' $rights >/dev/null || fail "the rights"
redis_cli acl setuser default resetpass '>master' >/dev/null
redis_password=master
echo wrong >"$T/redis.password"
STORE_SET="user = \"fedgate\"; password-file = \"$T/redis.password\";"
edge_count=1
relay 1
edge_start 1
wait_for edge1 'redis: .*WRONGPASS|redis: .*password'
goes_on "with a wrong password"
mark
echo right >"$T/redis.password"
reload_edge 1
says_now 1 "$joined"
goes_on "with the right password"
sleep 1.2
silent 'NOPERM|no permissions'

mark
redis_cli acl setuser fedgate resetpass '>newer' >/dev/null
redis_cli client kill user fedgate >/dev/null
says_now 1 "$lost"
goes_on "with a password that was changed"
echo newer >"$T/redis.password"
reload_edge 1
says_now 1 "$joined"
goes_on "with the new password"
# None of these passwords is told to anybody.
! grep -qE 'wrong$|[^a-z]newer|: right' "$T/edge1.log" "$T/edge1.d/decisions.jsonl" || fail "a password is in the log"
edges_stop
redis_stop

# The same over TLS: first a certificate of another name, then one that has expired, then a good one.
STORE_SET="tls = true; ca = \"$T/ca.pem\";"
redis_password=
plain_port=$redis_port
with_certificate() { redis_server redis --port 0 --tls-port "$plain_port" --tls-cert-file "$T/$1.pem" --tls-key-file "$T/$1.key" --tls-ca-cert-file "$T/ca.pem" --tls-auth-clients no; }
with_certificate other-redis
edge_start 1
wait_for edge1 'redis: .*(certificate|name|mismatch)'
goes_on "when Redis bears another name"
redis_stop
mark
with_certificate old-redis
says_now 1 'redis: .*expired'
goes_on "when Redis' certificate has expired"
redis_stop
mark
with_certificate good-redis
says_now 1 "$joined"
goes_on "when Redis' certificate is good"
edges_stop
