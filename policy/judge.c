#include "judge.h"

static bool is_proven(const struct entry *entry)
{
	return entry->proof != PROOF_NONE && entry->proof != PROOF_UNKNOWN;
}

static bool is_known(const struct reading *seen)
{
	return seen && seen->known;
}

/* The store refuses by rate if it says when to come back. A watched partner is refused so too: where
 * its call ends without a slot, or for a target that is not new. */
static bool is_rate(const struct reading *seen)
{
	return seen->retry_us != 0;
}

static bool by_suspicion(const struct reading *seen)
{
	return seen->suspicious && !seen->usual_decided;
}

static bool is_own_suspicion(const struct reading *seen)
{
	return by_suspicion(seen) && !seen->provider_decided;
}

static const unsigned rows[] = {
#define RUNG(row, holds, reason) row,
#include "ladder.def"
#undef RUNG
};

unsigned judge_row(unsigned test)
{
	return test < sizeof rows / sizeof rows[0] ? rows[test] : 0;
}

enum reason judge_at(const struct facts *facts, const struct entry *entry, const struct reading *seen, unsigned *test)
{
	*test = 0;
#define RUNG(row, holds, reason) \
	if (holds) \
		return reason; \
	(*test)++;
#include "ladder.def"
#undef RUNG
	return REASON_NONE; /* never: the last one always holds */
}

/* Without a reading its first test decides, and says nothing. */
enum reason judge_before(const struct facts *facts, const struct entry *entry)
{
	unsigned test;
	enum reason reason = judge_at(facts, entry, NULL, &test);

	return judge_row(test) == 7 ? REASON_NONE : reason;
}

enum reason judge(const struct facts *facts, const struct entry *entry, const struct reading *seen)
{
	unsigned test;

	return judge_at(facts, entry, seen, &test);
}

bool judge_is_waived(const struct entry *entry, enum reason reason)
{
	if (!entry->observe)
		return false;
	return reason == REASON_WATCH_LIST || reason == REASON_RATE_SUSPICIOUS || reason == REASON_RATE_LIMIT ||
	    reason == REASON_PACED;
}

bool judge_awaits_answer(const struct facts *facts, const struct entry *entry)
{
	return entry->limited && entry->limits.min_responses && !facts->proven && facts->method != METHOD_CANCEL;
}

bool judge_is_fault(enum reason reason)
{
	switch (reason) {
	case REASON_MALFORMED:
	case REASON_TOO_LARGE:
	case REASON_BAD_VERSION:
	case REASON_BAD_SCHEME:
	case REASON_BAD_EXTENSION:
	case REASON_TOO_MANY_HOPS:
	case REASON_NO_BREADTH:
	case REASON_LOOP:
	case REASON_NOT_LOCAL:
	case REASON_BAD_ROUTE:
	case REASON_NOT_HERE:
		return true;
	default:
		return false;
	}
}

enum class judge_class(const struct entry *entry, enum reason reason, const struct reading *seen)
{
	if (judge_is_fault(reason))
		return CLASS_NONE;
	if (entry->stance == STANCE_BLOCK || entry->stance == STANCE_OFF)
		return CLASS_BLOCKED;
	if (!is_proven(entry))
		return CLASS_NONE;
	if (entry->stance == STANCE_CLOSED)
		return CLASS_BLOCKED;
	if (entry->stance == STANCE_ALLOW)
		return CLASS_ALLOWED;
	if (!is_known(seen))
		return CLASS_NONE;
	return seen->became_watched ? CLASS_WATCHED : seen->class;
}

const struct rate *judge_rate(const struct entry *entry, const struct reading *seen)
{
	const struct limits *limits = seen->provider_decided ? &entry->provider_limits : &entry->limits;

	return by_suspicion(seen) ? &limits->suspicious_rate : &limits->rate;
}

struct place judge_place(const struct entry *entry, enum reason reason, const struct reading *seen)
{
	bool provider = seen && seen->provider_decided;
	const struct limits *limits = provider ? &entry->provider_limits : &entry->limits;

	if (judge_is_fault(reason))
		return (struct place){ NULL, 0 };
	if (reason == REASON_WATCH_LIST)
		return limits->watch_place;
	if (reason == REASON_RATE_SUSPICIOUS)
		return limits->suspicious_place;
	if (reason == REASON_RATE_LIMIT)
		return limits->rate_place;
	if (reason == REASON_PACED)
		return seen && by_suspicion(seen) ? limits->suspicious_place : limits->rate_place;
	return entry->place;
}
