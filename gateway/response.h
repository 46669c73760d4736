/* The way of an answer back, and of a request that gets none. */
#ifndef GATEWAY_RESPONSE_H
#define GATEWAY_RESPONSE_H

#include "traffic.h"

/* A response came: forwarded only if it answers a pending request that was sent to this very
 * partner or next hop. */
void response_arrived(const struct traffic *, struct link *, const struct frame *);

/* A pending record's deadline: silence, a ring without end, or its life behind the final answer. */
void response_due(const struct traffic *, struct pending *);

/* The link has closed: what was sent there and has no final answer is answered now. What rings is cancelled, by another
 * connection if need be and if there is one. */
void response_link_closed(const struct traffic *, struct link *);

/* A next hop is up: what still rings there, of calls that failed when its last connection went, is cancelled. */
void response_hop_opened(const struct traffic *, const struct link *);

#endif
