/* One message's trip to Redis: at most one there and back, or none where the
 * answer is known here; and decided here where Redis is late or gone. */
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "pooled.h"

#define NEWCOMER_US   INT64_C(10000000) /* how long one that found no room is charged as a newcomer */
#define PARKED_MOST   64
#define UNTOLD_US     INT64_C(1000000)  /* how long a refusal holds here when nobody would tell of a release */

struct trip {
	struct pooled *pooled;       /* borrowed */
	const struct entry *entry;   /* borrowed from who asked, until the call back */
	struct entry *common;        /* owned: that of partner_common, who is charged instead; NULL: itself */
	struct demand demand;
	store_measured_fn *then;
	void *arg;
	int64_t sent_us;
	bool by_text;
	struct near *probe;          /* it asks for all of this partner here: they wait for what it hears; NULL: for itself */
	int64_t begun_us;
	struct trip *next;           /* parked behind it */
	struct script_call call;
};

static void trip_free(struct trip *t)
{
	free(t->common);
	free(t);
}

static void unpark(struct near *);

/* The last thing that a trip does, but for those that waited for it. */
static void answer(struct trip *t, const struct reading *seen)
{
	store_measured_fn *then = t->then;
	struct near *near = t->probe;
	void *arg = t->arg;

	trip_free(t);
	then(arg, seen);
	unpark(near);
}

static const struct entry *charged(const struct trip *t)
{
	return t->common ? t->common : t->entry;
}

/* This edge decides, by its share. */
static void measure_here(struct pooled *p, const struct entry *entry, const struct demand *demand, store_measured_fn *then, void *arg)
{
	struct near *near = near_find(&p->nears, &entry->partner);

	if (near && near->ahead_us > pooled_now(p))
		apart_begin_behind(p->apart, &entry->partner, near->ahead_us);
	if (near)
		near->ahead_us = 0;
	p->store.figures.fallbacks++;
	apart_measure(p->apart, entry, demand, pooled_edges(p), then, arg);
}

static void decide_here(struct trip *t)
{
	const struct entry *entry = t->entry;
	struct demand demand = t->demand;
	struct pooled *p = t->pooled;
	store_measured_fn *then = t->then;
	struct near *near = t->probe;
	void *arg = t->arg;

	trip_free(t);
	p->merge_at = UINT32_MAX; /* what this teaches is merged soon */
	measure_here(p, entry, &demand, then, arg);
	unpark(near);
}

/* --- what the reply means here --- */

static bool ends_a_hold(const struct reading *seen)
{
	return seen->stopped_watched || seen->stopped_suspicious || seen->provider_stopped_watched;
}

static bool is_restricted(const struct script_hold *h)
{
	return h->watched_until_us || h->suspicious_since_us;
}

static struct partner payer_of(const struct trip *t, const struct script_reading *got)
{
	return got->shared ? partner_common(&charged(t)->partner) : charged(t)->partner;
}

static void mirror(struct trip *t, const struct script_reading *got)
{
	const struct entry *entry = charged(t);
	struct partner payer = payer_of(t, got);

	if (is_restricted(&got->own) || ends_a_hold(&got->seen))
		pooled_mirror(t->pooled, &payer, &got->own, got->now_us);
	if (entry->has_provider && (is_restricted(&got->provider) || got->seen.provider_stopped_watched))
		pooled_mirror(t->pooled, &entry->provider, &got->provider, got->now_us);
	if (got->seen.became_watched)
		held_add(t->pooled, got->seen.provider_decided ? &entry->provider : &payer,
		    got->seen.provider_decided ? &got->provider : &got->own, got->now_us);
}

static void tell_ended(struct trip *t, const struct script_reading *got)
{
	const struct entry *entry = charged(t);
	const struct reading *seen = &got->seen;
	struct partner payer = payer_of(t, got);

	if (seen->stopped_watched)
		pooled_tell_class(t->pooled, &payer, CLASS_WATCHED, seen->class);
	if (seen->stopped_suspicious)
		pooled_tell_class(t->pooled, &payer, CLASS_SUSPICIOUS, seen->class);
	if (seen->provider_stopped_watched)
		pooled_tell_class(t->pooled, &entry->provider, CLASS_WATCHED, CLASS_DISCOVERED);
}

/* What was asked before something changed that ends refusals may be as it was before, and is not remembered.
 * A release on another edge ends the refusal at once where we hear of it. One that
 * is charged with others is not the only one whose doings change it. */
static void remember_refusal(struct trip *t, const struct script_reading *got, int64_t now_us)
{
	struct pooled *p = t->pooled;
	struct near *near = near_use(&p->nears, &t->entry->partner, now_us);
	int64_t until_us = got->seen.refused_until_us;

	if (!near || !until_us || t->sent_us <= p->reopened_us)
		return;
	if ((!p->news_up || got->shared || t->common) && until_us > now_us + UNTOLD_US)
		until_us = now_us + UNTOLD_US;
	near_refuse(near, &got->seen, now_us, until_us);
}

/* The latest slot that the reading tells of, or the next that is free: what the pool gives a partner is not
 * known here but by what its own messages are told. 0: none lies ahead. */
static int64_t slot_ahead(const struct reading *seen, int64_t now_us)
{
	if (seen->admitted)
		return seen->wait_us ? seen->slot_us : 0;
	return seen->retry_us ? now_us + seen->retry_us : 0;
}

static void remember_slot(struct trip *t, const struct reading *seen, int64_t now_us)
{
	int64_t ahead_us = slot_ahead(seen, now_us);
	struct near *near = ahead_us ? near_use(&t->pooled->nears, &t->entry->partner, now_us) : NULL;

	if (near && ahead_us > near->ahead_us)
		near->ahead_us = ahead_us;
}

