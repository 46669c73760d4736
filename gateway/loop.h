/* The event loop: sofia-sip's su_root for descriptors, one timerfd for every
 * deadline (su_timer hangs on the wall clock), and the two lists that a
 * turn ends with: streams that have more to read, streams that have something to write. */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_BROKEN = 4 /* hang-up or error, always told */ };

typedef void loop_ready_fn(void *arg, int events);

struct loop *loop_new(void);  /* NULL: no descriptors */
void loop_free(struct loop *);

/* The time of this turn, monotonic microseconds; fresh at each wake-up. */
int64_t loop_now(const struct loop *);

/* A descriptor in the loop. Its index, or -1. The callback may remove it. */
int loop_add(struct loop *, int fd, int events, loop_ready_fn *, void *arg);
void loop_want(struct loop *, int index, int events);
void loop_remove(struct loop *, int index); /* before close() */

/* A deadline. Zero it before first use. Setting a set one moves it. Those of one time come in the order
 * in which they were set. */
struct timer {
	int64_t at_us;
	uint64_t number;     /* of its setting */
	size_t place;        /* in the heap, from 1; 0: not set */
	void (*fire)(void *arg);
	void *arg;           /* borrowed */
};
void timer_set(struct loop *, struct timer *, int64_t at_us, void (*fire)(void *), void *arg);
void timer_stop(struct loop *, struct timer *);

/* Work for the end of this turn (flush, read again, free). Zero it before first use; doing it again
 * while it waits is nothing. A task that asks again runs in the next turn, which then does not sleep. */
struct task {
	struct task *next;
	bool waiting;
	void (*run)(void *arg);
	void *arg;           /* borrowed */
};
void loop_later(struct loop *, struct task *, void (*run)(void *), void *arg);
void loop_forget(struct loop *, struct task *);

/* Runs until loop_stop. Signals: those given to loop_signals arrive by signalfd. */
void loop_run(struct loop *);
void loop_stop(struct loop *);
/* How long the longest turn took since it began to run: from the first that a turn has to do, when it wakes, to the
 * end of all that is done before it sleeps again. What comes meanwhile waits for so long. Microseconds. */
int64_t loop_longest_turn(const struct loop *);
bool loop_signals(struct loop *, const int *signals, size_t count, void (*got)(void *arg, int signal), void *arg);

#endif
