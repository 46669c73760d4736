/* The exact sliding window of one partner: the slots given to its messages.
 * In no window [t, t + period), wherever it starts, are more than `count` of
 * them. A token bucket or two fixed windows let twice the rate through in the worst
 * second. Slots may lie ahead of now: a message waits for its own (pacing).
 * Times are the store's, in microseconds. window.lua is to be the twin. */
#ifndef POLICY_WINDOW_H
#define POLICY_WINDOW_H

#include "rate.h"

struct window {
	int64_t *slots;              /* owned; sorted; twice the time, plus one for what ends a call */
	uint32_t first, count, room; /* a ring */
};

void window_init(struct window *); /* empty, no memory */
void window_clear(struct window *);
void window_copy(struct window *out, const struct window *); /* `out` is not initialised yet */

/* The earliest slot >= `from` such that no window of this rate that holds it
 * holds more than `count`. Does not book it. With `in_order` also not before any slot already
 * given (arrival order); without it, between them where there is room. The rate
 * need not be the one that the slots were given under. A rate of count 0 is none. */
int64_t window_earliest(const struct window *, const struct rate *, int64_t from_us, bool in_order);

/* Books a slot that window_earliest gave. */
void window_book(struct window *, int64_t slot_us, bool ends_call);

/* How many booked slots lie after now, of ordinary messages or of call-ending ones. */
uint32_t window_waiting(const struct window *, int64_t now_us, bool ends_call);

/* When the number of waiting ones of that kind falls below `most`: now or later;
 * INT64_MAX, never, when `most` is 0. */
int64_t window_room_at(const struct window *, int64_t now_us, bool ends_call, uint32_t most);

/* How many slots lie in (now - period, now]: the rate now, for reports. */
uint32_t window_used(const struct window *, const struct rate *, int64_t now_us);

/* Walks the slots, the earliest first: start with *at = 0; false at the end. */
bool window_next(const struct window *, uint32_t *at, int64_t *slot_us, bool *ends_call);

/* Forgets slots that can matter no more to a rate of `keep_us` as its longest period; gives
 * back memory, all of it when no slot is left. */
void window_expire(struct window *, int64_t now_us, int64_t keep_us);

#endif
