/* What this edge learned by itself is written to the pool's store: of a partner in parts, a few at a time,
 * each until it is known to be taken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "pooled.h"

#define MERGES_MOST  64    /* on their way at a time */
#define PART_MOST    256   /* targets of one, and answers, and slots: it takes Redis some milliseconds */
#define OCTETS_MOST  8192  /* in all on their way: what else is asked meanwhile is not late for it */
#define PASS_MOST    10000 /* rows looked at in one turn */

/* Sent until it is known to be taken: the epoch makes it count once. */
struct merge {
	struct merge *next;          /* of those that wait: they have not been sent, or may not have arrived */
	struct pooled *pooled;
	struct partner partner;
	struct limits limits;
	char *octets;                /* owned: targets, answers, slots */
	size_t size;
	unsigned long number;        /* its epoch's; 0: none */
	char epoch[64];
	int64_t made_us;             /* the ages in it are of then */
	struct script_merge script;
	bool first;                  /* of the parts of what was learned of a partner */
	bool by_text;
	struct script_call call;
};

static void merge_free(struct merge *m)
{
	free(m->octets);
	free(m);
}

/* In the order of their epochs. */
static void keep_for_later(struct pooled *p, struct merge *m)
{
	struct merge **link = &p->untaken;

	while (*link && (*link)->number < m->number)
		link = &(*link)->next;
	m->by_text = false;
	m->next = *link;
	*link = m;
}

static void name_epoch(struct pooled *p, struct merge *m)
{
	m->number = ++p->epochs;
	snprintf(m->epoch, sizeof m->epoch, "%s.%lu", pool_instance(p->pool), m->number);
}

/* Trouble of the whole server: this one was not taken, whatever has come after it. */
static bool is_for_later(struct pooled *p, struct merge *m, const redisReply *reply)
{
	const struct redis_error *row = reply ? redis_error_of(reply) : NULL;

	if (!m->number || (reply && !(row && row->server)))
		return false;
	if (reply)
		name_epoch(p, m);
	return true;
}

static void on_merged(void *arg, const redisReply *reply)
{
	struct merge *m = arg;
	struct pooled *p = m->pooled;
	struct script_standing got;

	if (reply && !m->by_text && pooled_again(&m->call, reply)) {
		m->by_text = true;
		if (pooled_send(p, &m->call, on_merged, m))
			return;
		reply = NULL;
	} else if (reply && script_read_outcome(&got, reply)) {
		p->merged += m->first;
		pooled_mirror(p, &m->partner, &got.own, got.now_us);
		held_add(p, &m->partner, &got.own, got.now_us);
	} else if (reply) {
		pooled_wrong_reply(p, &m->partner, reply);
	}
	p->merging--;
	p->merging_size -= m->size;
	if (is_for_later(p, m, reply))
		keep_for_later(p, m);
	else
		merge_free(m);
	merge_more(p);
}

static int64_t age(int64_t now_us, int64_t time_us)
{
	return time_us ? now_us - time_us : 0;
}

static bool go(struct merge *m)
{
	struct pooled *p = m->pooled;

	m->script.late_us = pooled_now(p) - m->made_us;
	script_merge(&m->call, p->house.edge, &m->partner, &m->limits, &m->script, -1);
	if (pooled_send(p, &m->call, on_merged, m)) {
		p->merging++;
		p->merging_size += m->size;
		return true;
	}
	if (m->number)
		keep_for_later(p, m);
	else
		merge_free(m);
	return false;
}

static struct merge *merge_new(struct pooled *p, const struct partner *partner)
{
	struct merge *m = alloc_zero(1, sizeof *m);

	m->pooled = p;
	m->partner = *partner;
	m->limits = *apart_limits(p->apart, partner, &p->limits);
	m->made_us = pooled_now(p);
	m->script = (struct script_merge){ .targets = "", .answers = "", .slots = "", .epoch = m->epoch };
	return m;
}

