/* A walk over what the embedded store knows: rows of the table, then those of whom only a profile is left. */
#include <stdlib.h>

#include "../policy/alloc.h"
#include "memory.h"

/* Measured, rounded up, as in memory.c: a clock would make no two walks alike. */
#define PAGE_NS   400000 /* that a page may take */
#define LOOK_NS   300
#define TELL_NS   2500   /* with what a report does with it */
#define TARGET_NS 2

struct memory_walk {
	struct store_walk walk;       /* the first */
	struct memory *memory;        /* borrowed */
	const struct store_wish *wish; /* borrowed */
	struct partners_walk rows;
	size_t named;                 /* so many were looked for */
	uint32_t profile;             /* the next place */
	int64_t now_us;               /* of this page */
};

/* --- one of them --- */

static void describe_holds(const struct memory *m, struct row *row, int64_t now_us, struct store_row *out)
{
	struct record *r = &row->record;
	bool watched = r->watched && now_us < r->watched_until_us;

	out->class = memory_class(row, watched, r->standing.suspicious);
	if (watched) {
		out->since_us = r->watched_since_us;
		out->until_us = r->watched_until_us;
	} else if (r->standing.suspicious) {
		out->since_us = r->standing.since_us;
		out->until_us = r->standing.until_us;
	}
	if (!r->watched)
		contacts_expire(&r->contacts, now_us - m->limits.watch_window_us);
	out->distinct_uris = r->contacts.count;
	standing_counts(&r->standing, &m->limits, now_us, &out->successes, &out->failures);
}

static void describe(struct memory_walk *w, struct row *row, struct store_row *out)
{
	describe_holds(w->memory, row, w->now_us, out);
	out->seen_us = row->last_us;
	out->tenants = row->tenants;
	for (int i = 0; i < COUNTED; i++)
		out->counts.verdicts[i] = row->verdicts[i];
}

static void describe_rate(const struct memory_walk *w, const struct row *row, struct store_row *out)
{
	struct rate usual = w->wish->rate_of(w->wish->arg, &out->partner, false);

	out->rate = out->class == CLASS_SUSPICIOUS ? w->wish->rate_of(w->wish->arg, &out->partner, true) : usual;
	if (!usual.count)
		return;
	out->period_us = usual.period_us;
	if (row)
		out->rate_now = window_used(&row->record.window, &usual, w->now_us);
}

static bool is_wanted(const struct memory_walk *w, const struct row *row, const struct profile *profile)
{
	const struct store_wish *wish = w->wish;
	int64_t since_us = w->now_us - wish->lately_us;

	switch (wish->part) {
	case STORE_RESTRICTED:
		return (row && row_is_restricted(row)) || (profile && profile_is_limited(profile, w->now_us));
	case STORE_SEEN:
		return (row && row->last_us >= since_us) || (profile && profile->seen_us >= since_us);
	case STORE_NAMED:
		break;
	}
	return row || profile;
}

/* Returns about how many nanoseconds it took. */
static int64_t look_at(struct memory_walk *w, struct row *row, const struct profile *profile)
{
	const struct store_wish *wish = w->wish;
	const char *key = row ? row->key : profile ? profile->key : "";
	struct store_row out = { .class = key[0] == 'a' ? CLASS_ALLOWED : CLASS_DISCOVERED };

	if (!is_wanted(w, row, profile) || !partner_from_key(&out.partner, key, row ? row->key_length : profile->key_length))
		return LOOK_NS;
	if (wish->wanted && !wish->wanted(wish->arg, &out.partner))
		return TELL_NS;
	if (row)
		describe(w, row, &out);
	if (profile)
		profile_describe(profile, w->now_us, &out);
	describe_rate(w, row, &out);
	wish->row(wish->arg, &out);
	return TELL_NS + (row ? (int64_t)row->record.contacts.count * TARGET_NS : 0);
}

/* --- the next of them --- */

static int64_t look_for(struct memory_walk *w, const struct partner *partner)
{
	char key[PARTNER_KEY_MAX];
	size_t length = partner_key(partner, key);

	return look_at(w, partners_find(&w->memory->table, key, length), profiles_find(&w->memory->profiles, key, length));
}

static int64_t look_at_row(struct memory_walk *w, struct row *row)
{
	return look_at(w, row, profiles_find(&w->memory->profiles, row->key, row->key_length));
}

/* Those with a row have come. */
static int64_t look_at_profile(struct memory_walk *w, const struct profile *profile)
{
	if (!profile || partners_find(&w->memory->table, profile->key, profile->key_length))
		return LOOK_NS;
	return look_at(w, NULL, profile);
}

/* False: that was all. */
static bool look_on(struct memory_walk *w, int64_t *cost_ns)
{
	struct memory *m = w->memory;
	struct row *row;

	if (w->wish->part == STORE_NAMED) {
		if (w->named == w->wish->named_count)
			return false;
		*cost_ns += look_for(w, &w->wish->named[w->named++]);
	} else if ((row = partners_walk_next(&m->table, &w->rows))) {
		*cost_ns += look_at_row(w, row);
	} else if (w->profile < m->profiles.places) {
		*cost_ns += look_at_profile(w, m->profiles.all[w->profile++]);
	} else {
		return false;
	}
	return true;
}

static void next(struct store_walk *walk)
{
	struct memory_walk *w = (struct memory_walk *)walk;
	struct store_page page = { 0 };
	int64_t cost_ns = 0;

	w->now_us = memory_now(w->memory);
	while (cost_ns < PAGE_NS && !page.last)
		page.last = !look_on(w, &cost_ns);
	w->wish->page(w->wish->arg, &page);
}

static void end(struct store_walk *walk)
{
	struct memory_walk *w = (struct memory_walk *)walk;

	partners_walk_end(&w->memory->table, &w->rows);
	free(w);
}

struct store_walk *memory_walk(struct store *store, const struct store_wish *wish)
{
	struct memory_walk *w = alloc_zero(1, sizeof *w);

	w->walk = (struct store_walk){ next, end };
	w->memory = (struct memory *)store; /* its first member */
	w->wish = wish;
	partners_walk_begin(&w->memory->table, &w->rows);
	return &w->walk;
}
