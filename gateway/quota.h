/* A bounded good (pending requests, octets held, octets queued) that many
 * organisations share. Under the limit all take freely. From the limit on whoever owns at least
 * an even share is refused, so that the one who filled it feels it first; an eighth
 * above the limit everybody is. */
#ifndef GATEWAY_QUOTA_H
#define GATEWAY_QUOTA_H

#include <stdbool.h>
#include <stddef.h>

struct quota {
	size_t limit, used, owners; /* owners: shares that are not empty */
};

struct share {
	size_t used;
};

bool quota_take(struct quota *, struct share *, size_t amount); /* false: refused, nothing taken */
bool quota_would(const struct quota *, const struct share *, size_t amount);
void quota_give(struct quota *, struct share *, size_t amount);

#endif
