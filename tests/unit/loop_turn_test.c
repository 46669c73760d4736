/* What a turn of the event loop brings: work for its end, descriptors, signals. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "turns.h"
#include "unit.h"

/* What ran, in order. */
struct story {
	struct loop *loop;
	char told[64];
	size_t length;
};

struct actor {
	struct story *story;
	char name;
	struct timer timer;
	struct task task;
	struct actor *other; /* whom it does something to */
	int again;           /* how often it still asks for itself */
};

static struct loop *loop_made(void)
{
	struct loop *loop = loop_new();

	CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
	return loop;
}

static void tell(void *arg)
{
	struct actor *a = arg;

	if (a->story->length < sizeof a->story->told - 1)
		a->story->told[a->story->length++] = a->name;
}

static void later(struct actor *a)
{
	loop_later(a->story->loop, &a->task, tell, a);
}

static void tasks_run_once_in_their_order(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, { 0 }, NULL, 0 }, b = a, c = a;

	b.name = 'b', c.name = 'c';
	later(&b);
	later(&a);
	later(&b);
	later(&c);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "bac");
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "bac");
	loop_free(story.loop);
}

static void ask_again(void *arg)
{
	struct actor *a = arg;

	tell(a);
	if (a->again-- > 0)
		loop_later(a->story->loop, &a->task, ask_again, a);
}

static void who_asks_again_runs_in_the_next_turn(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, { 0 }, NULL, 2 }, b = a;

	b.name = 'b';
	b.again = 0;
	loop_later(story.loop, &a.task, ask_again, &a);
	loop_later(story.loop, &b.task, ask_again, &b);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "ab");
	CU_ASSERT_TRUE(a.task.waiting);
	later(&b);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "abab");
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "ababa");
	CU_ASSERT_FALSE(a.task.waiting);
	loop_free(story.loop);
}

static void ask_until_the_end(void *arg)
{
	struct actor *a = arg;

	if (a->again-- > 0)
		loop_later(a->story->loop, &a->task, ask_until_the_end, a);
	else
		loop_stop(a->story->loop);
}

static void a_turn_with_work_does_not_sleep(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, { 0 }, NULL, 100 };
	int64_t began = clock_monotonic_us();

	loop_later(story.loop, &a.task, ask_until_the_end, &a);
	loop_run(story.loop);
	CU_ASSERT_TRUE(clock_monotonic_us() - began < 900000);
	loop_free(story.loop);
}

static void a_forgotten_one_does_not_run(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, { 0 }, NULL, 0 }, b = a, c = a;

	b.name = 'b', c.name = 'c';
	loop_forget(story.loop, &a.task);
	later(&a);
	later(&b);
	loop_forget(story.loop, &b.task);
	later(&c);
	loop_forget(story.loop, &a.task);
	later(&b);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "cb");
	later(&a);
	loop_forget(story.loop, &a.task);
	later(&b);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "cbb");
	loop_free(story.loop);
}

static void forget_the_other(void *arg)
{
	struct actor *a = arg;

	tell(a);
	loop_forget(a->story->loop, &a->other->task);
}

static void forgetting_in_a_run(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, { 0 }, NULL, 0 }, b = a, c = a, d = a;

	b.name = 'b', c.name = 'c', d.name = 'd';
	/* The next one. */
	a.other = &b;
	loop_later(story.loop, &a.task, forget_the_other, &a);
	later(&b);
	later(&c);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "ac");
	/* The last one, while others have asked for the next turn already. */
	c.other = &d;
	b.again = 1;
	loop_later(story.loop, &b.task, ask_again, &b);
	loop_later(story.loop, &c.task, forget_the_other, &c);
	later(&d);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "acbc");
	/* One of the next turn, and then another is asked for. */
	a.other = &b;
	b.again = 1;
	loop_later(story.loop, &b.task, ask_again, &b);
	loop_later(story.loop, &a.task, forget_the_other, &a);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "acbcba");
	CU_ASSERT_FALSE(b.task.waiting);
	later(&d);
	turn_once(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "acbcbad");
	loop_free(story.loop);
}

static void free_itself(void *arg)
{
	struct actor *a = arg;

	tell(a);
	free(a);
}

static void a_task_may_free_itself(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);

	CU_ASSERT_TRUE_FATAL(a && b);
	*a = (struct actor) { .story = &story, .name = 'a' };
	*b = (struct actor) { .story = &story, .name = 'b' };
	loop_later(story.loop, &a->task, free_itself, a);
	timer_set(story.loop, &b->timer, 1, free_itself, b);
	turn_for(story.loop, 2);
	turn_once(story.loop);
	CU_ASSERT_EQUAL(story.length, 2);
	loop_free(story.loop);
}

/* --- descriptors --- */

struct watcher {
	struct loop *loop;
	int fds[2], index;  /* the first one is watched */
	int events;         /* all that was told */
	unsigned calls;
	struct watcher *victim;
};

static void ready(void *arg, int events)
{
	struct watcher *w = arg;

	w->events |= events;
	w->calls++;
	if (!w->victim)
		return;
	loop_remove(w->loop, w->victim->index);
	close(w->victim->fds[0]);
	w->victim->victim = NULL;
	w->victim = NULL;
}

static struct watcher watch(struct loop *loop, struct watcher *at, int events)
{
	struct watcher w = { .loop = loop };

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, w.fds), 0);
	w.index = loop_add(loop, w.fds[0], events, ready, at);
	CU_ASSERT_TRUE_FATAL(w.index > 0);
	return w;
}

