/* What this edge remembers of a partner beside what limits it, for reports: the
 * certificate that it showed last, the domains that it spoke for, when a rate limited it. Bounded by number: of
 * those who gave no offence the one silent for longest gives way to the next, and so among those who did, so
 * that strangers without end push out none whom the report is about. Decides nothing. */
#ifndef GATEWAY_PROFILE_H
#define GATEWAY_PROFILE_H

#include "../policy/siphash.h"
#include "store.h"

#define PROFILES_MOST 5000 /* of each of the two kinds */

struct profile {
	struct profile *next;             /* in its bucket */
	struct profile *older, *newer;    /* of its kind: by the last visit, or by the last offence */
	uint32_t place;
	bool offender;
	bool observe;
	enum reason limited_by;           /* NONE: no rate did */
	int64_t seen_us, limited_since_us, limited_us;
	int64_t told_us;                  /* the pool, when; 0: not, or it has changed since */
	uint32_t verdicts[COUNTED];      /* counted here; these stay at their greatest value */
	char *subject, *issuer, *serial;  /* owned; NULL: not known */
	char *sources[STORE_SOURCES_MAX]; /* owned, the one used last first */
	size_t source_count, key_length;
	char key[];                       /* partner_key, ends with a NUL */
};

struct profiles {
	struct siphash_key key;
	struct profile **buckets;         /* owned */
	struct profile **all;             /* owned, as are they: each keeps its place; NULL: it is free */
	uint32_t places;                  /* used once */
	uint32_t *spare, spare_count;     /* owned: those free again */
	struct profile_line { struct profile *oldest, *newest; uint32_t count; } lines[2]; /* offenders are the second */
};

void profiles_init(struct profiles *, const struct siphash_key *);
void profiles_clear(struct profiles *);

struct profile *profiles_find(const struct profiles *, const char *key, size_t length); /* NULL: nothing is remembered */
/* A visit, of the provider of a tenant or of a partner itself. */
void profiles_note(struct profiles *, const char *key, size_t length, const struct entry *, const struct store_visit *,
    int64_t now_us);
void profiles_untell(struct profiles *); /* the pool has forgotten all */

/* Was it limited by a rate within STORE_LIMITED_US? */
bool profile_is_limited(const struct profile *, int64_t now_us);
/* What it adds to a row. */
void profile_describe(const struct profile *, int64_t now_us, struct store_row *out);

#endif
