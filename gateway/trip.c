/* One message's trip to Redis: at most one there and back, or none where the
 * answer is known here; and decided here where Redis is late or gone. */
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "pooled.h"

#define NEWCOMER_US   INT64_C(10000000) /* how long one that found no room is charged as a newcomer */
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
	struct script_call call;
};

static void trip_free(struct trip *t)
{
	free(t->common);
	free(t);
}

/* The last thing that a trip does. */
static void answer(struct trip *t, const struct reading *seen)
{
	store_measured_fn *then = t->then;
	void *arg = t->arg;

	trip_free(t);
	then(arg, seen);
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
	apart_measure(p->apart, entry, demand, pooled_edges(p), then, arg);
}

static void decide_here(struct trip *t)
{
	const struct entry *entry = t->entry;
	struct demand demand = t->demand;
	struct pooled *p = t->pooled;
	store_measured_fn *then = t->then;
	void *arg = t->arg;

	trip_free(t);
	p->merge_at = UINT32_MAX; /* what this teaches is merged soon */
	measure_here(p, entry, &demand, then, arg);
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

static void remember_slot(struct trip *t, const struct reading *seen, int64_t now_us)
{
	struct near *near = seen->wait_us ? near_use(&t->pooled->nears, &t->entry->partner, now_us) : NULL;

	if (near && seen->slot_us > near->ahead_us)
		near->ahead_us = seen->slot_us;
}

static void settle(struct trip *t, struct script_reading *got)
{
	int64_t now_us = pooled_now(t->pooled);
	struct reading *seen = &got->seen;

	pooled_clock(t->pooled, got->now_us, t->sent_us);
	if (seen->refused_until_us)
		seen->refused_until_us += now_us - got->now_us;
	seen->slot_us -= t->pooled->redis_ahead_us;
	seen->common = got->shared || t->common;
	mirror(t, got);
	tell_ended(t, got);
	if (seen->admitted)
		remember_slot(t, seen, now_us);
	else if (!t->demand.ends_call)
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
	return t;
}

static bool start(struct pooled *p, const struct entry *entry, const struct demand *demand, bool newcomer,
    store_measured_fn *then, void *arg)
{
	struct trip *t = trip_new(p, entry, demand, then, arg);

	merge_first(p, &entry->partner);
	if (entry->has_provider)
		merge_first(p, &entry->provider);
	if (newcomer)
		charge_common(t);
	ask(t);
	if (go(t))
		return true;
	trip_free(t);
	return false;
}

bool trip_measure(struct pooled *p, const struct entry *entry, const struct demand *demand, store_measured_fn *then, void *arg)
{
	int64_t now_us = pooled_now(p);
	struct near *near = near_find(&p->nears, &entry->partner);
	struct reading seen;

	if (near && !demand->ends_call && near_refuses(near, now_us, &seen)) {
		then(arg, &seen);
		return true;
	}
	if (p->state == POOL_JOINED && redis_is_up(p->link) && start(p, entry, demand, near && near->newcomer_until_us > now_us, then, arg))
		return false;
	measure_here(p, entry, demand, then, arg);
	return true;
}
