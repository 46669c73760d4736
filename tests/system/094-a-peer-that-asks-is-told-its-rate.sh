# Overload control: who offers oc with the rate algorithm in its Via is told there how much it may send, in
# answers that are passed on and in our own; nobody else is told anything.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/system/talk.lib"

POLICY='limits: { rate = "70/10s"; max-delay = "0s"; };
suspicion: { min-responses = 5; };'
make_certs
nexthop hop --answer-user 'nobody*=404'
edge
hop_is_up
# offer PARAMETERS [URI [FROM]]
offer() { ask MESSAGE "${2:-sip:bob@example.com}" "${3:-sip:a@contoso.example}" | sed "s/^Via:.*/&$1/"; }
told() { printf 'expect %s header Via matches ";oc=%s;" header Via matches ";oc-algo=.rate." header Via matches ";oc-validity=[1-9][0-9]*" header Via matches ";oc-seq=[0-9]+[.][0-9]+"\n' "$1" "$2"; }

nothing_told='header Via matches "branch=[^;]*(;received=[0-9.]*)?$"'
{
	offer ';oc;oc-algo="loss,rate"'; told 200 7
	offer ''; echo "expect 200 $nothing_told"
	offer ';oc;oc-algo="loss"'; echo 'expect 200 header Via matches ";oc;oc-algo=.loss.(;received=[0-9.]*)?$"'
	offer '' | sed 's/^send/repeat 67 send/'; echo "repeat 67 expect 200 $nothing_told"
	# What is refused says so too, however it is refused.
	offer ';oc;oc-algo="rate"'; told 503 7
	offer ''; echo "expect 503 $nothing_told"
	offer ';oc;oc-algo="rate"'; told 503 7
} >"$T/story"
play contoso
{
	offer '' sip:nobody@example.com sip:f@fabrikam.example | sed 's/^send/repeat 5 send/'
	echo 'repeat 5 expect 404'
	echo 'sleep 1.2'
	offer ';oc;oc-algo="rate"' sip:bob@example.com sip:f@fabrikam.example; told 200 1
} >"$T/story"
play fabrikam
