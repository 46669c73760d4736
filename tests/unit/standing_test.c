/* Answers and the class that follows, against a naive list of answers. */
#include "unit.h"

#include "../../policy/standing.h"
#include "chance.h"

#define SECOND  INT64_C(1000000)
#define ANSWERS 600

static const struct limits usual = {
	.suspicion_window_us = 300 * SECOND,
	.suspicion_hold_us = 3600 * SECOND,
	.min_responses = 20,
	.failure_share = 0.5,
};

static bool record_many(struct standing *s, const struct limits *limits, int successes, int failures, int64_t now)
{
	bool became = false;

	while (successes-- > 0)
		became |= standing_record(s, limits, OUTCOME_SUCCESS, now);
	while (failures-- > 0)
		became |= standing_record(s, limits, OUTCOME_FAILURE, now);
	return became;
}

static void statuses(void)
{
	static const int neutral[] = { 100, 180, 199, 401, 407, 408, 415, 420, 422, 423, 480, 481, 486, 487, 488, 489,
		491, 500, 503, 504, 580, 600, 603, 606, 700, 0, -1 };
	static const int failure[] = { 400, 402, 403, 404, 405, 406, 409, 410, 413, 414, 416, 484, 485, 493, 499, 604, 607, 699 };
	static const int success[] = { 200, 202, 299, 300, 302, 399 };

	for (size_t i = 0; i < sizeof neutral / sizeof *neutral; i++)
		CU_ASSERT_EQUAL(outcome_of_status(neutral[i]), OUTCOME_NEUTRAL);
	for (size_t i = 0; i < sizeof failure / sizeof *failure; i++)
		CU_ASSERT_EQUAL(outcome_of_status(failure[i]), OUTCOME_FAILURE);
	for (size_t i = 0; i < sizeof success / sizeof *success; i++)
		CU_ASSERT_EQUAL(outcome_of_status(success[i]), OUTCOME_SUCCESS);
	CU_ASSERT_STRING_EQUAL(outcome_token(OUTCOME_NEUTRAL), "neutral");
	CU_ASSERT_STRING_EQUAL(outcome_token(OUTCOME_SUCCESS), "success");
	CU_ASSERT_STRING_EQUAL(outcome_token(OUTCOME_FAILURE), "failure");
}

static void too_few(void)
{
	struct standing s;

	standing_init(&s);
	CU_ASSERT_FALSE(record_many(&s, &usual, 0, 19, 0));
	CU_ASSERT_FALSE(standing_record(&s, &usual, OUTCOME_NEUTRAL, 0));
	CU_ASSERT_TRUE(standing_record(&s, &usual, OUTCOME_FAILURE, 0));
	CU_ASSERT_TRUE(s.suspicious);
	standing_clear(&s);
}

static void share_is_strict(void)
{
	struct limits limits = usual;
	struct standing s;

	standing_init(&s);
	CU_ASSERT_FALSE(record_many(&s, &usual, 10, 10, 0));
	CU_ASSERT_TRUE(standing_record(&s, &usual, OUTCOME_FAILURE, 0));
	standing_clear(&s);
	limits.failure_share = 0.29;
	CU_ASSERT_FALSE(record_many(&s, &limits, 71, 29, 0));
	CU_ASSERT_TRUE(standing_record(&s, &limits, OUTCOME_FAILURE, 0));
	standing_clear(&s);
}

static void switched_off(void)
{
	struct limits limits = usual;
	struct standing s;
	uint32_t successes, failures;

	limits.min_responses = 0;
	standing_init(&s);
	CU_ASSERT_FALSE(record_many(&s, &limits, 0, 100, 0));
	standing_counts(&s, &limits, 0, &successes, &failures);
	CU_ASSERT_EQUAL(failures, 100);
	standing_clear(&s);
}

static void hold(void)
{
	struct standing s;
	const int64_t end = 3600 * SECOND;

	standing_init(&s);
	record_many(&s, &usual, 0, 20, 0);
	CU_ASSERT_EQUAL(s.since_us, 0);
	CU_ASSERT_EQUAL(s.until_us, end);
	CU_ASSERT_FALSE(record_many(&s, &usual, 0, 20, 100 * SECOND));
	CU_ASSERT_EQUAL(s.until_us, end);
	CU_ASSERT_EQUAL(standing_calm_at(&s, &usual, 100 * SECOND), end);
	CU_ASSERT_FALSE(standing_review(&s, &usual, end - 1));
	CU_ASSERT_TRUE(s.suspicious);
	CU_ASSERT_TRUE(standing_review(&s, &usual, end));
	CU_ASSERT_FALSE(s.suspicious);
	CU_ASSERT_FALSE(standing_review(&s, &usual, end + 1));
	standing_clear(&s);
}

static void below_half(void)
{
	struct standing s;
	const int64_t late = 3590 * SECOND, end = 3600 * SECOND;

	standing_init(&s);
	record_many(&s, &usual, 0, 20, 0);
	record_many(&s, &usual, 3, 1, late);
	CU_ASSERT_FALSE(standing_review(&s, &usual, end)); /* a quarter is not below a quarter */
	CU_ASSERT_EQUAL(standing_calm_at(&s, &usual, end), late + 300 * SECOND);
	record_many(&s, &usual, 1, 0, end);
	CU_ASSERT_TRUE(standing_review(&s, &usual, end));
	standing_clear(&s);
}

static void release(void)
{
	struct standing s;

	standing_init(&s);
	record_many(&s, &usual, 0, 20, 0);
	standing_release(&s);
	CU_ASSERT_FALSE(s.suspicious);
	CU_ASSERT_EQUAL(s.count, 0);
	CU_ASSERT_PTR_NULL(s.slots);
	CU_ASSERT_FALSE(record_many(&s, &usual, 0, 19, 1));
	standing_clear(&s);
}

