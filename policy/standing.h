/* How the internal side answered a partner's requests: successes and failures
 * in slots of a thirtieth of the window, and the class that follows (product.md 2, Suspicion).
 * standing.lua is to be the twin. */
#ifndef POLICY_STANDING_H
#define POLICY_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "ruleset.h"

enum outcome { OUTCOME_NEUTRAL, OUTCOME_SUCCESS, OUTCOME_FAILURE, OUTCOMES };

/* What a final status says: 2xx, 3xx success; 4xx, 6xx failure; the neutral
 * ones of product.md and 5xx neutral. */
enum outcome outcome_of_status(int status);
const char *outcome_token(enum outcome); /* "neutral", "success", "failure" */

struct tally;

struct standing {
	struct tally *slots;      /* owned; oldest first; only slots that hold something */
	uint32_t count, room;
	bool suspicious;
	int64_t since_us;         /* when it became suspicious */
	int64_t until_us;         /* not before this, and not before the share is low */
};

void standing_init(struct standing *);
void standing_clear(struct standing *);
void standing_copy(struct standing *out, const struct standing *); /* `out` is not initialised yet */

/* Counts one answer; true when the partner has become suspicious by it. */
bool standing_record(struct standing *, const struct limits *, enum outcome, int64_t now_us);

/* Looks again at time `now`; true when it has stopped being suspicious. Frees
 * slots that have left the window. */
bool standing_review(struct standing *, const struct limits *, int64_t now_us);

/* When standing_review would say so if no more answers came: now or later. */
int64_t standing_calm_at(const struct standing *, const struct limits *, int64_t now_us);

/* Counts inside the window now. */
void standing_counts(const struct standing *, const struct limits *, int64_t now_us,
    uint32_t *successes, uint32_t *failures);

/* Forgets answers and suspicion: an operator released the partner. */
void standing_release(struct standing *);

/* Walks the slots for the snapshot: start with *at = 0; false at the end; time_us is a
 * time inside the slot. standing_restore counts such a slot again. */
bool standing_next(const struct standing *, uint32_t *at, int64_t *time_us, uint32_t *successes, uint32_t *failures);
void standing_restore(struct standing *, const struct limits *, int64_t time_us, uint32_t successes, uint32_t failures);

#endif
