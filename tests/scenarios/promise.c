#include "promise.h"

#include <string.h>

static bool tell_verdict(struct story *s, struct promise *p)
{
	const char *word = story_next(s);

	while (word && p->verdict < VERDICTS && strcmp(verdict_token(p->verdict), word) != 0)
		p->verdict++;
	if (!word || p->verdict == VERDICTS)
		return story_complain(s, "\"%s\" is no verdict: forward, delay, refuse or drop", word ? word : "");
	for (enum reason r = REASON_NONE + 1; s->words[s->word] && r < REASONS && !p->reason; r++)
		if (strcmp(reason_row(r)->token, s->words[s->word]) == 0)
			p->reason = story_next(s);
	if (p->verdict >= VERDICT_REFUSE && !p->reason)
		return story_complain(s, "a refusal has a reason");
	return true;
}

static bool tell_detail(struct story *s, struct promise *p)
{
	if (story_takes(s, "until")) {
		if (!story_takes_time(s, &p->from_us))
			return false;
		p->until_us = p->from_us;
		return !story_takes(s, "to") || story_takes_time(s, &p->until_us);
	}
	if (story_takes(s, "status"))
		return story_takes_number(s, &p->status);
	if (story_takes(s, "retry-after"))
		return story_takes_number(s, &p->retry_after);
	if (story_takes(s, "refused-until"))
		return story_takes_time(s, &p->refused_until_us);
	if (story_takes(s, "becomes-watched"))
		return p->becomes_watched = true;
	if (story_takes(s, "stops-watched"))
		return p->stops_watched = true;
	if (story_takes(s, "stops-suspicious"))
		return p->stops_suspicious = true;
	if (story_takes(s, "by-provider"))
		return p->provider = true;
	if (story_takes(s, "observed"))
		return p->observed = true;
	if (story_takes(s, "as"))
		return (p->class = story_next(s)) || story_complain(s, "as what?");
	return story_complain(s, "\"%s\" is no promise", s->words[s->word]);
}

bool promise_read(struct story *s, struct promise *p)
{
	bool good;

	*p = (struct promise){
		.from_us = STORY_NOT_TOLD, .until_us = STORY_NOT_TOLD, .refused_until_us = STORY_NOT_TOLD,
		.status = STORY_NOT_TOLD, .retry_after = STORY_NOT_TOLD,
	};
	good = tell_verdict(s, p);
	while (good && s->words[s->word])
		good = tell_detail(s, p);
	return good;
}

static int64_t status_of(const struct fate *fate)
{
	if (fate->reason == REASON_RATE_LIMIT || fate->reason == REASON_RATE_SUSPICIOUS)
		return fate->entry.limits.refuse_status;
	return reason_row(fate->reason)->status;
}

static bool verdict_kept(struct story *s, const struct promise *p, const struct fate *fate, uint32_t number)
{
	const struct reason_row *row = reason_row(fate->reason);

	if (row->verdict != p->verdict || (p->reason && strcmp(p->reason, row->token) != 0))
		return story_complain(s, "message %u: %s %s, not %s %s", number + 1, verdict_token(row->verdict), row->token,
		    verdict_token(p->verdict), p->reason ? p->reason : "");
	if (p->class && strcmp(p->class, class_token(fate->class)) != 0)
		return story_complain(s, "message %u: as %s, not as %s", number + 1, class_token(fate->class), p->class);
	return true;
}

/* The first of several has the first slot, the last has the last one. */
static bool slot_kept(struct story *s, const struct promise *p, const struct fate *fate, uint32_t number, uint32_t count)
{
	int64_t slot_us = s->now_us + fate->seen.wait_us;

	if (p->from_us == STORY_NOT_TOLD)
		return true;
	if (slot_us < p->from_us || slot_us > p->until_us)
		return story_complain(s, "message %u: its slot is %.6f", number + 1, (double)slot_us / 1e6);
	return !(number == 0 && story_number_differs(s, p->from_us, slot_us, "the first slot (us)")) &&
	    !(number == count - 1 && story_number_differs(s, p->until_us, slot_us, "the last slot (us)"));
}

bool promise_kept(struct story *s, const struct promise *p, const struct fate *fate, uint32_t number, uint32_t count)
{
	const struct reading *seen = &fate->seen;

	return verdict_kept(s, p, fate, number) && slot_kept(s, p, fate, number, count) &&
	    !story_number_differs(s, p->status, status_of(fate), "status") &&
	    !story_number_differs(s, p->retry_after, (seen->retry_us + 999999) / 1000000, "Retry-After") &&
	    !story_number_differs(s, p->refused_until_us, seen->refused_until_us, "refused until (us)") &&
	    !story_flag_differs(s, p->becomes_watched, seen->became_watched, "becomes-watched") &&
	    !story_flag_differs(s, p->stops_watched, seen->stopped_watched, "stops-watched") &&
	    !story_flag_differs(s, p->stops_suspicious, seen->stopped_suspicious, "stops-suspicious") &&
	    !story_flag_differs(s, p->provider, seen->provider_decided, "by-provider") &&
	    !story_flag_differs(s, p->observed, judge_is_waived(&fate->entry, fate->reason), "observed");
}
