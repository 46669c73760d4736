/* Who is the master? Several sentinels know it: the first that answers is asked, and heard for a switch
 * on a second connection. One that goes away, or does not know our master, gives way to the next. */
#ifndef GATEWAY_SENTINEL_H
#define GATEWAY_SENTINEL_H

#include "dial.h"

struct sentinel;

struct sentinel_calls {
	/* An answer, or a switch: also when it is the same as before. */
	void (*master)(void *arg, const char *host, unsigned port);
	/* All were tried and none could say it. It goes on by itself, and `master` follows when one can. */
	void (*lost)(void *arg, const char *why);
};

/* Starts to ask. All is borrowed. */
struct sentinel *sentinel_open(const struct dialer *, const struct redis_conf *, const struct sentinel_calls *, void *arg);
void sentinel_close(struct sentinel *); /* no more calls; not from within one */

/* Asks again. `another`: a sentinel that has not answered this, when there is one. */
void sentinel_ask(struct sentinel *, bool another);

#endif
