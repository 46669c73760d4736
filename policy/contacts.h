/* The distinct targets that a partner has named inside the window: keyed
 * hashes with the time of their last naming. Exact and bounded. A few are a short array, many
 * an open-addressed table: a hundred thousand partners with ten targets are to fit 64 MB
 * in all. contacts.lua is to be the twin. */
#ifndef POLICY_CONTACTS_H
#define POLICY_CONTACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct contact; /* hash and time */

struct contacts {
	struct contact *table; /* owned; NULL: empty */
	uint32_t room, count;
};

void contacts_init(struct contacts *);
void contacts_clear(struct contacts *); /* empties, frees the memory */
void contacts_copy(struct contacts *out, const struct contacts *); /* `out` is not initialised yet */

/* Is the target in the set, named later than `since_us`? */
bool contacts_has(const struct contacts *, uint64_t target, int64_t since_us);

/* How many were named later than since_us; O(n), forgets the others. */
uint32_t contacts_expire(struct contacts *, int64_t since_us);

/* Adds it or makes its time newer. */
void contacts_add(struct contacts *, uint64_t target, int64_t now_us);

/* Walks all, in no order: start with *at = 0; false at the end. For the snapshot. */
bool contacts_next(const struct contacts *, uint32_t *at, uint64_t *target, int64_t *time_us);

#endif
