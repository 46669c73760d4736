#include "refusals.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../policy/alloc.h"
#include "../policy/siphash.h"
#include "store.h"

struct refusals {
	const char *edge;                    /* borrowed */
	struct siphash_key key;
	uint64_t number;                     /* of the last one; from 1 */
	uint64_t numbers[REFUSALS_MOST];     /* 0: the place is free */
	uint64_t partners[REFUSALS_MOST];    /* hashes: two partners that share one share sixteen places */
	struct refused *kept[REFUSALS_MOST]; /* owned; made when a place is first used */
	bool untold[REFUSALS_MOST];
	unsigned untold_count, next_untold;
};

struct refusals *refusals_new(const char *edge)
{
	struct refusals *r = alloc_zero(1, sizeof *r);

	r->edge = edge;
	if (getrandom(r->key.octets, sizeof r->key.octets, 0) != (ssize_t)sizeof r->key.octets)
		abort(); /* cannot be: so few octets are given whole, or the kernel has none */
	return r;
}

void refusals_free(struct refusals *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < REFUSALS_MOST; i++)
		free(r->kept[i]);
	free(r);
}

/* --- keeping --- */

/* The oldest of a partner that has its share, else the oldest of all: a free one before any. */
static unsigned place_for(const struct refusals *r, uint64_t partner)
{
	unsigned oldest = 0, oldest_own = 0, own = 0;

	for (unsigned i = 0; i < REFUSALS_MOST; i++) {
		if (r->numbers[i] < r->numbers[oldest])
			oldest = i;
		if (!r->numbers[i] || r->partners[i] != partner)
			continue;
		if (!own++ || r->numbers[i] < r->numbers[oldest_own])
			oldest_own = i;
	}
	return own < REFUSALS_OF_ONE ? oldest : oldest_own;
}

void refusals_note(struct refusals *r, const struct refused *refused)
{
	uint64_t partner = siphash(&r->key, refused->partner, strlen(refused->partner));
	unsigned place = place_for(r, partner);

	if (!r->kept[place])
		r->kept[place] = alloc_zero(1, sizeof **r->kept);
	*r->kept[place] = *refused;
	clock_text(clock_wall_us(), r->kept[place]->time);
	snprintf(r->kept[place]->edge, sizeof r->kept[place]->edge, "%s", r->edge);
	r->numbers[place] = ++r->number;
	r->partners[place] = partner;
	r->untold_count += !r->untold[place];
	r->untold[place] = true;
}

/* --- telling --- */

bool refusals_next_untold(struct refusals *r, unsigned *place, const struct refused **refused)
{
	if (!r->untold_count)
		return false;
	while (!r->untold[r->next_untold])
		r->next_untold = (r->next_untold + 1) % REFUSALS_MOST;
	*place = r->next_untold;
	*refused = r->kept[*place];
	r->untold[*place] = false;
	r->untold_count--;
	return true;
}

void refusals_untell(struct refusals *r)
{
	for (size_t i = 0; i < REFUSALS_MOST; i++) {
		r->untold_count += r->numbers[i] && !r->untold[i];
		r->untold[i] = r->numbers[i] != 0;
	}
}

/* --- asking --- */

void refusals_add(struct refusals_found *f, const struct refused *refused)
{
	size_t at = f->count;

	for (size_t i = 0; i < f->count; i++)
		if (refused_same(&f->list[i], refused))
			return;
	while (at > 0 && strcmp(f->list[at - 1].time, refused->time) < 0)
		at--;
	if (at == REFUSALS_OF_ONE)
		return;
	if (f->count < REFUSALS_OF_ONE)
		f->count++;
	memmove(&f->list[at + 1], &f->list[at], (f->count - 1 - at) * sizeof f->list[0]);
	f->list[at] = *refused;
}

struct search {
	struct refusals_found found;
	refusals_found_fn *then;
	void *arg;
};

static void on_recalled(void *arg, bool whole)
{
	struct search *s = arg;

	s->found.whole = whole;
	s->then(s->arg, &s->found);
	free(s);
}

static void look_here(const struct refusals *r, struct refusals_found *found, enum refused_by by, const char *text)
{
	for (size_t i = 0; i < REFUSALS_MOST; i++)
		if (r->numbers[i] && refused_is(r->kept[i], by, text))
			refusals_add(found, r->kept[i]);
}

void refusals_find(struct refusals *r, struct store *store, enum refused_by by, const char *text, refusals_found_fn *then, void *arg)
{
	struct search *s = alloc_zero(1, sizeof *s);

	s->then = then;
	s->arg = arg;
	look_here(r, &s->found, by, text);
	store->ops->recall(store, &s->found, by, text, on_recalled, s);
}
