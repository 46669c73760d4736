/* NAPTR of a domain (RFC 3263 4.1): below which name it keeps the SRV records of its SIP over TLS, where that is not
 * its own. Read from what strangers wrote into DNS. */
#ifndef GATEWAY_NAPTR_H
#define GATEWAY_NAPTR_H

#include "srv.h"

/* Reads an answer to QUESTION_NAPTR. FOUND: the servers are those names, X for _sips._tcp.X, the one to follow first; they
 * have no port. What is for another service, is broken, or rewrites by an expression is none. */
void naptr_read(struct srv *, const struct answer *);

#endif
