# Over-long lines, NULs, half commands, noise, words without end, a thousand questions: each is refused or dropped, nothing
# is fatal, and a partner's messages are all answered meanwhile.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "fabrikam.example"; } );'
make_certs
nexthop
edge
hop_is_up
bystander 100 20/s

said_to() { "$TOOLS/ask" "$T/console.sock" ${1:-} | head -c 300 || true; }
many() { head -c "$1" /dev/zero | tr '\0' "$2"; }
is "a line that is too long" "$(many 5000 x | said_to)" 'usage a question has at most 4095 octets'
is "a line without end" "$(many 3000000 x | said_to)" 'usage a question has at most 4095 octets'
is "4096 octets and the end" "$({ many 4096 x; echo; } | said_to)" 'usage a question has at most 4095 octets'
{ many 4095 x; echo; } | said_to | grep -q '^usage no command "x*"; there are: ' || fail "a line of 4095 octets is not read"
is "a NUL" "$(printf 'stat\0us\n' | said_to)" 'usage a NUL is in it'
is "a NUL behind it" "$(printf 'status\0\n' | said_to)" 'usage a NUL is in it'
is "an escape sequence" "$(printf '\033[2Jstatus\n' | said_to)" 'usage a control character is in it'
is "a line's end of another kind" "$(printf 'status\r\n' | said_to)" 'usage a control character is in it'
is "what is no UTF-8" "$(printf 'status \377\n' | said_to)" 'usage it is not UTF-8'
is "a quote without end" "$(printf 'status "\n' | said_to)" 'usage a quote does not end'
is "too many words" "$({ printf status; seq -s ' ' 100; } | said_to)" 'usage too many words'
printf '\n' | said_to | grep -q '^usage no command ""; there are: ' || fail "nothing is asked, and it is not said what may be"
is "half a command, and the end" "$(printf 'stat' | said_to --shut)" ''
is "nothing at all" "$(said_to --shut </dev/null)" ''
is "a question of somebody who has shut his side" "$(printf 'status\n' | said_to --shut | head -n 1)" ok
is "two questions at once have one answer" "$(printf 'status\nreload\n' | "$TOOLS/ask" "$T/console.sock" | grep -c '^ok')" 1
for i in $(seq 30); do head -c 3000 /dev/urandom | said_to --shut >/dev/null; done

# Half a command is not waited for longer than 10 s.
begun=$(date +%s)
printf 'stat' | said_to
within "seconds that half a command is waited for" $(($(date +%s) - begun)) 8 15

bystander_is_well
is "the edge's answer after all that" "$(question status | head -n 1)" ok
edge_stop