static void settle(struct trip *t, struct script_reading *got)
{
	int64_t now_us = pooled_now(t->pooled);
	struct reading *seen = &got->seen;

	pooled_clock(t->pooled, got->now_us, t->sent_us);
	if (seen->refused_until_us)
		seen->refused_until_us += now_us - got->now_us;
	seen->slot_us -= t->pooled->redis_ahead_us;
	seen->at_us = got->now_us - t->pooled->redis_ahead_us;
	seen->common = got->shared || t->common;
	mirror(t, got);
	tell_ended(t, got);
	remember_slot(t, seen, now_us);
	if (!seen->admitted && !t->demand.ends_call)
		remember_refusal(t, got, now_us);
	answer(t, seen);
}

/* --- there and back --- */

static void on_reply(void *arg, const redisReply *reply);

static bool go(struct trip *t)
{
	t->sent_us = pooled_now(t->pooled);
	return pooled_send(t->pooled, &t->call, on_reply, t);
}

/* There is no room for one more in the pool: all such are one partner. */
static void charge_common(struct trip *t)
{
	t->common = alloc_zero(1, sizeof *t->common);
	*t->common = *t->entry;
	t->common->partner = partner_common(&t->entry->partner);
}

static void ask(struct trip *t)
{
	bool may_add = t->common || pooled_has_room(t->pooled);

	script_admit(&t->call, t->pooled->house.edge, charged(t), &t->demand, may_add, -1);
}

static void go_as_common(struct trip *t)
{
	struct pooled *p = t->pooled;
	struct near *near = near_use(&p->nears, &t->entry->partner, pooled_now(p));

	if (near)
		near->newcomer_until_us = pooled_now(p) + NEWCOMER_US;
	charge_common(t);
	ask(t);
	if (!go(t))
		decide_here(t);
}

static void on_reply(void *arg, const redisReply *reply)
{
	struct trip *t = arg;
	struct script_reading got;

	t->pooled->in_doubt = !reply;
	histogram_add(&t->pooled->store.figures.trips, pooled_now(t->pooled) - t->sent_us);
	if (!reply) {
		decide_here(t);
		return;
	}
	if (script_read_admit(&got, reply)) {
		if (got.unknown && !t->common)
			go_as_common(t);
		else
			settle(t, &got);
		return;
	}
	if (!t->by_text && pooled_again(&t->call, reply)) {
		t->by_text = true;
		if (go(t))
			return;
	} else {
		pooled_wrong_reply(t->pooled, &charged(t)->partner, reply);
	}
	decide_here(t);
}

static struct trip *trip_new(struct pooled *p, const struct entry *entry, const struct demand *demand,
    store_measured_fn *then, void *arg)
{
	struct trip *t = alloc_zero(1, sizeof *t);

	t->pooled = p;
	t->entry = entry;
	t->demand = *demand;
	t->then = then;
	t->arg = arg;
	t->begun_us = pooled_now(p);
	return t;
}

static bool depart(struct trip *t)
{
	struct pooled *p = t->pooled;
	const struct near *near = near_find(&p->nears, &t->entry->partner);

	if (!p->in_doubt) { /* else what this edge remembers of its share would be given away to nobody */
		merge_first(p, &t->entry->partner);
		if (t->entry->has_provider)
			merge_first(p, &t->entry->provider);
	}
	if (near && near->newcomer_until_us > t->begun_us)
		charge_common(t);
	ask(t);
	return go(t);
}

/* --- one asks for all --- */

static void park(struct near *near, struct trip *t)
{
	if (!near->parked)
		near->last_parked = &near->parked;
	*near->last_parked = t;
	near->last_parked = &t->next;
	near->parked_count++;
}

/* Redis is in no hurry: whoever has waited for half of the deadline is not sent there any more. */
static bool is_late(const struct trip *t)
{
	return pooled_now(t->pooled) - t->begun_us > t->pooled->conf.timeout_us / 2;
}

/* What the probe heard is remembered, or is no refusal: then all go. */
static void unpark(struct near *near)
{
	struct trip *t, *list;
	struct reading seen;

	if (!near)
		return;
	list = near->parked;
	near->probing = false;
	near->parked = NULL;
	near->parked_count = 0;
	while ((t = list)) {
		list = t->next;
		if (near_refuses(near, pooled_now(t->pooled), &seen))
			answer(t, &seen);
		else if (t->pooled->state != POOL_JOINED || is_late(t) || !depart(t))
			decide_here(t);
	}
}

/* True: the trip has begun, or waits for one that has. */
static bool start(struct near *near, struct trip *t)
{
	bool ordinary = near && !t->demand.ends_call;

	if (ordinary && near->probing && near->parked_count < PARKED_MOST) {
		park(near, t);
		return true;
	}
	if (ordinary && !near->probing && near_was_refused(near, t->begun_us)) {
		near->probing = true;
		t->probe = near;
	}
	if (depart(t))
		return true;
	if (t->probe)
		near->probing = false;
	return false;
}

bool trip_measure(struct pooled *p, const struct entry *entry, const struct demand *demand, store_measured_fn *then, void *arg)
{
	struct near *near = near_find(&p->nears, &entry->partner);
	struct reading seen;
	struct trip *t;

	if (near && !demand->ends_call && near_refuses(near, pooled_now(p), &seen)) {
		then(arg, &seen);
		return true;
	}
	if (p->state == POOL_JOINED && redis_is_up(p->link)) {
		t = trip_new(p, entry, demand, then, arg);
		if (start(near, t))
			return false;
		trip_free(t);
	}
	measure_here(p, entry, demand, then, arg);
	return true;
}
