/* The sliding window against an oracle that keeps every slot ever given and
 * finds the earliest one by trying each moment in turn. Rates here are in
 * periods of a few microseconds, so that all moments can be tried. */
#include "unit.h"

#include "../../policy/window.h"
#include "chance.h"

#define HISTORY 400

struct oracle {
	struct { int64_t at; bool ends_call; } slots[HISTORY];
	int count;
};

static int held(const struct oracle *o, int64_t from, int64_t to)
{
	int found = 0;

	for (int i = 0; i < o->count; i++)
		found += o->slots[i].at >= from && o->slots[i].at < to;
	return found;
}

static bool would_keep(const struct oracle *o, const struct rate *rate, int64_t slot)
{
	for (int64_t t = slot - rate->period_us + 1; t <= slot; t++)
		if (held(o, t, t + rate->period_us) >= (int)rate->count)
			return false;
	return true;
}

static int64_t oracle_earliest(const struct oracle *o, const struct rate *rate, int64_t from, bool in_order)
{
	int64_t slot = from;

	for (int i = 0; in_order && i < o->count; i++)
		if (o->slots[i].at > slot)
			slot = o->slots[i].at;
	while (!would_keep(o, rate, slot))
		slot++;
	return slot;
}

static bool ever_over(const struct oracle *o, const struct rate *rate)
{
	for (int i = 0; i < o->count; i++)
		if (held(o, o->slots[i].at, o->slots[i].at + rate->period_us) > (int)rate->count)
			return true;
	return false;
}

static int oracle_waiting(const struct oracle *o, int64_t now, bool ends_call)
{
	int waiting = 0;

	for (int i = 0; i < o->count; i++)
		waiting += o->slots[i].at > now && o->slots[i].ends_call == ends_call;
	return waiting;
}

static void both_book(struct window *w, struct oracle *o, int64_t slot, bool ends_call)
{
	window_book(w, slot, ends_call);
	o->slots[o->count].at = slot;
	o->slots[o->count++].ends_call = ends_call;
}

static int64_t some_start(struct chance *chance)
{
	static const int64_t starts[] = { 0, -100, -3, 1, INT64_C(1790000000000000) };

	return starts[chance_below(chance, sizeof starts / sizeof *starts)];
}

static struct rate some_rate(struct chance *chance)
{
	return (struct rate){ 1 + chance_below(chance, 6), 1 + chance_below(chance, 12) };
}

/* One history; its slots are `in_order` all, none, or as it comes (-1); the
 * rate changes now and then when asked to. Returns false where the two differ. */
static bool history_agrees(struct chance *chance, int in_order, bool rate_changes)
{
	struct window w;
	struct oracle o = { .count = 0 };
	struct rate rate = some_rate(chance);
	int64_t now = some_start(chance);
	bool good = true;

	window_init(&w);
	while (good && o.count < HISTORY / 4) {
		bool ordered = in_order < 0 ? chance_below(chance, 2) == 0 : in_order == 1;
		int64_t from = now + (ordered ? 0 : chance_below(chance, 8)), slot;

		if (rate_changes && !chance_below(chance, 10))
			rate = some_rate(chance);
		slot = window_earliest(&w, &rate, from, ordered);
		good = slot == oracle_earliest(&o, &rate, from, ordered);
		if (slot - now < 30)
			both_book(&w, &o, slot, chance_below(chance, 3) == 0);
		if (!chance_below(chance, 3))
			now += chance_below(chance, 10);
		if (!chance_below(chance, 4))
			window_expire(&w, now, 12);
		good = good && (rate_changes || !ever_over(&o, &rate));
	}
	window_clear(&w);
	return good;
}

static void try_histories(int in_order, bool rate_changes)
{
	struct chance chance = chance_new();
	int differ = 0;

	for (int i = chance_rounds(300); i > 0; i--)
		differ += !history_agrees(&chance, in_order, rate_changes);
	CU_ASSERT_EQUAL(differ, 0);
}

static void arrival_order(void)
{
	try_histories(1, false);
}

static void insertion(void)
{
	try_histories(0, false);
}

static void mixed(void)
{
	try_histories(-1, false);
}

static void another_rate(void)
{
	try_histories(1, true);
	try_histories(-1, true);
}

