/* What DNS said of the sources of one connection, for as long as it holds: 256
 * at most, and no names, only their keyed hashes. */
#ifndef GATEWAY_PROOFS_H
#define GATEWAY_PROOFS_H

#include "../policy/match.h"
#include "../policy/siphash.h"

struct proofs;

/* What is kept for the source, and until when; false: nothing (any more). NULL proofs: none yet. */
bool proofs_find(const struct proofs *, const struct siphash_key *, const struct domain *source, int64_t now_us,
    enum proof *, int64_t *until_us);
/* Makes them where there are none yet. Of too many the one that would end first gives way. */
void proofs_keep(struct proofs **, const struct siphash_key *, const struct domain *source, enum proof, int64_t until_us);
void proofs_free(struct proofs *); /* NULL is fine */

#endif
