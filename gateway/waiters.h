/* Those who wait for replies on one connection, the oldest first: replies come in their order, and each has
 * a deadline. Who was told that nothing comes keeps the place, so that a late reply is nobody else's. */
#ifndef GATEWAY_WAITERS_H
#define GATEWAY_WAITERS_H

#include <hiredis/hiredis.h>

#include "loop.h"

/* NULL: no reply in time, or the connection is lost. */
typedef void resp_reply_fn(void *arg, const redisReply *reply);

struct waiter {
	resp_reply_fn *reply;   /* NULL: nobody, any more */
	void *arg;              /* borrowed */
	int64_t deadline_us;
};

struct waiters {
	struct loop *loop;      /* borrowed */
	void (*missed)(void *arg); /* one was late, and has been told */
	void *arg;              /* borrowed */
	struct waiter *ring;    /* owned */
	size_t first, count, room;
	size_t late;            /* of these, from the first: they have been told */
	struct timer deadline;  /* not later than that of the first who has not */
};

void waiters_init(struct waiters *, struct loop *, void (*missed)(void *), void *arg);
void waiters_clear(struct waiters *); /* tells nobody */

/* Late after `timeout_us`, but not before those who came earlier. */
void waiters_add(struct waiters *, resp_reply_fn *, void *arg, int64_t timeout_us);
/* Whose reply this is; false: nobody's. */
bool waiters_take(struct waiters *, struct waiter *out);
/* Tells all who are there now that nothing comes. */
void waiters_give_up(struct waiters *);

#endif
