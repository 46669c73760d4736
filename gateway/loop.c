/* The event loop on sofia-sip's su_root. */
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SU_ROOT_MAGIC_T struct loop
#define SU_WAKEUP_ARG_T struct watch
struct loop;
struct watch;
#include <sofia-sip/su_wait.h>
#include <sofia-sip/su.h>

#include "../policy/alloc.h"
#include "clock.h"

#define STEPS_A_TURN 32

/* One registered descriptor. */
struct watch {
	struct loop *loop;
	loop_ready_fn *ready;
	void *arg;             /* borrowed */
	int fd, index;
	bool dead;
	struct watch *next_dead;
};

struct loop {
	su_root_t *root;       /* owned */
	struct watch **watches; /* by su_root's index; owned */
	size_t watch_room;
	struct watch *dead;    /* removed in this turn: su_root may still call them */
	int64_t now_us;
	int64_t turn_us, longest_us; /* when this turn had something to do first, 0: not yet; the longest one */
	unsigned woken;        /* callbacks, to tell a full step from an empty one */
	int timer_fd, signal_fd;
	int64_t armed_us;      /* what the timerfd is set to; 0: off */
	struct timer **heap;   /* from 1; owned */
	uint64_t settings;     /* so many deadlines were set */
	size_t timers, heap_room;
	struct task *tasks, **last_task;
	bool stop;
	void (*on_signal)(void *arg, int signal);
	void *on_signal_arg;
};

int64_t loop_now(const struct loop *l)
{
	return l->now_us;
}

static int woken(su_root_magic_t *l, su_wait_t *wait, su_wakeup_arg_t *watch)
{
	int got = su_wait_events(wait, watch->fd);
	int events = 0;

	if (watch->dead)
		return 0;
	if (got & SU_WAIT_IN)
		events |= LOOP_READ;
	if (got & SU_WAIT_OUT)
		events |= LOOP_WRITE;
	if (got & (SU_WAIT_HUP | SU_WAIT_ERR))
		events |= LOOP_BROKEN;
	l->now_us = clock_monotonic_us();
	if (!l->turn_us)
		l->turn_us = l->now_us;
	l->woken++;
	watch->ready(watch->arg, events);
	return 0;
}

static int wait_events(int events)
{
	return (events & LOOP_READ ? SU_WAIT_IN : 0) | (events & LOOP_WRITE ? SU_WAIT_OUT : 0);
}

int loop_add(struct loop *l, int fd, int events, loop_ready_fn *ready, void *arg)
{
	struct watch *watch = alloc_zero(1, sizeof *watch);
	su_wait_t wait[1];

	*watch = (struct watch) { .loop = l, .ready = ready, .arg = arg, .fd = fd };
	if (su_wait_create(wait, fd, wait_events(events)) < 0
	    || (watch->index = su_root_register(l->root, wait, woken, watch, 0)) <= 0) {
		free(watch);
		return -1;
	}
	if ((size_t)watch->index >= l->watch_room) {
		size_t room = (size_t)watch->index * 2;

		l->watches = alloc_resize(l->watches, room, sizeof *l->watches);
		memset(l->watches + l->watch_room, 0, (room - l->watch_room) * sizeof *l->watches);
		l->watch_room = room;
	}
	l->watches[watch->index] = watch;
	return watch->index;
}

void loop_want(struct loop *l, int index, int events)
{
	su_root_eventmask(l->root, index, l->watches[index]->fd, wait_events(events));
}

void loop_remove(struct loop *l, int index)
{
	struct watch *watch = l->watches[index];

	su_root_deregister(l->root, index);
	l->watches[index] = NULL;
	watch->dead = true;
	watch->next_dead = l->dead;
	l->dead = watch;
}

/* --- deadlines: a binary heap, the earliest first --- */

static void heap_put(struct loop *l, size_t place, struct timer *t)
{
	l->heap[place] = t;
	t->place = place;
}

static bool before(const struct timer *a, const struct timer *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->number < b->number;
}

static void heap_up(struct loop *l, size_t place)
{
	struct timer *t = l->heap[place];

	for (; place > 1 && before(t, l->heap[place / 2]); place /= 2)
		heap_put(l, place, l->heap[place / 2]);
	heap_put(l, place, t);
}

static void heap_down(struct loop *l, size_t place)
{
	struct timer *t = l->heap[place];
	size_t child;

	for (; (child = place * 2) <= l->timers; place = child) {
		if (child < l->timers && before(l->heap[child + 1], l->heap[child]))
			child++;
		if (!before(l->heap[child], t))
			break;
		heap_put(l, place, l->heap[child]);
	}
	heap_put(l, place, t);
}

void timer_stop(struct loop *l, struct timer *t)
{
	size_t place = t->place;
	struct timer *last;

	if (!place)
		return;
	t->place = 0;
	last = l->heap[l->timers--];
	if (last == t)
		return;
	heap_put(l, place, last);
	heap_up(l, place);
	heap_down(l, last->place);
}

