#include "standing.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

#define SLOTS     30 /* in a window */
#define ROOM_STEP 4

struct tally {
	int64_t start_us;
	uint32_t successes, failures;
};

static const char *const outcome_tokens[OUTCOMES] = {
	[OUTCOME_NEUTRAL] = "neutral",
	[OUTCOME_SUCCESS] = "success",
	[OUTCOME_FAILURE] = "failure",
};

const char *outcome_token(enum outcome outcome)
{
	return outcome_tokens[outcome];
}

/* Failures that are no sign of guessing, or our own side's trouble. */
static bool is_neutral(int status)
{
	switch (status) {
	case 401: case 407: case 408: case 415: case 420: case 422: case 423:
	case 480: case 481: case 486: case 487: case 488: case 489: case 491:
	case 600: case 603: case 606:
		return true;
	default:
		return false;
	}
}

enum outcome outcome_of_status(int status)
{
	if (is_neutral(status))
		return OUTCOME_NEUTRAL;
	switch (status / 100) {
	case 2: case 3:
		return OUTCOME_SUCCESS;
	case 4: case 6:
		return OUTCOME_FAILURE;
	default:
		return OUTCOME_NEUTRAL;
	}
}

void standing_init(struct standing *s)
{
	*s = (struct standing){ 0 };
}

void standing_clear(struct standing *s)
{
	free(s->slots);
	standing_init(s);
}

void standing_copy(struct standing *out, const struct standing *s)
{
	*out = *s;
	if (!s->room)
		return;
	out->slots = alloc_zero(s->room, sizeof *s->slots);
	memcpy(out->slots, s->slots, s->count * sizeof *s->slots);
}

void standing_release(struct standing *s)
{
	standing_clear(s);
}

/* Slots are counted from 0 on the clock, also to the left of it. */
static int64_t slot_start(const struct limits *limits, int64_t time_us)
{
	int64_t width = limits->suspicion_window_us / SLOTS;
	int64_t into;

	if (width < 1)
		width = 1;
	into = time_us % width;
	return time_us - (into < 0 ? into + width : into);
}

/* A slot leaves as a whole, when its start is a window old: an answer is never
 * counted for longer than the window, and at most a thirtieth less. */
static uint32_t first_inside(const struct standing *s, const struct limits *limits, int64_t now_us)
{
	uint32_t i = 0;

	while (i < s->count && s->slots[i].start_us <= now_us - limits->suspicion_window_us)
		i++;
	return i;
}

static void forget_old(struct standing *s, const struct limits *limits, int64_t now_us)
{
	uint32_t gone = first_inside(s, limits, now_us);

	s->count -= gone;
	if (!s->count) {
		free(s->slots);
		s->slots = NULL;
		s->room = 0;
	} else if (gone) {
		memmove(s->slots, s->slots + gone, s->count * sizeof *s->slots);
	}
}

static struct tally *tally_of(struct standing *s, int64_t start_us)
{
	uint32_t i = s->count;

	while (i > 0 && s->slots[i - 1].start_us > start_us)
		i--;
	if (i > 0 && s->slots[i - 1].start_us == start_us)
		return &s->slots[i - 1];
	if (s->count == s->room) {
		s->room += ROOM_STEP;
		s->slots = alloc_resize(s->slots, s->room, sizeof *s->slots);
	}
	memmove(s->slots + i + 1, s->slots + i, (s->count - i) * sizeof *s->slots);
	s->slots[i] = (struct tally){ .start_us = start_us };
	s->count++;
	return &s->slots[i];
}

static uint32_t sum(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void standing_counts(const struct standing *s, const struct limits *limits, int64_t now_us,
    uint32_t *successes, uint32_t *failures)
{
	*successes = *failures = 0;
	for (uint32_t i = first_inside(s, limits, now_us); i < s->count; i++) {
		*successes = sum(*successes, s->slots[i].successes);
		*failures = sum(*failures, s->slots[i].failures);
	}
}

/* A quotient, since it rounds as the share in the policy file was rounded: 29
 * of 100 is not above 0.29, whereas 29 is above 0.29 times 100. */
static double share_of(uint32_t successes, uint32_t failures)
{
	double counted = (double)successes + (double)failures;

	return counted > 0 ? (double)failures / counted : 0;
}

static bool is_suspect(const struct standing *s, const struct limits *limits, int64_t now_us)
{
	uint32_t successes, failures;

	standing_counts(s, limits, now_us, &successes, &failures);
	return (uint64_t)successes + failures >= limits->min_responses &&
	    share_of(successes, failures) > limits->failure_share;
}

bool standing_record(struct standing *s, const struct limits *limits, enum outcome outcome, int64_t now_us)
{
	if (outcome == OUTCOME_NEUTRAL)
		return false;
	forget_old(s, limits, now_us);
	standing_restore(s, limits, now_us, outcome == OUTCOME_SUCCESS, outcome == OUTCOME_FAILURE);
	if (s->suspicious || !limits->min_responses || !is_suspect(s, limits, now_us))
		return false;
	s->suspicious = true;
	s->since_us = now_us;
	s->until_us = now_us + limits->suspicion_hold_us;
	return true;
}

static bool is_low(const struct standing *s, const struct limits *limits, int64_t now_us)
{
	uint32_t successes, failures;

	standing_counts(s, limits, now_us, &successes, &failures);
	return !failures || share_of(successes, failures) < limits->failure_share / 2;
}

bool standing_review(struct standing *s, const struct limits *limits, int64_t now_us)
{
	forget_old(s, limits, now_us);
	if (!s->suspicious || now_us < s->until_us || !is_low(s, limits, now_us))
		return false;
	s->suspicious = false;
	s->since_us = s->until_us = 0;
	return true;
}

int64_t standing_calm_at(const struct standing *s, const struct limits *limits, int64_t now_us)
{
	int64_t at = s->suspicious && s->until_us > now_us ? s->until_us : now_us;

	if (!s->suspicious || is_low(s, limits, at))
		return at;
	/* The share changes when a slot leaves; with the last one it is 0. */
	for (uint32_t i = first_inside(s, limits, at); i < s->count; i++) {
		at = s->slots[i].start_us + limits->suspicion_window_us;
		if (is_low(s, limits, at))
			break;
	}
	return at;
}

bool standing_next(const struct standing *s, uint32_t *at, int64_t *time_us, uint32_t *successes, uint32_t *failures)
{
	if (*at >= s->count)
		return false;
	*time_us = s->slots[*at].start_us;
	*successes = s->slots[*at].successes;
	*failures = s->slots[*at].failures;
	(*at)++;
	return true;
}

void standing_restore(struct standing *s, const struct limits *limits, int64_t time_us, uint32_t successes, uint32_t failures)
{
	struct tally *tally = tally_of(s, slot_start(limits, time_us));

	tally->successes = sum(tally->successes, successes);
	tally->failures = sum(tally->failures, failures);
}
