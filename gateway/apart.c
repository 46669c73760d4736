#include "apart.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "memory.h"

/* The pool's store keeps a partner suspicious beyond its hold while it fails too often. We do
 * not see all its answers: what it says of such a one holds here for a while. */
#define STILL_SUSPICIOUS_US INT64_C(60000000)

struct apart {
	struct memory *memory; /* owned */
};

struct apart *apart_new(const char *state_file, const struct siphash_key *targets, unsigned max_partners,
    const struct limits *limits, int64_t (*monotonic_us)(void),
    void (*on_class)(void *, const struct partner *, enum class, enum class), void *arg)
{
	struct apart *a = alloc_zero(1, sizeof *a);

	a->memory = (struct memory *)store_memory_open(state_file, max_partners, limits, monotonic_us, clock_wall_us);
	apart_use_key(a, targets);
	a->memory->store.on_class = on_class;
	a->memory->store.on_class_arg = arg;
	return a;
}

struct store *apart_store(struct apart *a)
{
	return &a->memory->store;
}

void apart_free(struct apart *a)
{
	if (!a)
		return;
	a->memory->store.ops->close(&a->memory->store);
	free(a);
}

/* --- deciding --- */

static void take_share(struct limits *limits, unsigned edges)
{
	limits->rate = rate_share(&limits->rate, edges);
	limits->suspicious_rate = rate_share(&limits->suspicious_rate, edges);
}

/* Those whom the policy names have limits of their own, and are few: they are remembered, to be merged by. */
static void note_limits(struct apart *a, const struct partner *partner, const struct limits *limits)
{
	struct row *row;

	if (partner->kind != PARTNER_ALLOWED && partner->kind != PARTNER_PROVIDER)
		return;
	row = memory_take_in(a->memory, partner, a->memory->monotonic_us());
	if (!row->limits)
		row->limits = alloc_zero(1, sizeof *row->limits);
	*row->limits = *limits;
	row->limits->rate_place = row->limits->suspicious_place = row->limits->watch_place = (struct place){ 0 };
}

void apart_begin_behind(struct apart *a, const struct partner *partner, int64_t slot_us)
{
	struct row *row = memory_take_in(a->memory, partner, a->memory->monotonic_us());

	if (row)
		window_book(&row->record.window, slot_us, false);
}

void apart_measure(struct apart *a, const struct entry *entry, const struct demand *demand, unsigned edges,
    store_measured_fn *then, void *arg)
{
	struct entry share = *entry;

	take_share(&share.limits, edges);
	take_share(&share.provider_limits, edges);
	note_limits(a, &entry->partner, &entry->limits);
	if (entry->has_provider)
		note_limits(a, &entry->provider, &entry->provider_limits);
	a->memory->store.ops->measure(&a->memory->store, &share, demand, then, arg);
}

struct peeking {
	store_peeked_fn *then;
	void *arg;
};

static void on_peeked(void *arg, const struct glimpse *glimpse, bool apart)
{
	struct peeking *p = arg;

	(void)apart;
	p->then(p->arg, glimpse, true);
}

void apart_peek(struct apart *a, const struct entry *entry, const struct demand *demand, unsigned edges, store_peeked_fn *then, void *arg)
{
	struct entry share = *entry;
	struct peeking peeking = { then, arg };

	take_share(&share.limits, edges);
	take_share(&share.provider_limits, edges);
	a->memory->store.ops->peek(&a->memory->store, &share, demand, on_peeked, &peeking);
}

const struct limits *apart_limits(struct apart *a, const struct partner *partner, const struct limits *usual)
{
	struct row *row = memory_find(a->memory, partner);

	return row && row->limits ? row->limits : usual;
}

void apart_outcome(struct apart *a, const struct entry *entry, enum outcome outcome)
{
	a->memory->store.ops->outcome(&a->memory->store, entry, outcome);
}

struct profiles *apart_profiles(struct apart *a)
{
	return &a->memory->profiles;
}

/* --- mirroring --- */

static int64_t now_of(const struct apart *a)
{
	return a->memory->monotonic_us();
}

/* What this edge learned is not ended by a pool that does not know of it yet: only by its time, or by a
 * release that is newer. */
static bool outlasts(int64_t since_us, int64_t until_us, int64_t other_until_us, int64_t released_us, int64_t now_us)
{
	return since_us > released_us && until_us > now_us && until_us > other_until_us;
}

static void set_watched(struct record *r, const struct restriction *h, int64_t now_us)
{
	bool watched = h->watched_until_us > now_us;

	if (r->watched && outlasts(r->watched_since_us, r->watched_until_us, h->watched_until_us, h->released_us, now_us))
		return;
	if (r->watched && !watched)
		contacts_clear(&r->contacts);
	r->watched = watched;
	r->watched_since_us = watched ? h->watched_since_us : 0;
	r->watched_until_us = watched ? h->watched_until_us : 0;
}

/* What the pool said of one that is over says nothing of the next, which began later. */
static int64_t suspicious_until(const struct row *row)
{
	const struct standing *s = &row->record.standing;

	return row->told_us && s->since_us <= row->told_us ? row->told_us : s->until_us;
}

static void set_suspicious(struct row *row, const struct restriction *h, int64_t now_us)
{
	struct standing *s = &row->record.standing;
	int64_t least_us = now_us + STILL_SUSPICIOUS_US;

	if (s->suspicious && outlasts(s->since_us, suspicious_until(row), h->suspicious_until_us, h->released_us, now_us))
		return;
	s->suspicious = h->suspicious_since_us != 0;
	s->since_us = s->suspicious ? h->suspicious_since_us : 0;
	s->until_us = !s->suspicious ? 0 : h->suspicious_until_us > least_us ? h->suspicious_until_us : least_us;
	row->told_us = s->suspicious ? h->suspicious_until_us : 0;
}

