#include "worst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define SEATS_EACH 4
#define SEATS_LEAST 64
#define PLACES 8

struct worst_seat {
	char who[PARTNER_TEXT_MAX]; /* "": free */
	uint64_t refused;
};

void worst_init(struct worst *w, const struct siphash_key *key)
{
	*w = (struct worst) { .key = *key };
}

void worst_clear(struct worst *w)
{
	free(w->seats);
	w->seats = NULL;
	w->size = 0;
	w->most = 0;
}

void worst_resize(struct worst *w, unsigned most)
{
	if (most == w->most)
		return;
	worst_clear(w);
	w->most = most;
	if (!most)
		return;
	w->size = (size_t)most * SEATS_EACH > SEATS_LEAST ? (size_t)most * SEATS_EACH : SEATS_LEAST;
	w->seats = alloc_zero(w->size, sizeof *w->seats);
}

void worst_add(struct worst *w, const char *who)
{
	struct worst_seat *fewest = NULL;
	size_t hash;

	if (!w->most)
		return;
	hash = (size_t)siphash(&w->key, who, strlen(who));
	for (size_t i = 0; i < PLACES; i++) {
		struct worst_seat *s = &w->seats[(hash + i) % w->size];

		if (strcmp(s->who, who) == 0) {
			s->refused++;
			return;
		}
		if (!fewest || s->refused < fewest->refused)
			fewest = s;
	}
	snprintf(fewest->who, sizeof fewest->who, "%s", who);
	fewest->refused = 1;
}

/* The most first; free seats have none. */
static int by_refused(const void *a, const void *b)
{
	const struct worst_seat *const *left = a, *const *right = b;

	return ((*left)->refused < (*right)->refused) - ((*left)->refused > (*right)->refused);
}

void worst_list(const struct worst *w, void (*each)(void *, const char *, uint64_t), void *arg)
{
	const struct worst_seat **order = alloc_zero(w->size + 1, sizeof *order);

	for (size_t i = 0; i < w->size; i++)
		order[i] = &w->seats[i];
	qsort(order, w->size, sizeof *order, by_refused);
	for (size_t i = 0; i < w->size && i < w->most && order[i]->refused; i++)
		each(arg, order[i]->who, order[i]->refused);
	free(order);
}
