/* Who may put a question to DNS now: an organisation has 4 in flight, 32 at
 * once, then 4 a minute; all together 64 in flight, of which an eighth is kept for those
 * who have fewer than the others (quota.h). The inside is one organisation, without a rate. */
#ifndef GATEWAY_ALLOWANCE_H
#define GATEWAY_ALLOWANCE_H

#include "origin.h"

struct allowance;

struct allowance *allowance_new(struct origins *);
void allowance_free(struct allowance *); /* when nothing is in flight */

/* NULL origin: the inside. False: not now, and nothing is taken. */
bool allowance_take(struct allowance *, struct origin *, int64_t now_us);
void allowance_give(struct allowance *, struct origin *);

#endif
