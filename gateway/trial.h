/* Two laws over the same requests: what each said, and where they differ, by partner and reason. Bounded: the
 * partners that come when there is no room for more rows share theirs. A plain count: nothing is judged here. */
#ifndef GATEWAY_TRIAL_H
#define GATEWAY_TRIAL_H

#include <jansson.h>
#include <stdio.h>

#include "../policy/judge.h"

/* What a law says of one request. */
struct ruling {
	enum reason reason;
	bool waived;          /* observed: it is forwarded all the same */
};

/* Forwarded, now or at its slot. */
bool ruling_lets_through(struct ruling);

struct trial_row {
	char *partner;        /* owned */
	struct ruling law, candidate;
	struct place rule;    /* the candidate's line that decided first; its file is the law's */
	uint64_t count;
};

struct trial {
	uint64_t judged, same, newly_refused, newly_let_through;
	uint64_t law[REASONS][2], candidate[REASONS][2]; /* [1]: waived */
	struct trial_row *rows; /* owned */
	size_t count, room;
	size_t *places;       /* owned: of the rows, from 1, by hash; 0: free */
};

void trial_init(struct trial *, size_t rows);
void trial_clear(struct trial *);

void trial_note(struct trial *, const char *partner, struct ruling law, struct ruling candidate, struct place rule);

/* Adds judged, same, newly_refused, newly_let_through, totals and partners, worst first. */
void trial_describe(const struct trial *, json_t *object);

/* The same for people, from such an object. */
void trial_print(FILE *, const json_t *object);

#endif
