/* The last refusals, for who asks why: `partner NAME` and `explain --call-id`. The
 * ledger notes the first of each fold; 16 of a partner and 1,000 of an edge are kept, whatever
 * strangers send. Other edges of a pool are told in the store's one-second batch (recall.c). */
#ifndef GATEWAY_REFUSALS_H
#define GATEWAY_REFUSALS_H

#include "refused.h"

#define REFUSALS_MOST 1000
#define REFUSALS_OF_ONE 16

struct refusals;
struct store;

struct refusals *refusals_new(const char *edge);
void refusals_free(struct refusals *); /* NULL is fine */

/* Keeps a copy; edge and time are filled in here. The oldest of its partner gives way, or the oldest of all. */
void refusals_note(struct refusals *, const struct refused *);

/* --- asking --- */

/* The newest first, no two the same. */
struct refusals_found {
	struct refused list[REFUSALS_OF_ONE];
	size_t count;
	bool whole;                /* false: the pool's store is away, only this edge's are here */
};
/* Adds one, if it is among the newest. */
void refusals_add(struct refusals_found *, const struct refused *);

typedef void refusals_found_fn(void *arg, const struct refusals_found *);

/* Those of a partner (partner_text), or of a Call-ID, over the pool. Calls back exactly once, perhaps before it
 * returns; `arg` must be there until then. `text` is copied. */
void refusals_find(struct refusals *, struct store *, enum refused_by, const char *text, refusals_found_fn *, void *arg);

/* --- telling the pool: for the store --- */

/* One that has not been told: its place, below REFUSALS_MOST, and itself; it counts as told from now on. False: none. */
bool refusals_next_untold(struct refusals *, unsigned *place, const struct refused **);
/* All are to be told (again): whom they were told to has forgotten, or never heard. */
void refusals_untell(struct refusals *);

#endif