void apart_mirror(struct apart *a, const struct partner *partner, const struct restriction *h)
{
	int64_t now_us = now_of(a);
	bool any = h->watched_until_us > now_us || h->suspicious_since_us;
	struct row *row = any ? memory_take_in(a->memory, partner, now_us) : memory_find(a->memory, partner);
	struct hold before;

	if (!row)
		return;
	before = memory_hold(row);
	set_watched(&row->record, h, now_us);
	set_suspicious(row, h, now_us);
	row->last_us = now_us;
	memory_settle(a->memory, row, &before, CAUSE_OTHER);
}

/* A suspicion goes on here for longer than the pool said, but that is nothing to tell the pool. */
static void read_restriction(const struct row *row, struct restriction *out)
{
	const struct record *r = &row->record;

	*out = (struct restriction){ 0 };
	if (r->watched) {
		out->watched_since_us = r->watched_since_us;
		out->watched_until_us = r->watched_until_us;
	}
	if (r->standing.suspicious) {
		out->suspicious_since_us = r->standing.since_us;
		out->suspicious_until_us = suspicious_until(row);
	}
}

bool apart_restriction(struct apart *a, const struct partner *partner, struct restriction *out)
{
	struct row *row = memory_find(a->memory, partner);

	*out = (struct restriction){ 0 };
	if (!row)
		return false;
	read_restriction(row, out);
	return row_is_restricted(row);
}

/* --- what was learned --- */

static bool has_learned(const struct row *row)
{
	const struct record *r = &row->record;

	return r->contacts.count || r->standing.count || r->window.count;
}

bool apart_has_learned(struct apart *a, const struct partner *partner)
{
	struct row *row = memory_find(a->memory, partner);

	return row && has_learned(row);
}

static char *put(char *to, uint64_t value, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		*to++ = (char)(value >> 8 * i & 0xff);
	return to;
}

static void pack_targets(const struct contacts *c, int64_t now_us, struct learned *out)
{
	uint32_t at = 0;
	uint64_t target;
	int64_t time_us;
	char *to = out->targets = alloc_zero(c->count + 1, 16);

	while (contacts_next(c, &at, &target, &time_us))
		to = put(put(to, target, 8), (uint64_t)(now_us - time_us), 8);
	out->targets_size = (size_t)(to - out->targets);
}

static void pack_answers(const struct standing *s, int64_t now_us, struct learned *out)
{
	uint32_t at = 0, successes, failures;
	int64_t time_us;
	char *to = out->answers = alloc_zero(s->count + 1, 16);

	while (standing_next(s, &at, &time_us, &successes, &failures))
		to = put(put(put(to, (uint64_t)(now_us - time_us), 8), successes, 4), failures, 4);
	out->answers_size = (size_t)(to - out->answers);
}

static void pack_slots(const struct window *w, int64_t now_us, struct learned *out)
{
	uint32_t at = 0;
	int64_t slot_us;
	bool ends_call;
	char *to = out->slots = alloc_zero(w->count + 1, 8);

	while (window_next(w, &at, &slot_us, &ends_call))
		to = put(to, (uint64_t)((now_us - slot_us) * 2 + ends_call), 8);
	out->slots_size = (size_t)(to - out->slots);
}

bool apart_learned(struct apart *a, const struct partner *partner, struct learned *out)
{
	struct row *row = memory_find(a->memory, partner);
	int64_t now_us = now_of(a);

	*out = (struct learned){ 0 };
	if (!row || (!has_learned(row) && !row_is_restricted(row)))
		return false;
	pack_targets(&row->record.contacts, now_us, out);
	pack_answers(&row->record.standing, now_us, out);
	pack_slots(&row->record.window, now_us, out);
	read_restriction(row, &out->restriction);
	return true;
}

void learned_clear(struct learned *l)
{
	free(l->targets);
	free(l->answers);
	free(l->slots);
	*l = (struct learned){ 0 };
}

void apart_forget(struct apart *a, const struct partner *partner)
{
	struct row *row = memory_find(a->memory, partner);
	struct standing held;
	struct record *r;

	if (!row)
		return;
	r = &row->record;
	held = r->standing;
	contacts_clear(&r->contacts);
	window_clear(&r->window);
	standing_clear(&r->standing);
	r->standing.suspicious = held.suspicious;
	r->standing.since_us = held.since_us;
	r->standing.until_us = held.until_us;
}

void apart_use_key(struct apart *a, const struct siphash_key *targets)
{
	struct siphash_key *key = &a->memory->store.target_key;

	if (memcmp(key, targets, sizeof *key) == 0)
		return;
	*key = *targets;
	for (uint32_t i = 0; i < a->memory->table.count; i++)
		contacts_clear(&a->memory->table.rows[i]->record.contacts);
}

bool apart_next(struct apart *a, uint32_t *at, uint32_t most, struct partner *out)
{
	const struct partners *p = &a->memory->table;

	if (*at > p->count)
		*at = p->count;
	while (*at > 0 && most-- > 0) {
		const struct row *row = p->rows[--*at];

		if ((has_learned(row) || row_is_restricted(row)) && partner_from_key(out, row->key, row->key_length))
			return true;
	}
	return false;
}
