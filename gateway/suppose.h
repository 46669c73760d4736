/* A message that nobody sent, and its peer: what `explain` asks about. It is written as SIP, parsed and
 * extracted like any other, so that row 1 says of it what it would say. */
#ifndef GATEWAY_SUPPOSE_H
#define GATEWAY_SUPPOSE_H

#include "traffic.h"

/* URIs, or what is behind "sip:"; NULL: not said. */
struct supposition {
	const char *from;
	const char *to;      /* NULL: our first domain, and no target that counts */
	const char *method;  /* NULL: MESSAGE */
	const char *peer;    /* a name of its certificate; NULL: the source's domain, and `sip.` before it; "": it has none */
	const char *names;   /* instead of peer all its names, with blanks between; NULL: not said */
};

struct supposed {
	struct facts facts;
	struct peer peer;
	struct certname *names;  /* owned: the peer's */
	struct link *link;       /* whose certificate it is; NULL: of none that is open. Borrowed, until the next turn */
	char method[33];
	struct domain to;        /* the Request-URI's; empty: it is no domain */
};

/* False: *why says which of the words cannot be used; there is nothing to clear. */
bool suppose(struct supposed *, const struct traffic *, const struct supposition *, char *why, size_t size);
void supposed_clear(struct supposed *);

/* Edges by which the law lets the source come too, that this certificate does not prove: of the allow entry that covers
 * it, and of providers. Borrowed from the law. */
#define SUPPOSE_OTHERS_MOST 8
size_t suppose_others(const struct supposed *, const struct ruleset *, const struct domain *out[SUPPOSE_OTHERS_MOST]);

#endif
