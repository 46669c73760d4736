/* Each line is a row of the ladder, in its order: nothing may move up or down. */
#include "judge.h"

static bool is_proven(const struct entry *entry)
{
	return entry->proof != PROOF_NONE && entry->proof != PROOF_UNKNOWN;
}

enum reason judge_before(const struct facts *facts, const struct entry *entry)
{
	if (facts->fault != REASON_NONE)
		return facts->fault;
	if (entry->stance == STANCE_BLOCK)
		return REASON_BLOCKED_DOMAIN;
	if (entry->stance == STANCE_OFF)
		return REASON_FEDERATION_OFF;
	if (entry->proof == PROOF_UNKNOWN)
		return REASON_SOURCE_UNKNOWN;
	if (!is_proven(entry))
		return REASON_SOURCE_UNVERIFIED;
	if (entry->stance == STANCE_ALLOW)
		return entry->limited ? REASON_NONE : REASON_ALLOWED;
	if (entry->stance == STANCE_CLOSED)
		return REASON_NOT_ALLOWED;
	if (facts->recipient_list)
		return REASON_NOT_HERE;
	return REASON_NONE;
}

static bool by_suspicion(const struct reading *seen)
{
	return seen->suspicious && !seen->usual_decided;
}

/* The store refused, by rate if it says when to come back. A watched partner is
 * refused so too: where its call ends without a slot, or for a target that is not new. */
static enum reason judge_refused(const struct reading *seen)
{
	if (seen->retry_us == 0)
		return REASON_WATCH_LIST;
	if (by_suspicion(seen) && !seen->provider_decided)
		return REASON_RATE_SUSPICIOUS;
	return REASON_RATE_LIMIT;
}

enum reason judge(const struct facts *facts, const struct entry *entry, const struct reading *seen)
{
	enum reason before = judge_before(facts, entry);

	if (before != REASON_NONE)
		return before;
	if (!seen || !seen->known)
		return REASON_BUSY;
	if (!seen->admitted)
		return judge_refused(seen);
	if (seen->wait_us > 0)
		return REASON_PACED;
	return entry->stance == STANCE_ALLOW ? REASON_ALLOWED : REASON_WITHIN_LIMITS;
}

bool judge_is_waived(const struct entry *entry, enum reason reason)
{
	if (!entry->observe)
		return false;
	return reason == REASON_WATCH_LIST || reason == REASON_RATE_SUSPICIOUS || reason == REASON_RATE_LIMIT ||
	    reason == REASON_PACED;
}

/* Row 1, and what is refused like it. */
static bool is_fault(enum reason reason)
{
	switch (reason) {
	case REASON_MALFORMED:
	case REASON_TOO_LARGE:
	case REASON_BAD_VERSION:
	case REASON_BAD_SCHEME:
	case REASON_BAD_EXTENSION:
	case REASON_TOO_MANY_HOPS:
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
	if (is_fault(reason))
		return CLASS_NONE;
	if (entry->stance == STANCE_BLOCK || entry->stance == STANCE_OFF)
		return CLASS_BLOCKED;
	if (!is_proven(entry))
		return CLASS_NONE;
	if (entry->stance == STANCE_CLOSED)
		return CLASS_BLOCKED;
	if (entry->stance == STANCE_ALLOW)
		return CLASS_ALLOWED;
	if (!seen || !seen->known)
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

	if (is_fault(reason))
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
