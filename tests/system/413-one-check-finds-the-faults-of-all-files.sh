# A key of another certificate and the faults of a policy are all told in one
# run, by -t, at the start and by SIGHUP. A policy that is not there is told at the line that names it.
. "$SOURCE/tests/system/lib.sh"

make_certs
nexthop
edge
hop_is_up

all_three()
{
	for words in 'fedgate.conf:[0-9]+: federation: .*edge.key: the key does not fit' 'policy.conf:1: limits.rate "many"' \
		'policy.conf:2: watch-list.hold "soon"'; do
		said "$1" "$words" || fail "$1: no complaint \"$words\": $(cat "$T/$1.log")"
	done
}
checked() { "$BUILD/fedgated" -t -c "$T/fedgate.conf" >"$T/check.log" 2>&1 && fail "-t says that it is good"; true; }

cp "$T/edge.key" "$T/good.key"
cp "$T/contoso.key" "$T/edge.key"
printf '%s\n' 'limits: { rate = "many"; };' 'watch-list: { hold = "soon"; };' >"$T/policy.conf"
checked
all_three check
reload
all_three edge
said edge 'reload: 3 complaints; the running' || fail "not three complaints: $(tail -n 5 "$T/edge.log")"
"$BUILD/fedgated" -c "$T/fedgate.conf" >"$T/second.log" 2>&1 && fail "it started with such files"
all_three second

cp "$T/good.key" "$T/edge.key"
rm "$T/policy.conf"
checked
is "complaints of a policy that is not there" "$(grep -c . "$T/check.log")" 1
said check 'fedgate.conf:9: policy ".*policy.conf": No such file or directory: name a file' || fail "the policy: $(cat "$T/check.log")"
edge_stop
