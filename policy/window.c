#include "window.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

#define ROOM_LEAST 4

void window_init(struct window *w)
{
	*w = (struct window){ 0 };
}

void window_clear(struct window *w)
{
	free(w->slots);
	window_init(w);
}

void window_copy(struct window *out, const struct window *w)
{
	*out = *w;
	if (!w->room)
		return;
	out->slots = alloc_zero(w->room, sizeof *w->slots);
	memcpy(out->slots, w->slots, w->room * sizeof *w->slots);
}

static uint32_t cell(const struct window *w, uint32_t i)
{
	uint32_t to_end = w->room - w->first;

	return i < to_end ? w->first + i : i - to_end;
}

static bool ends_call_at(const struct window *w, uint32_t i)
{
	return w->slots[cell(w, i)] & 1;
}

/* Slots may be negative (a clock starts anywhere): halving an even number is
 * exact, shifting a negative one is the compiler's choice. */
static int64_t time_at(const struct window *w, uint32_t i)
{
	int64_t slot = w->slots[cell(w, i)];

	return (slot - (slot & 1)) / 2;
}

/* How many slots are not later than `time`; the next one's place. */
static uint32_t place_after(const struct window *w, int64_t time_us)
{
	uint32_t low = 0, high = w->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (time_at(w, middle) <= time_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void set_room(struct window *w, uint32_t room)
{
	int64_t *slots = alloc_zero(room, sizeof *slots);

	for (uint32_t i = 0; i < w->count; i++)
		slots[i] = w->slots[cell(w, i)];
	free(w->slots);
	w->slots = slots;
	w->first = 0;
	w->room = room;
}

static int64_t earliest_behind(const struct window *w, const struct rate *rate, int64_t from_us)
{
	int64_t slot = from_us;

	if (w->count && time_at(w, w->count - 1) > slot)
		slot = time_at(w, w->count - 1);
	if (w->count >= rate->count) {
		int64_t slid = time_at(w, w->count - rate->count) + rate->period_us;

		if (slid > slot)
			slot = slid;
	}
	return slot;
}

/* Where `count` slots lie within less than a period, a further one may not lie
 * in (last - period, first + period): that is all that the rate forbids. Both
 * ends grow from one such run to the next, so one walk finds the first gap.
 * Runs that begin a period before `from` forbid nothing from there on, so the
 * walk is as long as what waits, not as what is booked. */
static int64_t earliest_between(const struct window *w, const struct rate *rate, int64_t from_us)
{
	int64_t slot = from_us;
	uint32_t begin = place_after(w, from_us - rate->period_us);

	for (; w->count - begin >= rate->count; begin++) {
		int64_t first = time_at(w, begin);
		int64_t last = time_at(w, begin + rate->count - 1);

		if (slot <= last - rate->period_us)
			break;
		if (last - first < rate->period_us && slot < first + rate->period_us)
			slot = first + rate->period_us;
	}
	return slot;
}

int64_t window_earliest(const struct window *w, const struct rate *rate, int64_t from_us, bool in_order)
{
	if (!rate->count)
		return from_us;
	return in_order ? earliest_behind(w, rate, from_us) : earliest_between(w, rate, from_us);
}

void window_book(struct window *w, int64_t slot_us, bool ends_call)
{
	uint32_t place = place_after(w, slot_us);

	if (w->count == w->room)
		set_room(w, w->room < ROOM_LEAST ? ROOM_LEAST : w->room + w->room / 2);
	w->count++;
	for (uint32_t i = w->count - 1; i > place; i--)
		w->slots[cell(w, i)] = w->slots[cell(w, i - 1)];
	w->slots[cell(w, place)] = slot_us * 2 + ends_call;
}

uint32_t window_waiting(const struct window *w, int64_t now_us, bool ends_call)
{
	uint32_t waiting = 0;

	for (uint32_t i = w->count; i > 0 && time_at(w, i - 1) > now_us; i--)
		waiting += ends_call_at(w, i - 1) == ends_call;
	return waiting;
}

int64_t window_room_at(const struct window *w, int64_t now_us, bool ends_call, uint32_t most)
{
	uint32_t later = 0;

	if (!most)
		return INT64_MAX;
	for (uint32_t i = w->count; i > 0 && time_at(w, i - 1) > now_us; i--) {
		later += ends_call_at(w, i - 1) == ends_call;
		if (later == most)
			return time_at(w, i - 1);
	}
	return now_us;
}

uint32_t window_used(const struct window *w, const struct rate *rate, int64_t now_us)
{
	return place_after(w, now_us) - place_after(w, now_us - rate->period_us);
}

bool window_next(const struct window *w, uint32_t *at, int64_t *slot_us, bool *ends_call)
{
	if (*at >= w->count)
		return false;
	*slot_us = time_at(w, *at);
	*ends_call = ends_call_at(w, *at);
	(*at)++;
	return true;
}

void window_expire(struct window *w, int64_t now_us, int64_t keep_us)
{
	uint32_t gone = place_after(w, now_us - keep_us);

	if (gone == w->count) {
		window_clear(w);
		return;
	}
	w->first = cell(w, gone);
	w->count -= gone;
	if (w->room > ROOM_LEAST && w->count < w->room / 4)
		set_room(w, w->room / 2);
}
