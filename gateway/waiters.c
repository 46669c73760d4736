/* A ring, and one timer for the deadline of the first who still hopes. */
#include "waiters.h"

#include <stdlib.h>

#include "../policy/alloc.h"

static struct waiter *waiter_at(const struct waiters *w, size_t i)
{
	return &w->ring[(w->first + i) % w->room];
}

/* The oldest who was not told yet. */
static void tell_nothing_comes(struct waiters *w)
{
	struct waiter waiter = *waiter_at(w, w->late++);

	if (waiter.reply)
		waiter.reply(waiter.arg, NULL);
}

static void on_deadline(void *arg);

/* Moved only to an earlier time: on_deadline looks again. */
static void mind_deadline(struct waiters *w)
{
	int64_t at;

	if (w->late == w->count)
		return;
	at = waiter_at(w, w->late)->deadline_us;
	if (!w->deadline.place || at < w->deadline.at_us)
		timer_set(w->loop, &w->deadline, at, on_deadline, w);
}

static void on_deadline(void *arg)
{
	struct waiters *w = arg;
	int64_t now = loop_now(w->loop);

	while (w->late < w->count && waiter_at(w, w->late)->deadline_us <= now) {
		tell_nothing_comes(w);
		w->missed(w->arg);
	}
	mind_deadline(w);
}

static void grow(struct waiters *w)
{
	size_t room = w->room ? w->room * 2 : 64;
	struct waiter *ring = alloc_zero(room, sizeof *ring);

	for (size_t i = 0; i < w->count; i++)
		ring[i] = *waiter_at(w, i);
	free(w->ring);
	w->ring = ring;
	w->room = room;
	w->first = 0;
}

void waiters_add(struct waiters *w, resp_reply_fn *reply, void *arg, int64_t timeout_us)
{
	if (w->count == w->room)
		grow(w);
	w->count++;
	*waiter_at(w, w->count - 1) = (struct waiter){ reply, arg, loop_now(w->loop) + timeout_us };
	mind_deadline(w);
}

bool waiters_take(struct waiters *w, struct waiter *out)
{
	if (!w->count)
		return false;
	*out = *waiter_at(w, 0);
	w->first = (w->first + 1) % w->room;
	w->count--;
	if (w->late) {
		w->late--;
		out->reply = NULL;
	}
	mind_deadline(w);
	return true;
}

void waiters_give_up(struct waiters *w)
{
	for (size_t left = w->count - w->late; left && w->late < w->count; left--)
		tell_nothing_comes(w);
}

void waiters_init(struct waiters *w, struct loop *loop, void (*missed)(void *), void *arg)
{
	*w = (struct waiters){ .loop = loop, .missed = missed, .arg = arg };
}

void waiters_clear(struct waiters *w)
{
	timer_stop(w->loop, &w->deadline);
	free(w->ring);
}
