/* The operators' decisions that there are: one for a domain, the newest. One that was taken back, or whose time is
 * over, is remembered for a while, so that nobody who was away brings back what it had replaced.
 * Over the rules of the policy file they make the law. Pure: `now_us` is the pool's wall clock. */
#ifndef POLICY_ORDERS_H
#define POLICY_ORDERS_H

#include "order.h"
#include "ruleset.h"

#define ORDERS_MOST 5000                               /* in effect; as many again that are over */
#define ORDERS_KEPT_US (INT64_C(30) * 24 * 3600 * 1000000) /* that one which is over is remembered */

struct orders;

struct orders *orders_new(void);
void orders_free(struct orders *);

enum orders_put { ORDERS_TAKEN, ORDERS_OLD /* there is one as new */, ORDERS_FULL };
/* Copies it. Of those that are over the oldest give way. */
enum orders_put orders_put(struct orders *, const struct order *, int64_t now_us);

/* For exactly this domain, also one that is over or was taken back; NULL: none. Borrowed until the next put or forget. */
const struct order *orders_find(const struct orders *, const char *domain);
/* In effect for the domain, or for one that it lies in; the longest such. */
const struct order *orders_covering(const struct orders *, enum order_list, const struct domain *);
/* A time for a new one, later than that of the one there is. */
int64_t orders_stamp(const struct orders *, const struct domain *, int64_t now_us);

/* In the order of the domains: the one behind this domain; "": the first. NULL: no other. Also those that are over. */
const struct order *orders_next(const struct orders *, const char *behind);
bool orders_holds(const struct order *); /* is it in effect, and no taking back? */
size_t orders_in_effect(const struct orders *);

/* Whose time has come: marked, one at a time, from *at on; start with 0, and go on until it is NULL. */
const struct order *orders_end(struct orders *, int64_t now_us, size_t *at);
/* One that is over for so long that it is forgotten now. False: none. Looks at all: a few at a time. */
bool orders_forget(struct orders *, int64_t now_us, struct order *forgotten);

/* The pool's store has it, if it is still this one. False: it is another one by now. */
bool orders_share(struct orders *, const struct domain *, int64_t made_us);
void orders_unshare(struct orders *);                           /* it may have none of them */
const struct order *orders_unshared(const struct orders *, size_t *at); /* the next from *at on; start with 0. NULL: no other */

/* The file's rules under the decisions in effect: a new law, one reference. `file` is shared. */
struct ruleset *orders_law(const struct orders *, struct ruleset *file);

#endif
