/* Rows 7 to 10 once more, as slow and plain as they can be written: every
 * slot, name and answer is kept for good, and what is sought is found by trying each
 * moment in turn. The oracle of admit_test.c; for clocks that tick a few times. */
#ifndef TESTS_UNIT_ADMIT_MODEL_H
#define TESTS_UNIT_ADMIT_MODEL_H

#include "../../policy/admit.h"

#define MODEL_MOST  160 /* slots, and answers */
#define MODEL_NAMES 10

struct account {
	struct { int64_t at; bool ends_call; } slots[MODEL_MOST];
	struct { int64_t at; bool failure; } answers[MODEL_MOST];
	int slot_count, answer_count;
	bool named[MODEL_NAMES];
	int64_t named_at[MODEL_NAMES];
	bool watched, suspicious;
	int64_t watched_until, suspicious_until;
};

enum refusal { REFUSAL_NONE, REFUSAL_WATCH, REFUSAL_RATE };

struct finding {
	enum refusal refusal;
	enum class class;
	int64_t slot;
	bool became_watched, provider_decided;
};

struct case_at {
	const struct limits *limits, *provider_limits; /* the latter NULL: no provider */
	struct demand demand;                          /* target: number of a name */
};

static double model_share(const struct account *a, const struct limits *limits, int64_t now, int *counted)
{
	int failures = 0;

	*counted = 0;
	for (int i = 0; i < a->answer_count; i++) {
		bool inside = a->answers[i].at > now - limits->suspicion_window_us;

		*counted += inside;
		failures += inside && a->answers[i].failure;
	}
	return *counted ? (double)failures / *counted : 0;
}

static bool model_answer(struct account *a, const struct limits *limits, bool failure, int64_t now)
{
	int counted;

	a->answers[a->answer_count].at = now;
	a->answers[a->answer_count++].failure = failure;
	if (a->suspicious || model_share(a, limits, now, &counted) <= limits->failure_share ||
	    counted < (int)limits->min_responses)
		return false;
	a->suspicious = true;
	a->suspicious_until = now + limits->suspicion_hold_us;
	return true;
}

static void model_pass_time(struct account *a, const struct limits *limits, int64_t now)
{
	int counted;

	if (a->watched && now >= a->watched_until) {
		a->watched = false;
		for (int i = 0; i < MODEL_NAMES; i++)
			a->named[i] = false;
	}
	if (a->suspicious && now >= a->suspicious_until && model_share(a, limits, now, &counted) < limits->failure_share / 2)
		a->suspicious = false;
}

static bool model_keeps(const struct account *a, const struct rate *rate, int64_t slot)
{
	for (int64_t t = slot - rate->period_us + 1; t <= slot; t++) {
		uint32_t held = 0;

		for (int i = 0; i < a->slot_count; i++)
			held += a->slots[i].at >= t && a->slots[i].at < t + rate->period_us;
		if (held >= rate->count)
			return false;
	}
	return true;
}

static bool model_blocks(const struct account *a, const struct limits *limits, const struct demand *demand)
{
	if (!limits || !a->watched || demand->ends_call)
		return false;
	return limits->watch_blocks == WATCH_BLOCKS_ALL || (demand->has_target && !a->named[demand->target]);
}

static bool model_overflows(const struct account *a, const struct limits *limits, const struct demand *demand, int64_t now)
{
	uint32_t live = 0;

	if (!limits || a->watched || !limits->distinct_uris || !demand->has_target)
		return false;
	for (int i = 0; i < MODEL_NAMES; i++) {
		bool is_live = a->named[i] && a->named_at[i] > now - limits->watch_window_us;

		if (is_live && i == (int)demand->target)
			return false;
		live += is_live;
	}
	return live >= limits->distinct_uris;
}

static void model_find_slot(const struct account *own, const struct account *provider, const struct case_at *c,
    int64_t now, int64_t *own_slot, int64_t *slot)
{
	*own_slot = now;
	for (int i = 0; i < own->slot_count; i++)
		if (own->slots[i].at > *own_slot)
			*own_slot = own->slots[i].at;
	while (!model_keeps(own, &c->limits->rate, *own_slot) ||
	    (own->suspicious && !model_keeps(own, &c->limits->suspicious_rate, *own_slot)))
		(*own_slot)++;
	*slot = *own_slot;
	while (c->provider_limits && !model_keeps(provider, &c->provider_limits->rate, *slot))
		(*slot)++;
}

