/* One message's way through the edge. Read transit.c first. */
#ifndef GATEWAY_TRANSIT_H
#define GATEWAY_TRANSIT_H

#include "traffic.h"

/* A whole message came on a link, or a broken one. */
void transit_message(struct traffic *, struct link *, const struct frame *);

/* The link has closed: what waited for a slot is dropped, what was sent there is answered. */
void transit_link_closed(struct traffic *, struct link *);
/* The edge stops, and the link is still there: what waited is answered too. */
void transit_last_words(struct traffic *, struct link *);

/* A pending request's deadline. */
void transit_due(void *traffic, struct pending *);

#endif
