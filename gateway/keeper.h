/* What the embedded store knows, kept over a restart. FILE.journal gets each
 * change of a restriction, and each decision of an operator, at once, by one write; FILE, the snapshot, gets everything at a clean
 * stop and now and then, by a forked child. The message path waits for no disk: what cannot be
 * written is said once, counted, and written anew when the disk takes it again. One daemon
 * at a time has the files (FILE.lock); another one works without and takes over later. */
#ifndef GATEWAY_KEEPER_H
#define GATEWAY_KEEPER_H

#include "../policy/orders.h"
#include "partners.h"

struct keeper;

/* What the keeper works for; all borrowed. */
struct keeper_house {
	struct partners *table;
	struct orders *orders;
	const struct limits *limits;
	const unsigned *max_strangers;
	struct siphash_key *target_key; /* the one in the file goes before this one */
	int64_t (*monotonic_us)(void);
	int64_t (*wall_us)(void);
};

/* Reads what there is. */
struct keeper *keeper_new(const char *file, const struct keeper_house *);

/* An operator's decision was put into the table of them. */
void keeper_note_order(struct keeper *, const struct order *);

/* A restriction of the row has changed. */
void keeper_note(struct keeper *, const struct row *, bool released);

/* Something else has changed: the snapshot is no longer up to date. */
void keeper_touch(struct keeper *);

/* True: the files, which somebody else had at first, were read now. */
bool keeper_tick(struct keeper *, int64_t now_us);

/* Is everything written that should be? Else why not ("" when it is). */
const char *keeper_trouble(const struct keeper *);
uint64_t keeper_unkept(const struct keeper *); /* changes that did not reach the journal when they came */

/* Writes everything, frees. */
void keeper_close(struct keeper *);

#endif
