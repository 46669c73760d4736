/* The inside of the embedded store: who is charged for a message, how time goes
 * by for rows, and the one place where a change of a restriction is kept and told. */
#ifndef GATEWAY_MEMORY_H
#define GATEWAY_MEMORY_H

#include "keeper.h"
#include "profile.h"

struct memory {
	struct store store;
	struct partners table;
	struct profiles profiles;
	struct limits limits;
	unsigned max_partners;
	uint32_t hand;         /* the row that is looked at next */
	uint32_t counting[CLASSES]; /* of this round, up to there */
	int64_t (*monotonic_us)(void);
	int64_t (*wall_us)(void);    /* NULL as monotonic_us is, where the time is told */
	const int64_t *told_us; /* borrowed; the time stands here, and no clock is asked; NULL: one is */
	struct orders *orders; /* owned: store.orders */
	struct keeper *keeper; /* owned; NULL: nothing is kept */
};

/* The restrictions of a row, to see whether they change. */
struct hold {
	bool watched, suspicious;
	int64_t watched_until_us, suspicious_until_us;
};

int64_t memory_now(const struct memory *);

struct hold memory_hold(const struct row *);
enum class memory_class(const struct row *, bool watched, bool suspicious);

enum cause { CAUSE_MESSAGE, CAUSE_OTHER, CAUSE_RELEASE };

/* Every change of a restriction comes by here: it is kept at once. What a
 * message begins is in its reading, the rest the owner is told. True: there was one. */
bool memory_settle(struct memory *, const struct row *, const struct hold *before, enum cause);

/* Time goes by for the next row. Returns about how many nanoseconds that took. */
int64_t memory_look(struct memory *, int64_t now_us);

struct row *memory_find(const struct memory *, const struct partner *); /* NULL: not known */

/* Known, or made known where there is room; NULL: nobody, or none. */
struct row *memory_take_in(struct memory *, const struct partner *, int64_t now_us);

/* memory_walk.c */
struct store_walk *memory_walk(struct store *, const struct store_wish *);

/* The rows of an entry. */
struct pair {
	struct row *own, *provider; /* own NULL: nobody is to be charged; provider NULL: none */
	bool common;                /* own is that of partner_common */
};

/* The rows of an entry as they are now: not known is NULL, and nobody becomes so. Is it who would be charged? Without
 * looking whether time has made room. */
struct pair memory_peek_rows(const struct memory *, const struct entry *);

struct pair memory_charge(struct memory *, const struct entry *, int64_t now_us);

#endif
