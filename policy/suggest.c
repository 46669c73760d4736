#include "suggest.h"

#include <inttypes.h>
#include <stdio.h>

/* A block covers whatever lies in it; an allow entry for others is one all the same. */
static bool is_named(const struct ruleset *law, const struct domain *domain)
{
	bool found = ruleset_covering_order(law, domain) || ruleset_longest_allow(law, domain) || ruleset_longest_block(law, domain);

	for (const char *name = domain->text; name && !found; name = domain_parent(name))
		found = ruleset_find_ordered_allow(law, name) != NULL;
	return found;
}

static bool has_answers(const struct conduct *c, const struct limits *limits)
{
	uint64_t answers = (uint64_t)c->successes + c->failures;

	return answers > 0 && answers >= limits->min_responses;
}

static bool is_good(const struct conduct *c, const struct limits *limits)
{
	uint64_t through = c->verdicts[VERDICT_FORWARD] + c->verdicts[VERDICT_DELAY];
	uint64_t held_up = c->verdicts[VERDICT_DELAY] + c->verdicts[VERDICT_REFUSE];

	return c->class == CLASS_DISCOVERED && held_up > 0 && through > c->verdicts[VERDICT_REFUSE]
	    && (uint64_t)c->failures * 9 <= c->successes && (uint64_t)c->distinct_uris * 2 <= limits->distinct_uris;
}

static bool is_bad(const struct conduct *c, const struct limits *limits)
{
	double answers = (double)c->successes + c->failures;

	return (c->class == CLASS_SUSPICIOUS || c->class == CLASS_WATCHED) && c->failures > limits->failure_share * answers;
}

enum suggestion suggest(const struct conduct *c, const struct ruleset *law)
{
	const struct limits *limits = ruleset_limits(law);
	bool stranger = c->partner->kind == PARTNER_DISCOVERED || c->partner->kind == PARTNER_TENANT;

	if (!stranger || !c->partner->domain.length || !has_answers(c, limits) || is_named(law, &c->partner->domain))
		return SUGGEST_NOTHING;
	if (is_good(c, limits))
		return SUGGEST_ALLOW;
	return is_bad(c, limits) ? SUGGEST_BLOCK : SUGGEST_NOTHING;
}

void suggest_evidence(const struct conduct *c, const struct limits *limits, char out[SUGGEST_EVIDENCE_MAX])
{
	uint64_t answers = (uint64_t)c->successes + c->failures;
	char window[RATE_TEXT_MAX];

	duration_text(limits->suspicion_window_us, window);
	snprintf(out, SUGGEST_EVIDENCE_MAX, "%s; %" PRIu32 " of %" PRIu64 " answers in %s were good; %" PRIu64 " forwarded, %" PRIu64
	    " delayed, %" PRIu64 " refused; %" PRIu32 " different URIs", class_token(c->class), c->successes, answers, window,
	    c->verdicts[VERDICT_FORWARD], c->verdicts[VERDICT_DELAY], c->verdicts[VERDICT_REFUSE], c->distinct_uris);
}

/* A tenant is allowed where it is hosted; it is blocked wherever it is. */
void suggest_line(const struct conduct *c, enum suggestion what, char out[SUGGEST_LINE_MAX])
{
	const struct partner *p = c->partner;

	if (what == SUGGEST_ALLOW && p->kind == PARTNER_TENANT)
		snprintf(out, SUGGEST_LINE_MAX, "{ domain = \"%s\"; provider = \"%s\"; },", p->domain.text, p->provider);
	else
		snprintf(out, SUGGEST_LINE_MAX, "{ domain = \"%s\"; },", p->domain.text);
}
