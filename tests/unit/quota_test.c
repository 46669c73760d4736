/* A bounded good that many share. */
#include "../../gateway/quota.h"
#include "chance.h"
#include "unit.h"

#define OWNERS 12

static void under_the_limit_all_take(void)
{
	struct quota q = { .limit = 800 };
	struct share one = { 0 }, other = { 0 };

	CU_ASSERT_TRUE(quota_take(&q, &one, 700));
	CU_ASSERT_TRUE(quota_take(&q, &one, 99));
	CU_ASSERT_TRUE(quota_take(&q, &other, 1));
	CU_ASSERT_EQUAL(q.used, 800);
	CU_ASSERT_EQUAL(q.owners, 2);
	CU_ASSERT_EQUAL(one.used, 799);
}

static void who_filled_it_feels_it_first(void)
{
	struct quota q = { .limit = 800 };
	struct share greedy = { 0 }, modest = { 0 }, newcomer = { 0 };

	CU_ASSERT_TRUE(quota_take(&q, &modest, 10));
	CU_ASSERT_TRUE(quota_take(&q, &greedy, 790));
	CU_ASSERT_FALSE(quota_take(&q, &greedy, 1));
	CU_ASSERT_TRUE(quota_would(&q, &modest, 1));
	CU_ASSERT_TRUE(quota_take(&q, &modest, 1));
	CU_ASSERT_TRUE(quota_take(&q, &newcomer, 99));
	CU_ASSERT_EQUAL(q.used, 900);
	CU_ASSERT_EQUAL(greedy.used, 790);
}

static void an_even_share_is_not_under_it(void)
{
	struct quota q = { .limit = 800 };
	struct share one = { 0 }, other = { 0 };

	CU_ASSERT_TRUE(quota_take(&q, &one, 400));
	CU_ASSERT_TRUE(quota_take(&q, &other, 400));
	CU_ASSERT_FALSE(quota_take(&q, &one, 1));
	CU_ASSERT_FALSE(quota_take(&q, &other, 1));
	quota_give(&q, &one, 1);
	CU_ASSERT_TRUE(quota_take(&q, &one, 2));
	CU_ASSERT_FALSE(quota_take(&q, &one, 1));
}

static void an_eighth_above_it_is_the_end(void)
{
	struct quota q = { .limit = 800 };
	struct share greedy = { 0 }, newcomer = { 0 };

	CU_ASSERT_TRUE(quota_take(&q, &greedy, 800));
	CU_ASSERT_FALSE(quota_take(&q, &newcomer, 101));
	CU_ASSERT_EQUAL(newcomer.used, 0);
	CU_ASSERT_EQUAL(q.used, 800);
	CU_ASSERT_EQUAL(q.owners, 1);
	CU_ASSERT_TRUE(quota_take(&q, &newcomer, 100));
	CU_ASSERT_FALSE(quota_take(&q, &(struct share) { 0 }, 1));
}

static void what_is_given_back_may_be_taken(void)
{
	struct quota q = { .limit = 8 };
	struct share one = { 0 }, other = { 0 };

	CU_ASSERT_TRUE(quota_take(&q, &one, 8));
	CU_ASSERT_FALSE(quota_take(&q, &one, 1));
	quota_give(&q, &one, 8);
	CU_ASSERT_EQUAL(q.owners, 0);
	CU_ASSERT_TRUE(quota_take(&q, &other, 8));
	CU_ASSERT_EQUAL(q.owners, 1);
	CU_ASSERT_EQUAL(q.used, 8);
}

static void asking_takes_nothing(void)
{
	struct quota q = { .limit = 8 };
	struct share one = { 0 };

	CU_ASSERT_TRUE(quota_would(&q, &one, 8));
	CU_ASSERT_EQUAL(q.used, 0);
	CU_ASSERT_EQUAL(one.used, 0);
	CU_ASSERT_EQUAL(q.owners, 0);
}

/* What was asked for but must not have been, and the sums that must hold. */
static bool step(struct quota *q, struct share *shares, struct chance *chance)
{
	struct share *s = &shares[chance_below(chance, OWNERS)];
	size_t amount = chance_below(chance, 40), sum = 0, owners = 0;
	bool good = true;

	if (chance_below(chance, 3) == 0)
		quota_give(q, s, amount > s->used ? s->used : amount);
	else if (!quota_take(q, s, amount))
		good = q->used + amount > q->limit;
	for (size_t i = 0; i < OWNERS; i++) {
		sum += shares[i].used;
		owners += shares[i].used > 0;
	}
	return good && q->used == sum && q->owners == owners && q->used <= q->limit + q->limit / 8;
}

static void the_sums_hold_whatever_happens(void)
{
	struct chance chance = chance_new();
	struct quota q = { .limit = 400 };
	struct share shares[OWNERS] = { { 0 } };
	bool good = true;

	for (int i = chance_rounds(20000); i-- && good;)
		good = step(&q, shares, &chance);
	CU_ASSERT_TRUE(good);
}

CU_TestInfo quota_tests[] = {
	{ "under the limit all take freely", under_the_limit_all_take },
	{ "from the limit on who filled it is refused, who has little is not", who_filled_it_feels_it_first },
	{ "an even share is not under it", an_even_share_is_not_under_it },
	{ "an eighth above the limit everybody is refused, and nothing is taken", an_eighth_above_it_is_the_end },
	{ "what is given back may be taken, and who has none is no owner", what_is_given_back_may_be_taken },
	{ "asking takes nothing", asking_takes_nothing },
	{ "the sums hold whatever is taken and given", the_sums_hold_whatever_happens },
	CU_TEST_INFO_NULL
};
