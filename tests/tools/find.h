/* Finds a domain's edges as a partner does: DNS SRV of its federation service, then
 * the addresses of what that names. Connections are spread over all of them in turn, and who
 * does not answer is passed over. */
#ifndef TOOLS_FIND_H
#define TOOLS_FIND_H

#include "link.h"

struct finder;

/* `dns` is ADDR:PORT of the server that is asked. Ends the process with a message when it finds nothing. */
struct finder *finder_open(const char *domain, const char *dns);
void finder_free(struct finder *f /* taken */);

/* The next in turn, or who comes after it and answers; DNS is asked first, so that what has come back is
 * found. The certificate must name what SRV names, or settings->name. As link_connect: always a link. */
struct link *finder_connect(struct finder *f, const struct link_settings *settings, SSL_CTX *context);
/* The next in turn without connecting: its address and name, both borrowed until the finder's next call. */
void finder_next(struct finder *f, const char **address, const char **name);

#endif
