/* The one page that Prometheus reads, over HTTP by libmicrohttpd, in our loop and without a thread. Few
 * connections, a deadline for each from its first octet to its last, one request on each: who is slow or
 * hostile holds up other readers at most, and never messages. */
#ifndef GATEWAY_SCRAPE_H
#define GATEWAY_SCRAPE_H

#include "address.h"
#include "loop.h"

struct scrape;

/* The page; the caller's, for free(). Asked for so many times a second at most, whoever reads. */
#define SCRAPE_PAGES_A_SECOND 5
typedef char *scrape_page_fn(void *arg, size_t *length);

/* NULL: no descriptors. */
struct scrape *scrape_new(struct loop *, scrape_page_fn *, void *arg);
/* A connection that a listener took. */
void scrape_accept(struct scrape *, int fd /* taken */, const struct address *peer);
void scrape_free(struct scrape *);

#endif
