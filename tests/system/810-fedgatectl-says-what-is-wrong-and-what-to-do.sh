# The exit statuses, and each way not to be answered: usage, no socket, nobody behind it, no right, a stranger,
# half an answer, and silence.
. "$SOURCE/tests/system/lib.sh"

CTL=$BUILD/fedgatectl
unset FEDGATE_SOCKET

# says STATUS "words on the standard error" arguments...
says()
{
	expected=$1 words=$2; shift 2
	status=0
	"$CTL" "$@" >"$T/out" 2>"$T/err" || status=$?
	is "exit status of fedgatectl $*" "$status" "$expected"
	[ -z "$words" ] || grep -qF -- "$words" "$T/err" || fail "fedgatectl $*: no \"$words\" in: $(cat "$T/err")"
}

# Usage: nothing is asked.
says 2 'usage: fedgatectl [-s PATH] [--json] COMMAND'
says 2 'no command "statsu": did you mean "status"?' statsu
says 2 'no option --jsno: did you mean --json?' --jsno status
says 2 'status has no option --frmo' status --frmo=1
says 2 'too many words; usage: status' status now
says 2 'a socket is missing behind it' -s
says 2 'a socket is missing behind it' -s '' status
says 2 'fedgatectl: two\x0alines: a control character is in it' allow contoso.example --comment "$(printf 'two\nlines')"
says 2 'fedgatectl: \xff: it is not UTF-8' partner "$(printf '\377')"
says 2 'a question has at most 4095 octets' partner "$(printf '%5000s' x)"
"$CTL" --help >"$T/out" || fail "--help: exit status"
grep -q '^  status  *the edge, its store' "$T/out" || fail "--help does not list status"
"$CTL" reload --help | grep -q '^usage: fedgatectl \[-s PATH\] \[--json\] reload$' || fail "reload --help"
"$CTL" -V | grep -q '^fedgatectl [0-9]' || fail "-V"
"$CTL" -s "$T/none.sock" -V | grep -q '^fedgatectl [0-9]' || fail "-V behind -s"

# Nobody there.
: >"$T/certs.log"
says 3 "$T/none.sock: no such file: is fedgated running?" -s "$T/none.sock" status
says 3 "$T: is no socket: " -s "$T" status
says 3 "$T/certs.log: is no socket: " -s "$T/certs.log" status
[ -e /run/fedgate/console.sock ] || says 3 '/run/fedgate/console.sock: no such file' status
export FEDGATE_SOCKET="$T/none.sock"
says 3 "$T/none.sock: no such file" status
start console "$TOOLS/answers" "$T/c.sock" "$T/answer" "$T/questions"
wait_for console listening
export FEDGATE_SOCKET="$T/c.sock"
if [ "$(id -u)" -eq 0 ]; then
	chmod 0660 "$T/c.sock"; chmod 0711 "$T"
	chgrp "$(id -gn nobody)" "$T/c.sock"
	status=0
	cp "$CTL" "$T/ctl"
	setpriv --reuid 12345 --regid 12345 --clear-groups "$T/ctl" status 2>"$T/err" || status=$?
	is "exit status without the right" "$status" 3
	chmod 0600 "$T/c.sock"
	setpriv --reuid 12345 --regid 12345 --clear-groups "$T/ctl" status 2>"$T/err.0600" && fail "no right to ask, and an answer"
	grep -q 'permission denied: no group may ask: ask as root; the log of the edge says what is wrong with console.group' "$T/err.0600" ||
		fail "no right, and no group: $(cat "$T/err.0600")"
	grep -q "permission denied: it is for the group \"$(id -gn nobody)\"" "$T/err" || fail "no right: $(cat "$T/err")"
fi

# Answers that are none.
answer() { printf "$1" >"$T/answer.new"; mv "$T/answer.new" "$T/answer"; }
answer ''
says 3 'closed without an answer' status
answer 'HTTP/1.1 400 Bad Request\r\n'
says 3 'no fedgated of this version' status
answer 'ok'
says 3 'cut off in its first line' status
answer 'ok\n'
says 3 'cut off' status
answer 'ok\n{"edge": "e", "totals": [ 1, 2'
says 3 'cut off' status
says 3 'cut off' status --json
answer 'ok\n{"edge": e}\n'
says 3 'not JSON' status
answer 'ok\nhello\n'
says 3 'not JSON' --json status
answer 'usage no command "status": an older edge\033[31m\n'
says 2 'an older edge\x1b[31m' status

# Answers that are.
answer 'no\n{"done": false, "what": "the file is \033[31mwrong", "complaints": ["policy.conf:1: one", "policy.conf:2: two"]}'
says 3 'not JSON' reload
answer 'no\n{"done": false, "what": "the file is \\u001b[31mwrong", "complaints": ["policy.conf:1: one", "policy.conf:2: two"]}'
says 1 'fedgatectl: the file is \x1b[31mwrong' reload
says 1 'policy.conf:2: two' reload --json
grep -q '"done": *false' "$T/out" || fail "a refusal with --json has no object"
answer 'ok\n{"done": true, "what": "read again", "complaints": []}'
says 0 '' reload
is "what was done" "$(cat "$T/out")" 'read again'
says 0 '' --json reload
is "the object" "$(cat "$T/out")" '{"done": true, "what": "read again", "complaints": []}'
grep -qx reload "$T/questions" || fail "the question was: $(cat "$T/questions")"

# What a full disk does not take was not shown.
status=0
"$CTL" --json reload >/dev/full 2>"$T/err" || status=$?
is "exit status with a full disk" "$status" 1
grep -q 'could not be written' "$T/err" || fail "a full disk: $(cat "$T/err")"

# Of another kind of program it has nothing in it: no TLS, no SIP, no Redis.
ldd "$CTL" | grep -qE 'sofia|libssl|libcrypto|hiredis' && fail "fedgatectl links: $(ldd "$CTL")"
exit 0
