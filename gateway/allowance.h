/* Who may put a question to DNS now: an organisation has 4 in flight, 32 at
 * once, then 4 a minute. All together have 64 in flight: partners 48, the fewer each the more there
 * are under way, so that nobody comes too late for one; the inside 16, without a rate. */
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
