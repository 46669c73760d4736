/* From a place of fedgate.conf to a connection that may be spoken on: its name looked up, its
 * addresses tried in turn, TLS, user and password. */
#ifndef GATEWAY_DIAL_H
#define GATEWAY_DIAL_H

#include "conf.h"
#include "resolve.h"
#include "resp.h"

#define DIAL_TIMEOUT_US INT64_C(5000000) /* for each address */

/* What all connections of a link need. Borrowed, all of it. */
struct dialer {
	struct streams *streams;
	struct resolver *resolver;
	SSL_CTX *context;            /* NULL: plain */
	const char *user, *password; /* "": none */
};

/* One of them is called, once, and not before dial_start returns. */
struct dial_calls {
	void (*ready)(void *arg, struct resp * /* taken; its owner is to be set */);
	/* `refused`: by user or password, so that trying again soon is of no use. */
	void (*failed)(void *arg, const char *why, bool refused);
};

/* Zero it before first use. */
struct dial {
	const struct dialer *dialer;     /* borrowed */
	const struct redis_place *place; /* borrowed */
	const struct dial_calls *calls;  /* borrowed */
	void *arg;                       /* borrowed */
	bool lenient;
	bool busy, refused;
	struct lookup *lookup;
	struct resolved found;           /* addresses to try */
	size_t next_address;
	struct resp *resp;               /* owned */
	struct timer deadline;
	char why[320];
};

/* `lenient`: where AUTH is not taken one goes on without, for sentinels, which often have no users. */
void dial_start(struct dial *, const struct dialer *, const struct redis_place *, bool lenient,
    const struct dial_calls *, void *arg);
/* No calls any more; nothing when none is under way. */
void dial_stop(struct dial *);

#endif
