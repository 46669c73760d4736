/* The event loop's deadlines. */
#include "chance.h"
#include "turns.h"
#include "unit.h"

#define MANY 300

/* What fired, in order. */
struct story {
	struct loop *loop;
	char told[64];
	size_t length;
};

struct actor {
	struct story *story;
	char name;
	struct timer timer;
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

static int64_t in_ms(int milliseconds)
{
	return clock_monotonic_us() + milliseconds * (int64_t)1000;
}

static void fire_at(struct actor *a, int64_t at)
{
	timer_set(a->story->loop, &a->timer, at, tell, a);
}

static void deadlines_come_in_their_order(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, NULL, 0 }, b = a, c = a, d = a;
	int64_t now = clock_monotonic_us();

	b.name = 'b', c.name = 'c', d.name = 'd';
	fire_at(&c, now + 3000);
	fire_at(&a, now + 1000);
	fire_at(&d, now + 20000000);
	fire_at(&b, now + 2000);
	turn_for(story.loop, 30);
	CU_ASSERT_STRING_EQUAL(story.told, "abc");
	CU_ASSERT_EQUAL(c.timer.place, 0);
	CU_ASSERT_NOT_EQUAL(d.timer.place, 0);
	loop_free(story.loop);
}

static void fire_punctually(void *arg)
{
	struct actor *a = arg;

	CU_ASSERT_TRUE(a->timer.at_us <= loop_now(a->story->loop));
	CU_ASSERT_TRUE(loop_now(a->story->loop) <= clock_monotonic_us());
	tell(a);
	loop_stop(a->story->loop);
}

static void never_early_and_not_much_later(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, NULL, 0 }, far = a;
	int64_t began = clock_monotonic_us();

	/* One far away is armed first: the nearer one must move the alarm. */
	fire_at(&far, began + 60000000);
	turn_once(story.loop);
	timer_set(story.loop, &a.timer, in_ms(40), fire_punctually, &a);
	loop_run(story.loop);
	CU_ASSERT_TRUE(clock_monotonic_us() - began >= 40000);
	CU_ASSERT_TRUE(clock_monotonic_us() - began < 700000);
	CU_ASSERT_STRING_EQUAL(story.told, "a");
	timer_set(story.loop, &a.timer, 1, fire_punctually, &a);
	loop_run(story.loop);
	CU_ASSERT_STRING_EQUAL(story.told, "aa");
	loop_free(story.loop);
}

static void setting_a_set_one_moves_it(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, NULL, 0 }, b = a, c = a;

	b.name = 'b', c.name = 'c';
	fire_at(&a, in_ms(1));
	fire_at(&b, in_ms(2));
	fire_at(&c, in_ms(20000));
	fire_at(&a, in_ms(20));
	fire_at(&c, in_ms(10));
	turn_for(story.loop, 50);
	CU_ASSERT_STRING_EQUAL(story.told, "bca");
	loop_free(story.loop);
}

static void stop_the_other(void *arg)
{
	struct actor *a = arg;

	tell(a);
	timer_stop(a->story->loop, &a->timer);
	timer_stop(a->story->loop, &a->other->timer);
}

static void a_stopped_one_does_not_come(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, NULL, 0 }, b = a, c = a, d = a;
	int64_t now = clock_monotonic_us();

	b.name = 'b', c.name = 'c', d.name = 'd';
	a.other = &c;
	timer_set(story.loop, &a.timer, now + 1, stop_the_other, &a);
	fire_at(&b, now + 2);
	fire_at(&c, now + 3);
	fire_at(&d, now + 4);
	timer_stop(story.loop, &b.timer);
	timer_stop(story.loop, &b.timer);
	turn_for(story.loop, 5);
	CU_ASSERT_STRING_EQUAL(story.told, "ad");
	fire_at(&c, in_ms(1));
	turn_for(story.loop, 10);
	CU_ASSERT_STRING_EQUAL(story.told, "adc");
	loop_free(story.loop);
}

static void fire_again(void *arg)
{
	struct actor *a = arg;

	tell(a);
	if (a->again-- > 0)
		timer_set(a->story->loop, &a->timer, loop_now(a->story->loop) + 1000, fire_again, a);
	if (a->other)
		fire_at(a->other, loop_now(a->story->loop));
}

static void one_may_set_itself_and_others(void)
{
	struct story story = { loop_made(), "", 0 };
	struct actor a = { &story, 'a', { 0 }, NULL, 2 }, b = a;

	b.name = 'b';
	a.other = &b;
	timer_set(story.loop, &a.timer, in_ms(1), fire_again, &a);
	turn_for(story.loop, 60);
	CU_ASSERT_STRING_EQUAL(story.told, "ababab");
	loop_free(story.loop);
}

struct ordered {
	struct timer timer;
	struct timer *last;
	unsigned *fired;
};

static void fire_in_order(void *arg)
{
	struct ordered *o = arg;

	CU_ASSERT_TRUE(o->timer.at_us >= o->last->at_us);
	CU_ASSERT_TRUE(o->timer.at_us > o->last->at_us || o->timer.number > o->last->number);
	*o->last = o->timer;
	++*o->fired;
}

static void any_history_keeps_the_order(void)
{
	struct chance chance = chance_new();
	struct loop *loop = loop_made();
	struct ordered all[MANY] = { { { 0 }, NULL, NULL } };
	unsigned fired = 0, set = 0;
	struct timer last = { 0 };
	int64_t now = clock_monotonic_us();

	for (int i = chance_rounds(5000); i--;) {
		struct ordered *o = &all[chance_below(&chance, MANY)];

		o->last = &last;
		o->fired = &fired;
		if (chance_below(&chance, 4) == 0)
			timer_stop(loop, &o->timer);
		else
			timer_set(loop, &o->timer, now - 1000 + chance_below(&chance, 40), fire_in_order, o);
	}
	for (size_t i = 0; i < MANY; i++)
		set += all[i].timer.place != 0;
	turn_for(loop, 10);
	CU_ASSERT_TRUE(set > MANY / 2);
	CU_ASSERT_EQUAL(fired, set);
	loop_free(loop);
}

CU_TestInfo loop_tests[] = {
	{ "deadlines come in their order, whatever the order they were set in", deadlines_come_in_their_order },
	{ "a deadline is never early and not much later, past ones come at once", never_early_and_not_much_later },
	{ "setting a set deadline moves it, to both sides", setting_a_set_one_moves_it },
	{ "a stopped deadline does not come, though it was due in the same turn", a_stopped_one_does_not_come },
	{ "a deadline may set itself again, and others", one_may_set_itself_and_others },
	{ "any history of setting and stopping keeps the order, that of setting for those of one time", any_history_keeps_the_order },
	CU_TEST_INFO_NULL
};
