/* Names to addresses: A and AAAA of a host, on the loop. */
#ifndef GATEWAY_RESOLVE_H
#define GATEWAY_RESOLVE_H

#include "address.h"
#include "question.h"

#define RESOLVE_ADDRESSES_MAX 8

struct resolved {
	enum resolve_result result;
	struct address address[RESOLVE_ADDRESSES_MAX];
	size_t count;
	int64_t ttl_us;      /* clamped to 5 s .. 1 h; none: 60 s; unknown: 5 s */
	char why[128];       /* for NONE and UNKNOWN, escaped */
};

typedef void resolve_done_fn(void *arg, const struct resolved *);

struct lookup;
/* A and AAAA of a name; numeric hosts answer without DNS; the hosts file counts. Calls back exactly once, never
 * before it returns, at the latest after 5 s; not after lookup_cancel, nor when the resolver is closed. */
struct lookup *resolve_host(struct resolver *, const char *host, unsigned port, resolve_done_fn *, void *arg);
void lookup_cancel(struct lookup *);

#endif