static void only_what_is_wanted_is_told(void)
{
	struct loop *loop = loop_made();
	struct watcher w;

	w = watch(loop, &w, LOOP_READ);
	turn_once(loop);
	CU_ASSERT_EQUAL(w.calls, 0);
	CU_ASSERT_EQUAL(write(w.fds[1], "x", 1), 1);
	turn_once(loop);
	CU_ASSERT_EQUAL(w.events, LOOP_READ);
	loop_want(loop, w.index, 0);
	w.calls = 0;
	turn_once(loop);
	CU_ASSERT_EQUAL(w.calls, 0);
	w.events = 0;
	loop_want(loop, w.index, LOOP_WRITE);
	turn_once(loop);
	CU_ASSERT_EQUAL(w.events, LOOP_WRITE);
	loop_want(loop, w.index, 0);
	close(w.fds[1]);
	turn_once(loop);
	CU_ASSERT_TRUE(w.events & LOOP_BROKEN);
	loop_remove(loop, w.index);
	w.calls = 0;
	turn_once(loop);
	CU_ASSERT_EQUAL(w.calls, 0);
	close(w.fds[0]);
	loop_free(loop);
}

static void who_is_removed_hears_no_more(void)
{
	struct loop *loop = loop_made();
	struct watcher a, b, c, *heard;

	a = watch(loop, &a, LOOP_READ);
	b = watch(loop, &b, LOOP_READ);
	c = watch(loop, &c, LOOP_READ);
	/* Whoever of a and b is told first removes the other; c removes itself. */
	a.victim = &b;
	b.victim = &a;
	c.victim = &c;
	CU_ASSERT_TRUE(write(a.fds[1], "x", 1) == 1 && write(b.fds[1], "x", 1) == 1 && write(c.fds[1], "x", 1) == 1);
	for (int i = 0; i < 5; i++)
		turn_once(loop);
	CU_ASSERT_EQUAL(c.calls, 1);
	heard = a.calls ? &a : &b;
	CU_ASSERT_TRUE(a.calls == 0 || b.calls == 0);
	CU_ASSERT_TRUE(heard->calls > 0);
	loop_remove(loop, heard->index);
	close(heard->fds[0]);
	close(a.fds[1]);
	close(b.fds[1]);
	close(c.fds[1]);
	loop_free(loop);
}

static void a_turn_tells_all_that_are_ready(void)
{
	struct loop *loop = loop_made();
	struct watcher all[50];
	unsigned told = 0;

	for (size_t i = 0; i < 50; i++) {
		all[i] = watch(loop, &all[i], LOOP_READ);
		CU_ASSERT_EQUAL(write(all[i].fds[1], "x", 1), 1);
	}
	turn_once(loop);
	for (size_t i = 0; i < 50; i++) {
		told += all[i].calls > 0;
		loop_remove(loop, all[i].index);
		close(all[i].fds[0]);
		close(all[i].fds[1]);
	}
	CU_ASSERT_EQUAL(told, 50);
	loop_free(loop);
}

static void dawdle(void *arg)
{
	int64_t until = clock_monotonic_us() + *(const int64_t *)arg;

	while (clock_monotonic_us() < until)
		;
}

/* What sleeps holds nobody up; what works does, in whatever part of the turn. */
static void the_longest_turn_is_known(void)
{
	struct loop *loop = loop_made();
	struct timer timer = { 0 };
	struct task task = { 0 };
	int64_t work_us = 20000;

	turn_for(loop, 400);
	CU_ASSERT_TRUE(loop_longest_turn(loop) < 400000);
	loop_later(loop, &task, dawdle, &work_us);
	timer_set(loop, &timer, 1, dawdle, &work_us);
	turn_once(loop);
	CU_ASSERT_TRUE(loop_longest_turn(loop) >= 2 * work_us);
	loop_free(loop);
}

static void got_signal(void *arg, int number)
{
	*(int *)arg = number;
}

static void signals_come_in_a_turn(void)
{
	struct loop *loop = loop_made();
	const int signals[] = { SIGUSR1, SIGUSR2 };
	sigset_t before;
	int got = 0;

	sigprocmask(SIG_SETMASK, NULL, &before);
	CU_ASSERT_TRUE(loop_signals(loop, signals, 2, got_signal, &got));
	raise(SIGUSR2);
	CU_ASSERT_EQUAL(got, 0);
	turn_once(loop);
	CU_ASSERT_EQUAL(got, SIGUSR2);
	loop_free(loop);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

CU_TestInfo loop_turn_tests[] = {
	{ "tasks run once, in the order that they were asked for", tasks_run_once_in_their_order },
	{ "a task that asks again runs in the next turn", who_asks_again_runs_in_the_next_turn },
	{ "a turn with work waiting does not sleep", a_turn_with_work_does_not_sleep },
	{ "a forgotten task does not run, the others do", a_forgotten_one_does_not_run },
	{ "a task may forget others while tasks run, of this turn and the next", forgetting_in_a_run },
	{ "a task and a deadline may free themselves", a_task_may_free_itself },
	{ "only what is wanted is told of a descriptor, but for its end", only_what_is_wanted_is_told },
	{ "a removed descriptor's owner hears no more, in the same turn too", who_is_removed_hears_no_more },
	{ "a turn tells all that are ready, not only the first few", a_turn_tells_all_that_are_ready },
	{ "how long the longest turn took is known, without its sleep", the_longest_turn_is_known },
	{ "signals come in a turn, not before", signals_come_in_a_turn },
	CU_TEST_INFO_NULL
};
