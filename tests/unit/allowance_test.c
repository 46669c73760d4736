/* Who may ask DNS, how often, and what that costs the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/allowance.h"
#include "unit.h"

#define SECOND INT64_C(1000000)

static struct origin *partner(struct origins *all, unsigned number)
{
	char name[32];

	snprintf(name, sizeof name, "p%u.example", number);
	return origin_ref(all, name);
}

/* So many can be taken one after the other. */
static unsigned one_by_one(struct allowance *all, struct origin *o, int64_t now)
{
	unsigned count = 0;

	while (count < 1000 && allowance_take(all, o, now)) {
		allowance_give(all, o);
		count++;
	}
	return count;
}

static unsigned at_once(struct allowance *all, struct origin *o, int64_t now)
{
	unsigned count = 0;

	while (count < 1000 && allowance_take(all, o, now))
		count++;
	return count;
}

static void give(struct allowance *all, struct origin *o, unsigned count)
{
	while (count-- > 0)
		allowance_give(all, o);
}

static void a_burst_then_four_a_minute(void)
{
	struct origins *origins = calloc(1, sizeof *origins);
	struct allowance *all = allowance_new(origins);
	struct origin *o = partner(origins, 1);

	CU_ASSERT_EQUAL(one_by_one(all, o, 1000 * SECOND), 32);
	CU_ASSERT_EQUAL(one_by_one(all, o, 1014 * SECOND), 0);
	CU_ASSERT_EQUAL(one_by_one(all, o, 1015 * SECOND), 1);
	CU_ASSERT_EQUAL(one_by_one(all, o, 1060 * SECOND), 3);
	CU_ASSERT_EQUAL(one_by_one(all, o, 1060 * SECOND + 8 * 60 * SECOND), 32);
	origin_unref(origins, o);
	allowance_free(all);
	free(origins);
}

static void four_are_in_flight(void)
{
	struct origins *origins = calloc(1, sizeof *origins);
	struct allowance *all = allowance_new(origins);
	struct origin *o = partner(origins, 1);

	CU_ASSERT_EQUAL(at_once(all, o, 0), 4);
	allowance_give(all, o);
	CU_ASSERT_EQUAL(at_once(all, o, 0), 1);
	CU_ASSERT_EQUAL(at_once(all, NULL, 0), 16); /* the inside has no rate, and an end */
	give(all, NULL, 16);
	CU_ASSERT_EQUAL(one_by_one(all, NULL, 0), 1000);
	give(all, o, 4);
	origin_unref(origins, o);
	allowance_free(all);
	free(origins);
}

static void coming_again_gains_nothing(void)
{
	struct origins *origins = calloc(1, sizeof *origins);
	struct allowance *all = allowance_new(origins);
	struct origin *o = partner(origins, 1);

	CU_ASSERT_EQUAL(one_by_one(all, o, 0), 32);
	origin_unref(origins, o); /* its last connection has closed */
	CU_ASSERT_PTR_NOT_NULL(origin_find(origins, "p1.example"));
	o = partner(origins, 1);
	CU_ASSERT_EQUAL(one_by_one(all, o, SECOND), 0);
	origin_unref(origins, o);
	o = partner(origins, 2);
	CU_ASSERT_EQUAL(one_by_one(all, o, 500 * SECOND), 32); /* and by then the first has it all again, and is forgotten */
	CU_ASSERT_PTR_NULL(origin_find(origins, "p1.example"));
	origin_unref(origins, o);
	allowance_free(all);
	CU_ASSERT_PTR_NULL(origin_find(origins, "p2.example"));
	free(origins);
}

static void many_leave_room_for_others(void)
{
	struct origins *origins = calloc(1, sizeof *origins);
	struct allowance *all = allowance_new(origins);
	struct origin *o[40];
	unsigned taken[40], sum = 0, with_one = 0;

	for (unsigned i = 0; i < 40; i++) {
		o[i] = partner(origins, i);
		taken[i] = at_once(all, o[i], 0);
		sum += taken[i];
		with_one += taken[i] > 0;
	}
	CU_ASSERT_TRUE(taken[0] == 4 && taken[4] == 4 && taken[6] == 3 && taken[15] == 1);
	CU_ASSERT_EQUAL(sum, 48);
	CU_ASSERT_TRUE(with_one >= 20); /* of those who came when five had all that anybody can have */
	CU_ASSERT_EQUAL(at_once(all, NULL, 0), 16); /* and the inside is not shut out */
	give(all, NULL, 16);
	for (unsigned i = 0; i < 40; i++) {
		give(all, o[i], taken[i]);
		origin_unref(origins, o[i]);
	}
	allowance_free(all);
	free(origins);
}

static void the_spenders_remembered_are_bounded(void)
{
	struct origins *origins = calloc(1, sizeof *origins);
	struct allowance *all = allowance_new(origins);
	unsigned known = 0;
	char name[32];

	for (unsigned i = 0; i < 6000; i++) {
		struct origin *o = partner(origins, i);

		CU_ASSERT_TRUE(allowance_take(all, o, 0));
		allowance_give(all, o);
		origin_unref(origins, o);
	}
	for (unsigned i = 0; i < 6000; i++) {
		snprintf(name, sizeof name, "p%u.example", i);
		known += origin_find(origins, name) != NULL;
	}
	CU_ASSERT_TRUE(known >= 4096 && known <= 4097);
	CU_ASSERT_PTR_NOT_NULL(origin_find(origins, "p5999.example"));
	allowance_free(all);
	CU_ASSERT_PTR_NULL(origin_find(origins, "p5999.example"));
	free(origins);
}

CU_TestInfo allowance_tests[] = {
	{ "a burst of 32, then 4 a minute", a_burst_then_four_a_minute },
	{ "4 are in flight; the inside has 16 and no rate", four_are_in_flight },
	{ "who closes his connections and comes again gains nothing", coming_again_gains_nothing },
	{ "of 64 in flight many have few each, and some are for the inside", many_leave_room_for_others },
	{ "of spenders without a connection no more than 4096 are remembered", the_spenders_remembered_are_bounded },
	CU_TEST_INFO_NULL
};
