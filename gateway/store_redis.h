/* The pool's store: state in Redis, judged there by the Lua twins; this edge's own
 * share where Redis is late or gone (product.md section 3). */
#ifndef GATEWAY_STORE_REDIS_H
#define GATEWAY_STORE_REDIS_H

#include "conf.h"
#include "loop.h"
#include "resolve.h"
#include "store.h"
#include "stream.h"

/* What it needs; all borrowed, and outlives it, but for the two keys and the limits. */
struct store_redis_house {
	struct loop *loop;
	struct streams *streams;
	struct resolver *resolver;
	const struct redis_conf *conf;
	SSL_CTX *context;              /* NULL: plain */
	const char *edge, *address;    /* what other edges call us, where partners find us */
	const char *policy_digest;     /* copied */
	const struct limits *limits;   /* copied */
	unsigned max_partners;
	const char *state_file;        /* where this edge keeps what it knows by itself, base of two names; "": nowhere */
	struct siphash_key target_key; /* for a pool that has none yet, and until Redis has been reached */
};

/* Never fails: what cannot be reached is told by on_event, and decided here meanwhile. */
struct store *store_redis_open(const struct store_redis_house *);
/* Another configuration and context after a reload, borrowed like the first; the old ones are not looked at
 * any more. Where they differ the links are made anew. */
void store_redis_configure(struct store *, const struct redis_conf *, SSL_CTX *context);

#endif