void timer_set(struct loop *l, struct timer *t, int64_t at_us, void (*fire)(void *), void *arg)
{
	t->fire = fire;
	t->arg = arg;
	t->at_us = at_us;
	t->number = ++l->settings;
	if (t->place) {
		heap_up(l, t->place);
		heap_down(l, t->place);
		return;
	}
	if (l->timers + 2 > l->heap_room) {
		l->heap_room = l->heap_room ? l->heap_room * 2 : 64;
		l->heap = alloc_resize(l->heap, l->heap_room, sizeof *l->heap);
	}
	heap_put(l, ++l->timers, t);
	heap_up(l, l->timers);
}

static void fire_due(struct loop *l)
{
	l->now_us = clock_monotonic_us();
	if (!l->turn_us)
		l->turn_us = l->now_us;
	while (l->timers && l->heap[1]->at_us <= l->now_us) {
		struct timer *t = l->heap[1];

		timer_stop(l, t);
		t->fire(t->arg);
	}
}

static void timer_ready(void *arg, int events)
{
	struct loop *l = arg;
	uint64_t count;

	(void)events;
	if (read(l->timer_fd, &count, sizeof count) == (ssize_t)sizeof count)
		l->armed_us = 0;
}

/* The timerfd follows the earliest deadline. It is moved only when that comes
 * earlier: one wake-up too many is cheaper than a system call a message. */
static void arm(struct loop *l)
{
	struct itimerspec when = { 0 };
	int64_t at;

	if (!l->timers)
		return;
	at = l->heap[1]->at_us;
	if (l->armed_us && l->armed_us <= at)
		return;
	when.it_value.tv_sec = at / 1000000;
	when.it_value.tv_nsec = at % 1000000 * 1000;
	if (!when.it_value.tv_sec && !when.it_value.tv_nsec)
		when.it_value.tv_nsec = 1;
	timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
	l->armed_us = at;
}

/* --- the end of a turn --- */

void loop_later(struct loop *l, struct task *task, void (*run)(void *), void *arg)
{
	task->run = run;
	task->arg = arg;
	if (task->waiting)
		return;
	task->waiting = true;
	task->next = NULL;
	*l->last_task = task;
	l->last_task = &task->next;
}

void loop_forget(struct loop *l, struct task *task)
{
	struct task **at;

	if (!task->waiting)
		return;
	for (at = &l->tasks; *at && *at != task; at = &(*at)->next)
		;
	if (!*at)
		return;
	*at = task->next;
	if (l->last_task == &task->next)
		l->last_task = at;
	task->waiting = false;
}

static void run_tasks(struct loop *l)
{
	struct task mark = { 0 };
	struct task *task;

	/* What is asked for from here on belongs to the next turn. */
	mark.waiting = false;
	loop_later(l, &mark, NULL, NULL);
	while ((task = l->tasks) != &mark) {
		l->tasks = task->next;
		task->waiting = false;
		task->run(task->arg);
	}
	l->tasks = mark.next;
	if (!l->tasks)
		l->last_task = &l->tasks;
}

static void bury(struct loop *l)
{
	struct watch *watch;

	while ((watch = l->dead)) {
		l->dead = watch->next_dead;
		free(watch);
	}
}

/* su_root looks at four events a step: with hundreds of busy streams a quiet
 * one would wait for many turns. */
static void step(struct loop *l)
{
	unsigned before, steps = 0;
	long wait = l->tasks ? 0 : 1000;

	do {
		before = l->woken;
		su_root_step(l->root, wait);
		wait = 0;
	} while (l->woken - before >= 4 && ++steps < STEPS_A_TURN);
}

static void end_turn(struct loop *l)
{
	int64_t took_us = clock_monotonic_us() - l->turn_us;

	if (took_us > l->longest_us)
		l->longest_us = took_us;
	l->turn_us = 0;
}

int64_t loop_longest_turn(const struct loop *l)
{
	return l->longest_us;
}

void loop_run(struct loop *l)
{
	l->stop = false;
	while (!l->stop) {
		arm(l);
		step(l);
		fire_due(l);
		run_tasks(l);
		bury(l);
		end_turn(l);
	}
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}

static void signal_ready(void *arg, int events)
{
	struct loop *l = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(l->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
		l->on_signal(l->on_signal_arg, (int)info.ssi_signo);
}

bool loop_signals(struct loop *l, const int *signals, size_t count, void (*got)(void *, int), void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < count; i++)
		sigaddset(&set, signals[i]);
	l->on_signal = got;
	l->on_signal_arg = arg;
	sigprocmask(SIG_BLOCK, &set, NULL);
	l->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return l->signal_fd >= 0 && loop_add(l, l->signal_fd, LOOP_READ, signal_ready, l) > 0;
}

struct loop *loop_new(void)
{
	struct loop *l = alloc_zero(1, sizeof *l);

	l->signal_fd = -1;
	l->last_task = &l->tasks;
	l->now_us = clock_monotonic_us();
	l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (su_init() == 0 && (l->root = su_root_create(l)))
		su_root_threading(l->root, 0);
	if (!l->root || l->timer_fd < 0 || loop_add(l, l->timer_fd, LOOP_READ, timer_ready, l) <= 0) {
		loop_free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->watch_room; i++)
		if (l->watches[i])
			loop_remove(l, (int)i);
	bury(l);
	if (l->root)
		su_root_destroy(l->root);
	su_deinit();
	if (l->timer_fd >= 0)
		close(l->timer_fd);
	if (l->signal_fd >= 0)
		close(l->signal_fd);
	free(l->watches);
	free(l->heap);
	free(l);
}