struct answer {
	int64_t at;
	bool failure;
};

static int naive_count(const struct answer *answers, int count, bool failure, int64_t now, int64_t age)
{
	int found = 0;

	for (int i = 0; i < count; i++)
		found += answers[i].failure == failure && answers[i].at > now - age;
	return found;
}

/* Counted are at least those younger than 29/30 of the window, at most those
 * younger than the window. */
static bool between(uint32_t counted, const struct answer *answers, int count, bool failure, int64_t now, int64_t window)
{
	return (int)counted <= naive_count(answers, count, failure, now, window) &&
	    (int)counted >= naive_count(answers, count, failure, now, window - window / 30);
}

static bool life_agrees(struct chance *chance)
{
	struct answer answers[ANSWERS];
	struct limits limits = usual;
	struct standing s;
	int64_t now = (int64_t)chance_below(chance, 2000) - 1000;
	bool good = true;

	limits.suspicion_window_us = 30 * (1 + chance_below(chance, 16));
	standing_init(&s);
	for (int i = 0; good && i < ANSWERS; i++) {
		uint32_t successes, failures;
		bool was = s.suspicious, became;

		now += chance_below(chance, 4) ? chance_below(chance, 3) : chance_below(chance, 60);
		answers[i] = (struct answer){ now, chance_below(chance, 2) };
		became = standing_record(&s, &limits, answers[i].failure ? OUTCOME_FAILURE : OUTCOME_SUCCESS, now);
		standing_counts(&s, &limits, now, &successes, &failures);
		good = between(successes, answers, i + 1, false, now, limits.suspicion_window_us) &&
		    between(failures, answers, i + 1, true, now, limits.suspicion_window_us) && s.count <= 31 &&
		    became == (!was && successes + failures >= 20 && failures > successes);
	}
	standing_clear(&s);
	return good;
}

static void naive_list(void)
{
	struct chance chance = chance_new();
	int differ = 0;

	for (int round = chance_rounds(200); round > 0; round--)
		differ += !life_agrees(&chance);
	CU_ASSERT_EQUAL(differ, 0);
}

/* The forecast against looking at every moment in turn. */
static void forecast(void)
{
	struct chance chance = chance_new();
	int differ = 0;

	for (int round = chance_rounds(200); round > 0; round--) {
		struct limits limits = usual;
		struct standing s;
		int64_t now = (int64_t)chance_below(&chance, 500) - 250, calm;

		limits.suspicion_window_us = 30 + chance_below(&chance, 200);
		limits.suspicion_hold_us = chance_below(&chance, 300);
		standing_init(&s);
		record_many(&s, &limits, 0, 20, now);
		for (uint32_t i = chance_below(&chance, 30); i > 0; i--)
			record_many(&s, &limits, (int)chance_below(&chance, 9), (int)chance_below(&chance, 3), now += chance_below(&chance, 20));
		calm = standing_calm_at(&s, &limits, now);
		while (!standing_review(&s, &limits, now))
			now++;
		differ += calm != now;
		standing_clear(&s);
	}
	CU_ASSERT_EQUAL(differ, 0);
}

static void snapshot(void)
{
	struct standing s, copy;
	uint32_t at = 0, successes, failures;
	int64_t time_us;

	standing_init(&s);
	standing_init(&copy);
	record_many(&s, &usual, 3, 4, -7 * SECOND);
	record_many(&s, &usual, 1, 0, 100 * SECOND);
	record_many(&s, &usual, 0, 2, 290 * SECOND);
	while (standing_next(&s, &at, &time_us, &successes, &failures))
		standing_restore(&copy, &usual, time_us, successes, failures);
	CU_ASSERT_EQUAL(copy.count, s.count);
	for (int64_t now = 0; now < 600 * SECOND; now += SECOND) {
		uint32_t successes_too, failures_too;

		standing_counts(&s, &usual, now, &successes, &failures);
		standing_counts(&copy, &usual, now, &successes_too, &failures_too);
		CU_ASSERT_TRUE(successes == successes_too && failures == failures_too);
	}
	standing_clear(&s);
	standing_clear(&copy);
}

static void memory(void)
{
	struct standing s;

	standing_init(&s);
	CU_ASSERT_PTR_NULL(s.slots);
	record_many(&s, &usual, 1, 0, 0);
	CU_ASSERT_EQUAL(s.count, 1);
	standing_review(&s, &usual, 300 * SECOND - 1);
	CU_ASSERT_EQUAL(s.count, 1);
	standing_review(&s, &usual, 300 * SECOND);
	CU_ASSERT_PTR_NULL(s.slots);
}

CU_TestInfo standing_tests[] = {
	{ "each status is a success, a failure or no sign at all, as the table says", statuses },
	{ "fewer than min-responses answers make nobody suspicious, and neutral ones are not counted", too_few },
	{ "a share of exactly failure-share makes nobody suspicious", share_is_strict },
	{ "with min-responses 0 answers are counted and nobody becomes suspicious", switched_off },
	{ "suspicion lasts for hold from its beginning, and more failures do not prolong it", hold },
	{ "after hold suspicion lasts until the share is below half the threshold", below_half },
	{ "a release forgets answers and suspicion", release },
	{ "no answer is counted longer than the window, nor more than a thirtieth less", naive_list },
	{ "the end of suspicion is foretold to the microsecond when no more answers come", forecast },
	{ "what the snapshot walks through restores the same counts", snapshot },
	{ "only slots that hold something take memory, and none when all have left", memory },
	CU_TEST_INFO_NULL
};
