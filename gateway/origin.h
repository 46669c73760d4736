/* The organisations that have connections here, by the name their certificate
 * proves: who shares a queue, whose connection takes a request back. Inside peers are one
 * organisation without a name. */
#ifndef GATEWAY_ORIGIN_H
#define GATEWAY_ORIGIN_H

#include "../policy/siphash.h"
#include "quota.h"
#include "../policy/domain.h"

struct link;

/* What it has asked of DNS; allowance.c's. */
struct asking {
	unsigned in_flight;
	int64_t whole_us;           /* when all that was spent has come back; 0: nothing was */
	struct origin *next, **back; /* of those who have spent; back NULL: is none */
};

#define ORIGIN_UNPROVEN "-" /* of all partners whose certificates name no organisation */

struct origin {
	char *name;                 /* owned; "" for the inside */
	size_t references;
	struct link *links;         /* open ones, the one used last first */
	size_t link_count;
	struct share pending, held, queued;
	struct asking asking;
	struct origin *next;        /* in its bucket */
};

#define ORIGIN_BUCKETS 4096

struct origins {
	struct siphash_key key;
	struct origin *bucket[ORIGIN_BUCKETS];
};

/* The organisation of that name, made when it is new; one reference. */
struct origin *origin_ref(struct origins *, const char *name);
struct origin *origin_find(struct origins *, const char *name); /* NULL: none; borrowed */
void origin_hold(struct origin *);
void origin_unref(struct origins *, struct origin *);

#endif
