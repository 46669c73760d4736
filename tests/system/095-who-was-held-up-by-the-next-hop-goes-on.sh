# When the next hop does not keep up, partners are not read from until it does; what cannot be held is refused
# (busy). Then everybody goes on: every request is answered, also when the next hop did not read for a while.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='allow = ( { domain = "contoso.example"; }, { domain = "fabrikam.example"; }, { domain = "northwind.example"; } );'
make_certs
certs issue "$T" northwind dns:northwind.example
nexthop
edge
hop_is_up

all_answered()
{
	for who in contoso fabrikam northwind; do
		partner $who --connections 4 --from sip:a@$who.example --to sip:bob@example.com --count "$1" --body 8000 --burst --wait 15 >"$T/$who.json" &
		eval "${who}_run=$!"
	done
	if [ "$2" = pause ]; then
		sleep 1
		kill -CONT "$hop_pid"
	fi
	for who in contoso fabrikam northwind; do
		eval "wait \$${who}_run"
		is "of $who's, answered 200 or busy: $(cat "$T/$who.json")" $(($(answered "$T/$who.json" 200) + $(answered "$T/$who.json" '503 busy'))) "$1"
	done
}

all_answered 1500 fast
kill -STOP "$hop_pid"
all_answered 800 pause
partner contoso --from sip:a@contoso.example --to sip:bob@example.com >"$T/after.json"
is "afterwards" "$(answered "$T/after.json" 200)" 1
