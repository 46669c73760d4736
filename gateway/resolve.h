/* Names to addresses by libunbound, asynchronously, on the loop. Its work is
 * done in a forked process, so that strangers' DNS is not parsed beside our keys:
 * open it before any key is read and before there is a connection. SIGPIPE must be ignored. */
#ifndef GATEWAY_RESOLVE_H
#define GATEWAY_RESOLVE_H

#include "address.h"
#include "loop.h"

struct resolver;

enum resolve_result { RESOLVE_FOUND, RESOLVE_NONE, RESOLVE_UNKNOWN /* DNS cannot tell now */ };

#define RESOLVE_ADDRESSES_MAX 8

struct resolved {
	enum resolve_result result;
	struct address address[RESOLVE_ADDRESSES_MAX];
	size_t count;
	int64_t ttl_us;      /* clamped to 5 s .. 1 h; none: 60 s; unknown: 5 s */
	char why[128];       /* for NONE and UNKNOWN, escaped */
};

typedef void resolve_done_fn(void *arg, const struct resolved *);

/* `server` is "" for the system's resolvers, else ADDRESS:PORT. Forks. NULL with *why filled. */
struct resolver *resolver_open(struct loop *, const char *server, char *why, size_t size);
/* Lookups under way end without a call. */
void resolver_close(struct resolver *);
/* False: its process has ended, every name is UNKNOWN from now on. Start the edge again. */
bool resolver_works(const struct resolver *);

struct lookup;
/* A and AAAA of a name; numeric hosts answer without DNS; the hosts file counts. Calls back exactly once, never
 * before it returns, at the latest after 5 s; not after lookup_cancel. */
struct lookup *resolve_host(struct resolver *, const char *host, unsigned port, resolve_done_fn *, void *arg);
void lookup_cancel(struct lookup *);

#endif
