/* The messages of one partner as they pass, both ways, for who asks at the console: start line and headers, no body,
 * no credentials. It slows nobody: so many a second are shown, the others counted. While nobody asks, a message
 * costs one look at a pointer. */
#ifndef GATEWAY_TRACE_H
#define GATEWAY_TRACE_H

#include <jansson.h>

#include "link.h"

#define TRACES_MAX 8
#define TRACE_SECOND_MAX 100  /* messages of one trace in a second */

struct trace;

/* Part of the edge; zero but for the two. */
struct traces {
	struct loop *loop;        /* borrowed, both */
	struct links *links;
	struct trace *first;
	unsigned count;
	struct frame scratch;
};

/* All connections whose certificate proves the domain, or one below it, or whose organisation it is: those open and
 * those to come. `told` gets one object for each message; {"lost": N} goes before it. NULL: there are too many. */
struct trace *trace_begin(struct traces *, const struct domain *, void (*told)(void *arg, json_t * /* taken */), void *arg);
void trace_end(struct trace *);
size_t trace_connections(const struct trace *);
/* Not shown since the last one that was. */
uint64_t trace_lost(const struct trace *);

/* From the owner of the links. A connection has opened, or is about to go. */
void trace_opened(struct traces *, struct link *);
void trace_closed(struct link *);

/* A message came by a connection that is traced. */
void trace_came(struct link *, const struct frame *);

#endif
