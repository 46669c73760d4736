/* The loop, turned by a test: once, or for some time. */
#ifndef TESTS_UNIT_TURNS_H
#define TESTS_UNIT_TURNS_H

#include "../../gateway/clock.h"
#include "../../gateway/loop.h"

static inline void turns_end(void *loop)
{
	loop_stop(loop);
}

static inline void turn_once(struct loop *loop)
{
	struct task end = { 0 };

	loop_later(loop, &end, turns_end, loop);
	loop_run(loop);
}

static inline void turn_for(struct loop *loop, int milliseconds)
{
	struct timer end = { 0 };

	timer_set(loop, &end, clock_monotonic_us() + milliseconds * (int64_t)1000, turns_end, loop);
	loop_run(loop);
}

#endif
