/* Which servers does a domain name? SRV, by DNS, out of a bounded cache. A look-up is
 * made once for all who wait for it, charged to the partner who was first to ask, and may take longer
 * than any of them waits: then it is there for the next. */
#ifndef GATEWAY_DISCOVER_H
#define GATEWAY_DISCOVER_H

#include "../policy/servers.h"
#include "origin.h"
#include "question.h"

struct discover;
struct lookup_shared;

enum discover_purpose {
	DISCOVER_SOURCE,    /* to prove it: _sipfederationtls._tcp alone */
	DISCOVER_WAY        /* to send there: that, else _sips._tcp where NAPTR or its own name says, else the domain's own addresses */
};

enum discover_service { SERVICE_FEDERATION, SERVICE_NAPTR /* names no server: where to look for sips */, SERVICE_SIPS,
	SERVICE_DOMAIN /* itself, port 5061 */ };

struct discovered {
	enum resolve_result result;    /* UNKNOWN: DNS cannot tell now, or did not in time, or may not be asked so often */
	enum discover_service service; /* which of them named the servers */
	struct servers servers;        /* FOUND: in the order to try; not yet those that may be used (policy/discovery.h) */
	bool secure;                   /* DNSSEC proved it */
	int64_t until_us;              /* FOUND, NONE: of the loop's clock, until then it may be remembered */
	char why[128];                 /* NONE, UNKNOWN: for the log */
};

typedef void discover_done_fn(void *arg, const struct discovered *);

/* Who waits for an answer; brought by who asks, zeroed before its first use. */
struct discover_ticket {
	struct discover *all;                /* borrowed */
	struct lookup_shared *at;            /* the look-up it waits for; NULL: it does not wait */
	struct discover_ticket *next, **back;
	struct timer late;
	struct domain domain;
	struct domain sips;                  /* below which name its servers for sips are */
	enum discover_purpose purpose;
	struct origin *origin;               /* a reference while it waits; NULL: the inside */
	discover_done_fn *done;
	void *arg;                           /* borrowed */
};

struct discover *discover_new(struct loop *, struct resolver *, struct origins *);
/* Before the resolver is closed. Tickets end without a call. */
void discover_free(struct discover *);
/* How long a ticket waits (dns.wait). */
void discover_set_wait(struct discover *, int64_t wait_us);

/* Calls back exactly once, unless the ticket is cancelled. True: it has called already (it was known, or nobody
 * may ask now), and what `arg` stands for may be gone. `origin` pays; NULL: one of ours asks. */
bool discover_ask(struct discover *, struct discover_ticket *, const struct domain *, enum discover_purpose,
    struct origin *, discover_done_fn *, void *arg);
/* No call any more; nothing where it does not wait. The look-up goes on, for the next. */
void discover_cancel(struct discover_ticket *);

#endif
