/* The table of partners that the embedded store knows: keys to rows. It grows a
 * few buckets at an addition, so that no message waits for a rehash. A provider's row tells
 * how many of its tenants are known. Owns the rows; decides nothing. */
#ifndef GATEWAY_PARTNERS_H
#define GATEWAY_PARTNERS_H

#include "../policy/admit.h"
#include "../policy/partner.h"
#include "../policy/reason.h"
#include "../policy/siphash.h"

/* A hundred thousand of them are to fit 64 MB with ten targets each. */
struct row {
	struct row *next;          /* in its bucket */
	uint32_t hash, place;
	uint32_t verdicts[COUNTED]; /* these stay at their greatest value */
	int64_t last_us;           /* its last message */
	int64_t period_us;         /* of the rate that its last message was measured by; 0: of none */
	uint32_t tenants;          /* of a provider: known now */
	uint16_t key_length;
	bool stranger;             /* a certificate or a From made it, not the policy: max-partners counts it */
	bool live, sure;           /* while files are read: known before; its restriction is the journal's */
	int64_t told_us;           /* of the same: until when it is suspicious by the pool's word; 0: by our own */
	struct limits *limits;     /* owned; of an edge of a pool by itself: its own, where they are not those of strangers */
	struct record record;
	char key[];                /* partner_key, ends with a NUL */
};

struct partners {
	struct row **rows;         /* owned, as are the rows: in no order, without gaps */
	uint32_t count, room;
	uint32_t strangers;
	struct row **buckets, **old; /* owned; old: those being moved to the new ones, or NULL */
	uint32_t size, old_size, moved;
	struct partners_walk *walks; /* borrowed: under way */
	struct siphash_key key;
};

/* One that goes through the table while it changes: each row that is there from begin to end comes exactly once,
 * one that is added meanwhile does not come. */
struct partners_walk {
	uint32_t left;             /* those below this place have not come yet */
	struct partners_walk *next;
};

void partners_init(struct partners *, const struct siphash_key *);
void partners_clear(struct partners *);
/* Of a table that nobody looks at again: gives back so many rows. True: all; partners_clear does the rest. */
bool partners_dissolve(struct partners *, uint32_t most);

/* NULL: not known. */
struct row *partners_find(const struct partners *, const char *key, size_t length);

/* Of one that is not known; a tenant's provider is added with it. */
struct row *partners_add(struct partners *, const char *key, size_t length, int64_t now_us);

void partners_walk_begin(struct partners *, struct partners_walk *);
struct row *partners_walk_next(const struct partners *, struct partners_walk *); /* NULL: that was all */
void partners_walk_end(struct partners *, struct partners_walk *);

/* Frees the row; others change their place, but only to one before it. */
void partners_remove(struct partners *, struct row *);

/* For how long its slots matter: a rate of its own may reach far back. */
int64_t row_keep_us(const struct row *, const struct limits *);

bool row_is_restricted(const struct row *);
uint32_t partners_restricted(const struct partners *); /* looks at all of them */

bool row_is_tenant(const struct row *); /* one of its own, not those beyond max-tenants */

#endif