static bool model_has_room(const struct account *own, const struct case_at *c, int64_t now)
{
	uint32_t waiting = 0;

	for (int i = 0; i < own->slot_count; i++)
		waiting += own->slots[i].at > now && own->slots[i].ends_call == c->demand.ends_call;
	return waiting < c->limits->max_waiting;
}

static void model_watch(struct account *a, const struct limits *limits, int64_t now)
{
	a->watched = true;
	a->watched_until = now + limits->watch_hold_us;
	for (int i = 0; i < MODEL_NAMES; i++)
		a->named[i] = a->named[i] && a->named_at[i] > now - limits->watch_window_us;
}

static void model_book(struct account *a, const struct limits *limits, const struct demand *demand, int64_t slot, int64_t now)
{
	a->slots[a->slot_count].at = slot;
	a->slots[a->slot_count++].ends_call = demand->ends_call;
	if (demand->has_target && limits->distinct_uris && !a->watched) {
		a->named[demand->target] = true;
		a->named_at[demand->target] = now;
	}
}

/* Rows 8 and 9; true when the message may go, now or later. */
static bool model_rate(const struct account *own, const struct account *provider, const struct case_at *c,
    int64_t now, struct finding *f)
{
	int64_t most = c->demand.ends_call ? c->limits->ending_delay_us : c->limits->max_delay_us, own_slot;
	bool own_fits;

	model_find_slot(own, provider, c, now, &own_slot, &f->slot);
	own_fits = own_slot == now || (own_slot - now <= most && model_has_room(own, c, now));
	f->provider_decided = own_fits && f->slot > own_slot;
	return f->slot == now || (f->slot - now <= most && model_has_room(own, c, now));
}

static struct finding model_admit(struct account *own, struct account *provider, const struct case_at *c, int64_t now)
{
	struct finding f = { REFUSAL_NONE, CLASS_DISCOVERED, now, false, false };
	bool own_over, over;

	model_pass_time(own, c->limits, now);
	if (c->provider_limits)
		model_pass_time(provider, c->provider_limits, now);
	if (own->suspicious)
		f.class = CLASS_SUSPICIOUS;
	if (own->watched || (c->provider_limits && provider->watched))
		f.class = CLASS_WATCHED;
	f.refusal = REFUSAL_WATCH;
	f.provider_decided = !model_blocks(own, c->limits, &c->demand);
	if (!f.provider_decided || model_blocks(provider, c->provider_limits, &c->demand))
		return f;
	f.refusal = REFUSAL_RATE;
	if (!model_rate(own, provider, c, now, &f))
		return f;
	f.refusal = REFUSAL_NONE;
	own_over = model_overflows(own, c->limits, &c->demand, now);
	over = own_over || model_overflows(provider, c->provider_limits, &c->demand, now);
	if (over) {
		model_watch(own_over ? own : provider, own_over ? c->limits : c->provider_limits, now);
		f.class = CLASS_WATCHED;
		f.became_watched = true;
		f.provider_decided = !own_over;
		f.refusal = c->demand.ends_call ? REFUSAL_NONE : REFUSAL_WATCH;
	}
	if (f.refusal == REFUSAL_NONE) {
		model_book(own, c->limits, &c->demand, f.slot, now);
		if (c->provider_limits)
			model_book(provider, c->provider_limits, &c->demand, f.slot, now);
	}
	return f;
}

/* The first moment at which this message would not be refused by the rate, with
 * somebody looking at the record all the time: a share that is low for a moment ends suspicion. */
static int64_t model_rate_refuses_until(const struct account *own, const struct account *provider, const struct case_at *c, int64_t now)
{
	struct account own_then = *own;

	for (int64_t t = now;; t++) {
		struct account own_tried, provider_tried = *provider;

		model_pass_time(&own_then, c->limits, t);
		own_tried = own_then;
		if (model_admit(&own_tried, &provider_tried, c, t).refusal != REFUSAL_RATE)
			return t;
	}
}

/* The first moment at which the watch list would let some ordinary message by. */
static int64_t model_watch_refuses_until(const struct account *own, const struct account *provider, const struct case_at *c, int64_t now)
{
	for (int64_t t = now;; t++) {
		struct account own_then = *own, provider_then = *provider;

		model_pass_time(&own_then, c->limits, t);
		if (c->provider_limits)
			model_pass_time(&provider_then, c->provider_limits, t);
		for (int name = -1; name < MODEL_NAMES; name++) {
			struct demand demand = { .target = name < 0 ? 0 : (uint64_t)name, .has_target = name >= 0 };

			if (!model_blocks(&own_then, c->limits, &demand) && !model_blocks(&provider_then, c->provider_limits, &demand))
				return t == now ? 0 : t;
		}
	}
}

#endif