/* So many of these, each of so many octets, from a place on. */
static const char *take_part(struct merge *m, const char *all, size_t size, size_t each, size_t part, size_t *out_size)
{
	size_t from = part * PART_MOST * each, left = size > from ? size - from : 0;
	char *to = m->octets + m->size;

	*out_size = left < PART_MOST * each ? left : PART_MOST * each;
	if (*out_size)
		memcpy(to, all + from, *out_size);
	m->size += *out_size;
	return to;
}

/* False: there is no such part. */
static bool merge_fill(struct merge *m, const struct learned *l, size_t part)
{
	m->octets = alloc_zero(3 * PART_MOST, 16);
	m->script.targets = take_part(m, l->targets, l->targets_size, 16, part, &m->script.targets_size);
	m->script.answers = take_part(m, l->answers, l->answers_size, 16, part, &m->script.answers_size);
	m->script.slots = take_part(m, l->slots, l->slots_size, 8, part, &m->script.slots_size);
	if (!m->size)
		return false;
	name_epoch(m->pooled, m);
	return true;
}

/* What was learned is the merge's from here on; of very much the rest waits. */
static void merge_send(struct pooled *p, const struct partner *partner)
{
	struct merge *m = merge_new(p, partner);
	const struct restriction *r;
	int64_t now_us = m->made_us;
	struct learned learned;

	apart_learned(p->apart, partner, &learned);
	apart_forget(p->apart, partner);
	r = &learned.restriction;
	m->script.hold = (struct script_hold){
		.watched_since_us = age(now_us, r->watched_since_us), .watched_until_us = -age(now_us, r->watched_until_us),
		.suspicious_since_us = age(now_us, r->suspicious_since_us), .suspicious_until_us = -age(now_us, r->suspicious_until_us),
	};
	m->first = merge_fill(m, &learned, 0);
	go(m);
	for (size_t part = 1; merge_fill(m = merge_new(p, partner), &learned, part); part++)
		keep_for_later(p, m);
	merge_free(m);
	learned_clear(&learned);
}

void merge_clear(struct pooled *p)
{
	struct merge *m;

	while ((m = p->untaken)) {
		p->untaken = m->next;
		merge_free(m);
	}
}

static bool has_room(const struct pooled *p)
{
	return p->merging < MERGES_MOST && p->merging_size < OCTETS_MOST;
}

void merge_more(struct pooled *p)
{
	struct partner partner;
	struct merge *m;

	if (p->state != POOL_JOINED || !redis_is_up(p->link))
		return;
	while ((m = p->untaken) && has_room(p)) {
		p->untaken = m->next;
		if (!go(m))
			return;
	}
	while (!p->untaken && has_room(p) && apart_next(p->apart, &p->merge_at, PASS_MOST, &partner))
		merge_send(p, &partner);
	if (!p->merge_at && !p->merging && !p->untaken && p->merged) {
		pooled_say(p, "redis: what this edge learned of %" PRIu64 " partners by itself is merged", p->merged);
		p->merged = 0;
	}
	held_more(p);
}

/* Restrictions that began before are not brought back, and those of the pool end. */
void merge_release(struct pooled *p, const struct partner *partner, int64_t age_us)
{
	struct merge *m = merge_new(p, partner);

	m->script.hold.released_us = age_us;
	go(m);
}

/* Where nothing is learned and nothing held here, a merge only asks. */
void merge_ask(struct pooled *p, const struct partner *partner)
{
	merge_send(p, partner);
}

/* What waits of this partner goes before the others: and in its order. */
static void send_waiting(struct pooled *p, const struct partner *partner)
{
	struct merge **link = &p->untaken, *m;

	while ((m = *link)) {
		if (!partner_same(&m->partner, partner)) {
			link = &m->next;
			continue;
		}
		*link = m->next;
		if (!go(m))
			return;
	}
}

void merge_first(struct pooled *p, const struct partner *partner)
{
	send_waiting(p, partner);
	if ((p->merge_at || p->merging) && apart_has_learned(p->apart, partner))
		merge_send(p, partner);
}