static void twenty_a_second(void)
{
	const struct rate rate = { 20, 1000000 };
	struct window w;

	window_init(&w);
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(window_earliest(&w, &rate, 900000, true), 900000);
		window_book(&w, 900000, false);
	}
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 900000, true), 1900000);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 1899999, true), 1900000);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 1900000, true), 1900000);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 1900001, true), 1900001);
	window_clear(&w);
}

static void others_go_first(void)
{
	const struct rate rate = { 2, 10 };
	struct window w;

	window_init(&w);
	window_book(&w, 100, false);
	window_book(&w, 100, false);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 50, true), 110);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 50, false), 50);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 90, false), 90);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 91, false), 110);
	window_clear(&w);
}

static void no_rate(void)
{
	const struct rate rate = { 0, 0 };
	struct window w;

	window_init(&w);
	window_book(&w, 100, false);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 50, true), 50);
	CU_ASSERT_EQUAL(window_earliest(&w, &rate, 50, false), 50);
	window_clear(&w);
}

static void who_waits(void)
{
	struct chance chance = chance_new();
	int differ = 0;

	for (int round = chance_rounds(300); round > 0; round--) {
		struct window w;
		struct oracle o = { .count = 0 };
		int64_t now = some_start(&chance), room;
		uint32_t most = 1 + chance_below(&chance, 6);

		window_init(&w);
		for (uint32_t i = chance_below(&chance, 30); i > 0; i--)
			both_book(&w, &o, now - 10 + chance_below(&chance, 40), chance_below(&chance, 2));
		for (int ends_call = 0; ends_call < 2; ends_call++) {
			differ += (int)window_waiting(&w, now, ends_call) != oracle_waiting(&o, now, ends_call);
			for (room = now; oracle_waiting(&o, room, ends_call) >= (int)most; room++)
				;
			differ += window_room_at(&w, now, ends_call, most) != room;
		}
		window_clear(&w);
	}
	CU_ASSERT_EQUAL(differ, 0);
}

static void never_room(void)
{
	struct window w;

	window_init(&w);
	CU_ASSERT_EQUAL(window_room_at(&w, 5, false, 0), INT64_MAX);
	CU_ASSERT_EQUAL(window_room_at(&w, 5, false, 1), 5);
}

static void used(void)
{
	const struct rate rate = { 20, 10 };
	struct window w;

	window_init(&w);
	window_book(&w, -10, false);
	window_book(&w, -9, false);
	window_book(&w, 0, true);
	window_book(&w, 1, false);
	CU_ASSERT_EQUAL(window_used(&w, &rate, 0), 2);
	CU_ASSERT_EQUAL(window_used(&w, &rate, 1), 2);
	CU_ASSERT_EQUAL(window_used(&w, &rate, -1), 2);
	window_clear(&w);
}

static void memory(void)
{
	struct window w;

	window_init(&w);
	CU_ASSERT_PTR_NULL(w.slots);
	for (int i = 0; i < 1000; i++)
		window_book(&w, i, false);
	window_expire(&w, 1000, 10);
	CU_ASSERT_EQUAL(w.count, 9);
	CU_ASSERT_TRUE(w.room >= 9 && w.room < 1000);
	for (int i = 0; i < 20; i++)
		window_expire(&w, 1000, 10);
	CU_ASSERT_TRUE(w.room <= 9 * 4 + 4);
	CU_ASSERT_EQUAL(window_waiting(&w, 995, false), 4);
	window_expire(&w, 1008, 10);
	CU_ASSERT_EQUAL(w.count, 1);
	window_expire(&w, 1009, 10);
	CU_ASSERT_PTR_NULL(w.slots);
}

CU_TestInfo window_tests[] = {
	{ "the twenty-first of a second waits until the first is exactly a second old", twenty_a_second },
	{ "in arrival order each slot is the earliest that keeps the rate, and no period ever holds more", arrival_order },
	{ "between others' slots too each is the earliest, and no period ever holds more", insertion },
	{ "both kinds of booking mix, and no period ever holds more", mixed },
	{ "after a change of the rate each slot is the earliest that keeps the rate of now", another_rate },
	{ "what waits for a later slot holds back nobody who need not be in order", others_go_first },
	{ "a rate of count 0 limits nothing", no_rate },
	{ "the waiting are counted by kind, and room is told to the microsecond", who_waits },
	{ "where none may wait there is never room", never_room },
	{ "the rate of now counts one period back, its end included, its start not", used },
	{ "slots that are over are forgotten and their memory given back", memory },
	CU_TEST_INFO_NULL
};
