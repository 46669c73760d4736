# deploy/redis: each file loads as it stands, over TLS only, and a user can do what is listed and
# nothing else: not another command, key or channel, not by a script either.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/redis.lib"

port=$(free_port) watch=$(free_port)
example redis.conf redis "$port"
example sentinel.conf sentry "$watch"
sed -i "s|^sentinel monitor fedgate localhost 6379 2|sentinel monitor fedgate localhost $port 2|" "$T/sentry.conf"
begin redis-server redis
begin redis-sentinel sentry

# As it stands nobody can log in, and who does not may do nothing.
grep -h '^user ' "$SOURCE"/deploy/redis/*.acl | grep -vE '^user (default off|[a-z]+ on #0{64}) ' && fail "a password stands in the example"
redis-cli --tls --cacert "$T/ca.pem" -h 127.0.0.1 -p "$port" ping 2>&1 | grep -q NOAUTH || fail "without a password"
redis-cli --tls --cacert "$T/ca.pem" -h 127.0.0.1 -p "$watch" ping 2>&1 | grep -q NOAUTH || fail "Sentinel without a password"
for at in "$port" "$watch"; do
	redis-cli --tls --cacert "$T/ca.pem" -h 127.0.0.1 -p "$at" auth default "" 2>&1 | grep -q WRONGPASS || fail "somebody can be the default user"
done
timeout 5 redis-cli -h 127.0.0.1 -p "$port" ping >"$T/plain" 2>&1 && grep -q PONG "$T/plain" && fail "without TLS"
for setting in 'maxmemory-policy noeviction' 'appendonly yes' 'appendfsync everysec' 'save ' 'timeout 0' 'protected-mode yes' 'port 0'; do
	is "redis.conf: $setting" "$(cli operator "$port" config get "${setting%% *}" | sed -n 2p)" "${setting#* }"
done

# rights USER PORT WORD: every command that the server knows and would let the user run with as many
# of this word as it wants arguments. (Some words of COMMAND are no commands: unknown to the server.)
rights()
{
	cli operator "$2" --no-raw command | sed -nE 's/^.* "([a-z_|-]+)"$/\1/p; s/^.* \(integer\) (-?[0-9]+)$/\1/p' |
		awk '/^[a-z]/ { name = $1; next } name != "" { print name, $1; name = "" }' | sort -u >"$T/commands"
	while IFS=' |' read -r command part count; do
		case $part in [a-z]*) taken=2 ;; *) count=$part part= taken=1 ;; esac
		line="acl dryrun $1 $command $part"
		for more in 1 2 3 4 5 6 7; do [ $more -gt $((${count#-} - taken)) ] || line="$line $3"; done
		echo "$line"
	done <"$T/commands" >"$T/asked"
	cli operator "$2" --no-raw <"$T/asked" >"$T/answers"
	is "answers of the server" "$(wc -l <"$T/answers")" "$(wc -l <"$T/asked")"
	cut -d ' ' -f 1 "$T/commands" | paste -d ' ' "$T/answers" - | sed -n 's/^OK //p' | sort -u
}

# may USER PORT WORD COMMAND...: these and no others, but AUTH, HELLO, QUIT and RESET, which are everybody's.
may()
{
	user=$1 port_asked=$2 word=$3; shift 3
	rights "$user" "$port_asked" "$word" | grep -vxE 'auth|hello|quit|reset' >"$T/given" || true
	printf '%s\n' "$@" | sed '/^$/d' | sort >"$T/listed"
	diff "$T/listed" "$T/given" || fail "$user may not do what is listed (<), or more (>)"
}

# What the scripts call, and what is said without one.
commands="$(awk '/define SCRIPT_RIGHTS/ { on = 1 } on { print } on && !/\\$/ { exit }' "$SOURCE/gateway/script.h" | grep -oE '\+[a-z]+' | tr -d +)
	set zscan"
if cli operator "$port" command list | grep -qx get; then
	may fedgate "$port" fg:1 eval evalsha 'script|load' time ping role select subscribe publish $commands
	[ "$(wc -l <"$T/commands")" -gt 200 ] || fail "the server named $(wc -l <"$T/commands") commands only"
	may replica "$port" fg:1 ping psync replconf
	may sentinel "$port" __sentinel__:hello ping info role subscribe publish multi exec slaveof 'config|rewrite' 'client|setname' 'client|kill' 'script|kill'
else
	echo "before Redis 7 a server does not tell what a user may do: only what follows is tried"
fi

# And in earnest, by hand and by a script.
set -f
script='redis.call("HSET", KEYS[1], "class", "watched"); redis.call("PEXPIRE", KEYS[1], 60000); redis.call("PUBLISH", "fg:class", "x"); return redis.call("HGET", KEYS[1], "class")'
answered watched fedgate "$port" eval "$script" 1 'fg:1:{contoso.example}:class'
sha=$(cli fedgate "$port" script load "$script")
answered watched fedgate "$port" evalsha "$sha" 1 'fg:1:{contoso.example}:class'
answered OK fedgate "$port" select 0
is "role" "$(cli fedgate "$port" role | head -n 1)" master
cli fedgate "$port" subscribe fg:class >"$T/heard.log" 2>&1 &
listener=$!
pids="$pids $listener"
until_true "a subscriber" eval '[ "$(cli fedgate "$port" publish fg:class hello)" = 1 ]'
wait_for heard hello
for words in 'keys *' 'scan 0' flushall flushdb 'config get maxmemory' 'debug sleep 0' 'monitor' 'acl list' 'client list' 'script flush' 'function list' info shutdown \
	'hget other 1' 'del other' 'subscribe other' 'publish other 1' 'psubscribe fg:*' 'replicaof no one' 'bgrewriteaof' 'eval_ro 1 0' 'move fg:1 1'; do
	refused fedgate "$port" $words
done
for words in '"KEYS", "*"' '"FLUSHALL"' '"GET", "other"' '"SET", "other", "1"' '"PUBLISH", "other", "1"'; do
	case $(cli fedgate "$port" eval "return redis.call($words)" 0 2>&1) in
	*NOPERM*|*"ACL failure in script"*|*"user executing the script can't"*) ;;
	*) fail "a script may call $words: $(cli fedgate "$port" eval "return redis.call($words)" 0 2>&1)" ;;
	esac
done

# What a script wrote a second ago outlives the process (with fewer rights of the default user it would
# not); a full server refuses, and forgets nothing.
sleep 2
kill -KILL "$redis_pid"
wait "$redis_pid" || true
begin redis-server redis
said redis 'CRITICAL|sending an error' && fail "the append-only file was not read whole"
answered watched fedgate "$port" hget 'fg:1:{contoso.example}:class' class
cli operator "$port" config set maxmemory 1 >/dev/null
case $(cli fedgate "$port" set fg:2 1 2>&1) in *OOM*) ;; *) fail "a full server takes more" ;; esac
answered watched fedgate "$port" hget 'fg:1:{contoso.example}:class' class

# Sentinel: where is the master, and nothing else.
is "the master" "$(cli fedgate "$watch" sentinel get-master-addr-by-name fedgate | tr '\n' ' ')" "localhost $port "
answered '' fedgate "$watch" sentinel sentinels fedgate
for words in 'sentinel masters' 'sentinel remove fedgate' 'sentinel failover fedgate' 'sentinel set fedgate quorum 1' 'subscribe __sentinel__:hello' 'subscribe other' \
	'psubscribe *' 'publish +switch-master x' info 'acl list' 'shutdown' 'client list'; do
	refused fedgate "$watch" $words
done
if cli operator "$watch" command list | grep -qx sentinel; then
	may fedgate "$watch" +switch-master ping subscribe 'sentinel|get-master-addr-by-name' 'sentinel|sentinels'
	may sentinel "$watch" __sentinel__:hello ping publish subscribe 'client|setname' 'sentinel|is-master-down-by-addr'
fi
