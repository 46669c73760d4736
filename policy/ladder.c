#include "ladder.h"

#include <string.h>

#include "ladder_parts.h"
#include "order.h"

static const char *const outcome_tokens[] = {
	[RUNG_PASSED] = "passed",
	[RUNG_DECIDED] = "decided",
	[RUNG_WAIVED] = "waived",
	[RUNG_NOT_REACHED] = "not reached",
};

static const char *const tests[LADDER_ROWS] = {
	"malformed, or not for this edge to route",
	"source or certificate on the block list",
	"federation switched off",
	"source domain not verified",
	"on the allow list",
	"discovery off",
	"partner on the watch list",
	"partner suspicious, and over its rate",
	"over the rate",
	"a local URI too many",
	"none of these",
};

static const char *const remedies[REASONS] = {
	[REASON_PACED] = "Nothing need be done: it goes on in its slot. `fedgatectl allow` or a `rate` in an allow entry ends the wait.",
	[REASON_MALFORMED] = "The partner's server must send well-formed SIP; nothing here lets it through.",
	[REASON_TOO_LARGE] = "The partner must send less at once, or messages.max-head or messages.max-body must be larger.",
	[REASON_BAD_VERSION] = "The partner's server must speak SIP/2.0.",
	[REASON_BAD_SCHEME] = "The partner must ask for a sip or sips URI.",
	[REASON_BAD_EXTENSION] = "The partner must not demand extensions of proxies that are not known here (Proxy-Require).",
	[REASON_TOO_MANY_HOPS] = "Somewhere before this edge the request goes in circles, or begins with too low a Max-Forwards.",
	[REASON_NO_BREADTH] = "Somewhere before this edge the request was forked too often, or begins with too low a Max-Breadth.",
	[REASON_LOOP] = "The next hop sends the request back here: its routes must lead inward.",
	[REASON_NOT_LOCAL] = "The Request-URI must be in a domain of edge.domains in fedgate.conf: add it there if it is ours.",
	[REASON_BAD_ROUTE] = "The partner must keep the Record-Route of the dialog as it came; all edges of a pool need the same edge.route-keys.",
	[REASON_NOT_HERE] = "No policy lets this kind of request in, but a list of recipients is taken from allowed partners: `fedgatectl allow`.",
	[REASON_BLOCKED_DOMAIN] = "Take the block away where it stands, or allow a longer name than the one that is blocked; `fedgatectl unblock` ends one made at run time.",
	[REASON_FEDERATION_OFF] = "Set federation.enabled = true in the policy.",
	[REASON_SOURCE_UNVERIFIED] = "The certificate must name the source domain or `sip.` before it; or an allow entry names the certificate's `edge`; or DNS names the partner's edge for the domain.",
	[REASON_SOURCE_UNKNOWN] = "DNS must answer for the source domain: look at dns.resolver, or name the partner's `edge` in an allow entry, which needs no DNS.",
	[REASON_NOT_ALLOWED] = "Put the domain on the allow list (`fedgatectl allow`), or set federation.discovery = true in the policy.",
	[REASON_WATCH_LIST] = "`fedgatectl release` takes the partner off the watch list and empties its set; `fedgatectl allow` takes all limits off; else it ends with its hold.",
	[REASON_RATE_SUSPICIOUS] = "`fedgatectl release` ends the suspicion, `fedgatectl allow` all limits; else it ends when fewer of the partner's requests fail.",
	[REASON_RATE_LIMIT] = "The partner must send more slowly; `fedgatectl allow` takes the limit off, a `rate` in an allow entry gives the partner its own.",
	[REASON_NEXT_HOP_DOWN] = "An internal server must be up: `fedgatectl status` shows the next hops.",
	[REASON_NEXT_HOP_SILENT] = "The internal server that got the request must answer: look there.",
	[REASON_BUSY] = "Look at the load of this edge and at its store (`fedgatectl status`); the partner may try again.",
	[REASON_CANCELLED] = "Nothing need be done: the caller gave up while the request waited.",
	[REASON_PARTNER_GONE] = "The partner must be connected here for what belongs to a dialog with it.",
	[REASON_NO_ROUTE] = "The domain must publish SRV records that this edge may use, or an allow entry must name its `edge`.",
	[REASON_DNS_UNKNOWN] = "DNS must answer for the domain: look at dns.resolver, or name the partner's `edge` in an allow entry.",
	[REASON_PARTNER_UNREACHABLE] = "A server of the partner must be reachable from here and show a certificate with its name.",
};

const char *rung_outcome_token(enum rung_outcome outcome)
{
	return outcome_tokens[outcome];
}

const char *ladder_test(unsigned row)
{
	return row >= 1 && row <= LADDER_ROWS ? tests[row - 1] : "";
}

const char *ladder_remedy(enum reason reason)
{
	return reason < REASONS ? remedies[reason] : NULL;
}

const char *ladder_remedy_of(enum reason reason, const struct place *rule, const struct ruleset *law, const struct domain *source)
{
	bool unverified = reason == REASON_SOURCE_UNVERIFIED;

	if (reason == REASON_BLOCKED_DOMAIN && rule->file && order_is_rule(rule->file))
		return "`fedgatectl unblock` ends the operator's block, and no allow goes before it; `fedgatectl decisions` says since when and why.";
	if (reason == REASON_BLOCKED_DOMAIN && rule->file)
		return "Take the block out of the policy file and reload, or put a longer name than the one that is blocked on its allow list.";
	if (unverified && !source->length)
		return "The partner must put a domain of its own into From: an address, or a URI without a host, is nobody's.";
	if (unverified && ruleset_is_local(law, source))
		return "The partner must put a domain of its own into From; what our own users may do is asked with --to.";
	return ladder_remedy(reason);
}

/* A row is passed when one of its tests was, and none of them decided. */
static void set_outcomes(struct ladder *l, unsigned decided, bool waived)
{
	for (unsigned row = 1; row <= LADDER_ROWS; row++)
		l->rungs[row - 1].outcome = RUNG_NOT_REACHED;
	for (unsigned test = 0; test < decided; test++)
		l->rungs[judge_row(test) - 1].outcome = RUNG_PASSED;
	l->rungs[l->row - 1].outcome = waived ? RUNG_WAIVED : RUNG_DECIDED;
}

void ladder_walk(struct ladder *l, const struct ladder_case *c)
{
	const struct reading *seen = c->glimpse ? &c->glimpse->seen : NULL;
	unsigned test;
	bool waived;

	*l = (struct ladder){ .reason = judge_at(c->facts, c->entry, seen, &test) };
	waived = judge_is_waived(c->entry, l->reason);
	l->verdict = waived ? VERDICT_FORWARD : reason_row(l->reason)->verdict;
	l->row = judge_row(test);
	l->rule = judge_place(c->entry, l->reason, seen);
	set_outcomes(l, test, waived);
	for (unsigned row = 1; row <= LADDER_ROWS; row++)
		if (l->rungs[row - 1].outcome != RUNG_NOT_REACHED)
			ladder_detail(l->rungs[row - 1].detail, row, l, c);
}
