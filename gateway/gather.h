/* A report gathered for a question to the console: a walk over partners, a page a turn, or as replies of a
 * pool's store come; then rows are written, a few a turn, while the reader takes them. */
#ifndef GATEWAY_GATHER_H
#define GATEWAY_GATHER_H

#include "report.h"
#include "talk.h"

/* The state of its talk, or the first member of that. */
struct gather {
	struct talk *talk;           /* borrowed */
	struct ruleset *law;         /* a reference: the one that the question came under */
	struct report *report;       /* owned */
	struct store_wish wish;      /* may be changed before gather_walk; without a change every row is taken */
	bool here;                   /* of a pool whose store is away: only this edge told */

	/* gather.c's own: */
	struct store_walk *walk;     /* owned; NULL: it is over */
	bool stepping, waiting;      /* within a step; the page has not come */
	void (*gathered)(struct gather *);
	void (*release)(void *state);
	json_t *(*row)(const struct gather *, const struct store_row *);
	size_t written;
};

/* `release` is that of talk_later: it calls gather_clear. */
void gather_init(struct gather *, struct talk *, enum store_part, enum report_order, size_t most, void (*release)(void *state));
void gather_clear(struct gather *);
/* Walks; then calls, with the report sorted. From the first call on the talk owns the state. */
void gather_walk(struct gather *, void (*gathered)(struct gather *));
/* Behind talk_begin: all rows of the report, and the end. */
void gather_write(struct gather *, json_t *(*row)(const struct gather *, const struct store_row *));

#endif
