/* What DNS said of a name's SRV, for as long as it holds: so many names and
 * octets at most, the one asked for least lately goes. */
#ifndef GATEWAY_SRV_CACHE_H
#define GATEWAY_SRV_CACHE_H

#include "srv.h"

struct srv_cache;

struct srv_cache *srv_cache_new(size_t names, size_t octets);
void srv_cache_free(struct srv_cache *);

/* False: not known, or not any more. Fills ttl_us with what is left of it. */
bool srv_cache_find(struct srv_cache *, const char *name, int64_t now_us, struct srv *out);
/* Found and none are kept, unknown is not. */
void srv_cache_keep(struct srv_cache *, const char *name, const struct srv *, int64_t now_us);

size_t srv_cache_names(const struct srv_cache *);
size_t srv_cache_octets(const struct srv_cache *);

#endif
