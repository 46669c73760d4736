/* The ways out: by which connection a request of our side reaches a partner. One that the partner
 * made serves as well as one of ours (RFC 5923); where there is none the partner's edge is found, by the policy or
 * by DNS (RFC 3263), and its certificate must be his (RFC 5922). Whoever cannot be reached is left alone for a
 * while, and what would go there is told at once. */
#ifndef GATEWAY_WAY_H
#define GATEWAY_WAY_H

#include "../policy/outward.h"
#include "conf.h"
#include "discover.h"
#include "link.h"
#include "resolve.h"

struct way;

#define WAY_BUCKETS 1024

struct ways {
	struct loop *loop;          /* borrowed, all of these */
	struct links *links;
	struct resolver *resolver;
	struct discover *discover;
	SSL_CTX *context;           /* of the federation side: what we show, whom we trust */
	bool private_addresses;     /* may a partner be there? */
	struct way *bucket[WAY_BUCKETS];
	size_t count;
};

void ways_init(struct ways *, struct loop *, struct links *, struct resolver *, struct discover *);
void ways_configure(struct ways *, SSL_CTX *context, bool private_addresses);
void ways_clear(struct ways *);
/* Once a second: forgets those that nothing goes by. */
void ways_sweep(struct ways *);

/* Who waits for a connection. Zero it before first use. */
struct way_wait {
	struct way *way;            /* NULL: does not wait */
	struct way_wait *next, **back;
	void (*done)(void *arg, struct link * /* NULL: `why` */, enum reason why);
	void *arg;                  /* borrowed */
};

/* A connection to the partner of `domain`; `edge` empty: DNS tells where. REASON_NONE with *to set; REASON_NONE and
 * NULL: `wait` is called later, exactly once, unless way_leave; else why there is none: no-route, dns-unknown,
 * partner-unreachable, busy. */
enum reason way_find(struct ways *, struct ruleset *, const struct domain *domain, const struct domain *edge,
    struct link **to, struct way_wait *wait, void (*done)(void *, struct link *, enum reason), void *arg);
void way_leave(struct way_wait *);

/* What becomes of a connection that a way made (from the owner of the links). */
void way_opened(struct way *, struct link *);
void way_closed(struct way *, struct link *, const char *why);

#endif
