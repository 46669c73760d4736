/* What an edge that was cut off may bring back, and what not. */
#include "unit.h"

#include "script_story.h"

static void merged_targets(void)
{
	struct entry e = story_discovered("contoso.example");
	char targets[16 * 12];
	struct script_merge m = { .epoch = "1", .targets = targets, .targets_size = 16 * 8, .answers = "", .slots = "" };

	begin();
	for (uint64_t i = 0; i < 12; i++) {
		pack(targets + 16 * i, 100 + i);
		pack(targets + 16 * i + 8, i == 0 ? (uint64_t)(25 * HOUR) : (uint64_t)HOUR);
	}
	ask(&e, 101, NOW);
	ask(&e, 1, NOW);
	CU_ASSERT_FALSE(HOLDS(merge(&e, &m, NOW).own));
	CU_ASSERT_EQUAL(twin_targets(&redis, "fg:1:{dcontoso.example}"), 8); /* one was too old, one there */
	CU_ASSERT_EQUAL(twin_field(&redis, "fg:1:{dcontoso.example}", "c"), 8);
	ask(&e, 2, NOW + 23 * HOUR);
	ask(&e, 3, NOW + 23 * HOUR);
	CU_ASSERT_TRUE(ask(&e, 4, NOW + 23 * HOUR).seen.admitted); /* those that were an hour old are gone */
	m.epoch = "2";
	m.targets_size = sizeof(targets);
	CU_ASSERT_EQUAL(merge(&e, &m, NOW + 23 * HOUR).own.watched_since_us, NOW + 23 * HOUR);
	end();
}

static void merged_answers(void)
{
	struct entry e = story_discovered("contoso.example");
	char answers[16];
	struct script_merge m = { .epoch = "1", .targets = "", .answers = answers, .answers_size = 16, .slots = "" };
	struct script_standing s;

	begin();
	pack(answers, (uint64_t)(20 * SECOND));
	pack(answers + 8, UINT64_C(12) << 32);
	CU_ASSERT_FALSE(merge(&e, &m, NOW).became_suspicious);
	CU_ASSERT_FALSE(merge(&e, &m, NOW + SECOND).became_suspicious);
	m.epoch = "2";
	s = merge(&e, &m, NOW + 2 * SECOND);
	CU_ASSERT_TRUE(s.became_suspicious);
	CU_ASSERT_EQUAL(s.own.suspicious_until_us, NOW + 2 * SECOND + e.limits.suspicion_hold_us);
	CU_ASSERT_TRUE(ask(&e, 0, NOW + 3 * SECOND).seen.suspicious);
	end();
}

static void merged_holds(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = "" };
	struct script_standing s;
	int64_t now = NOW;

	begin();
	m.hold = (struct script_hold){ 100 * SECOND, HOUR, 50 * SECOND, 2 * HOUR, 0 };
	s = merge(&e, &m, NOW);
	CU_ASSERT_EQUAL(s.own.watched_since_us, NOW - 100 * SECOND);
	CU_ASSERT_EQUAL(s.own.watched_until_us, NOW + HOUR);
	CU_ASSERT_EQUAL(s.own.suspicious_since_us, NOW - 50 * SECOND);
	CU_ASSERT_EQUAL(s.own.suspicious_until_us, NOW + 2 * HOUR);
	CU_ASSERT_EQUAL(ask(&e, 1, NOW).seen.refused_until_us, NOW + HOUR);
	m.epoch = "2";
	m.hold.watched_until_us = HOUR / 2;
	m.hold.suspicious_until_us = 3 * HOUR;
	s = merge(&e, &m, NOW);
	CU_ASSERT_EQUAL(s.own.watched_until_us, NOW + HOUR);
	CU_ASSERT_EQUAL(s.own.suspicious_until_us, NOW + 3 * HOUR);
	twin_flush(&redis);
	enumerate(&e, &now);
	s = merge(&e, &m, now);
	CU_ASSERT_EQUAL(s.own.watched_until_us, now + e.limits.watch_hold_us);
	CU_ASSERT_EQUAL(s.own.watched_since_us, now);
	end();
}

static void release_is_newer(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = "" };
	char targets[16];
	struct script_standing s;

	begin();
	CU_ASSERT_TRUE(twin_release(&redis, &e.partner, 24 * HOUR, NOW).unknown);
	pack(targets, 5);
	pack(targets + 8, (uint64_t)(20 * SECOND));
	m.targets = targets;
	m.targets_size = 16;
	m.hold = (struct script_hold){ 10 * SECOND, HOUR, 10 * SECOND, HOUR, 0 };
	s = merge(&e, &m, NOW + 10 * SECOND);
	CU_ASSERT_FALSE(HOLDS(s.own));
	CU_ASSERT_EQUAL(s.own.released_us, NOW);
	CU_ASSERT_EQUAL(twin_targets(&redis, "fg:1:{dcontoso.example}"), 0);
	m.epoch = "2";
	m.hold.watched_since_us = m.hold.suspicious_since_us = 10 * SECOND - 1;
	s = merge(&e, &m, NOW + 10 * SECOND);
	CU_ASSERT_TRUE(s.own.watched_until_us && s.own.suspicious_until_us);
	m = (struct script_merge){ .epoch = "3", .targets = "", .answers = "", .slots = "", .hold.released_us = 5 * SECOND };
	s = merge(&e, &m, NOW + 10 * SECOND); /* released five seconds ago, where Redis could not hear of it */
	CU_ASSERT_FALSE(HOLDS(s.own));
	CU_ASSERT_EQUAL(s.own.released_us, NOW + 5 * SECOND);
	m.epoch = "4";
	m.hold.released_us = 9 * SECOND;
	CU_ASSERT_EQUAL(merge(&e, &m, NOW + 10 * SECOND).own.released_us, NOW + 5 * SECOND);
	CU_ASSERT_EQUAL(ask(&e, 5, NOW + 10 * SECOND).seen.class, CLASS_DISCOVERED);
	end();
}

/* A release ends what was before it, answers too, and nothing that came later. */
static void release_is_older(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = "" };
	int64_t now = NOW;

	begin();
	enumerate(&e, &now);
	m.hold.released_us = 1;
	CU_ASSERT_EQUAL(merge(&e, &m, now).own.watched_since_us, now);
	m.epoch = "2";
	twin_outcome(&redis, &e, "fffffffffffffffffff", 19, now);
	CU_ASSERT_EQUAL(merge(&e, &m, now + 20 * SECOND).own.watched_since_us, 0);
	CU_ASSERT_FALSE(twin_outcome(&redis, &e, "f", 1, now + 20 * SECOND).became_suspicious);
	end();
}

/* Sent again days later, when its edge has merged more and an operator has released the partner. */
static void late_is_late(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_merge m = { .epoch = "a.7", .targets = "", .answers = "", .slots = "", .late_us = 48 * HOUR };
	char targets[16];
	struct script_standing s;

	begin();
	pack(targets, 5);
	pack(targets + 8, SECOND);
	m.targets = targets;
	m.targets_size = 16;
	m.hold = (struct script_hold){ 10 * SECOND, HOUR, 10 * SECOND, HOUR, 0 };
	twin_release(&redis, &e.partner, 72 * HOUR, NOW + HOUR);
	s = merge(&e, &m, NOW + 48 * HOUR);
	CU_ASSERT_FALSE(HOLDS(s.own));
	CU_ASSERT_EQUAL(twin_targets(&redis, "fg:1:{dcontoso.example}"), 0);
	m.late_us = 0;
	m.epoch = "a.6"; /* older than one that was taken */
	m.hold = (struct script_hold){ 0 };
	merge(&e, &m, NOW + 48 * HOUR);
	CU_ASSERT_EQUAL(twin_targets(&redis, "fg:1:{dcontoso.example}"), 0);
	m.epoch = "b.6"; /* the edge has begun anew */
	merge(&e, &m, NOW + 48 * HOUR);
	CU_ASSERT_EQUAL(twin_targets(&redis, "fg:1:{dcontoso.example}"), 1);
	end();
}

static bool window_is_sorted(void)
{
	redisReply *list = redisCommand(redis.link, "LRANGE fg:1:{dcontoso.example}:w 0 -1");
	bool sorted = true;

	for (size_t i = 1; i < list->elements; i++)
		sorted = sorted && strtoll(list->element[i - 1]->str, NULL, 10) <= strtoll(list->element[i]->str, NULL, 10);
	freeReplyObject(list);
	return sorted;
}

static void merged_slots(void)
{
	struct entry e = story_discovered("contoso.example");
	char slots[8 * 10];
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = slots, .slots_size = sizeof(slots) };
	struct script_reading r;

	begin();
	for (int i = 0; i < 10; i++)
		pack(slots + 8 * i, (uint64_t)(2 * (SECOND / 2 - i * SECOND / 10)));
	CU_ASSERT_EQUAL(fill(&e, 10, NOW), 10);
	merge(&e, &m, NOW + SECOND / 10);
	merge(&e, &m, NOW + SECOND / 10);
	CU_ASSERT_EQUAL(text_integer("LLEN fg:1:{dcontoso.example}:w"), 20);
	CU_ASSERT_TRUE(window_is_sorted());
	CU_ASSERT_EQUAL(twin_field(&redis, "fg:1:{dcontoso.example}", "q"), NOW + SECOND / 2);
	r = ask(&e, 0, NOW + SECOND / 10);
	CU_ASSERT_EQUAL(r.seen.wait_us, SECOND / 2); /* the first of the twenty was 400 ms before the first ask */
	CU_ASSERT_EQUAL(twin_field(&redis, "fg:1:{dcontoso.example}", "q"), NOW + SECOND * 6 / 10);
	end();
}

CU_TestInfo merge_tests[] = {
	{ "merged targets are a union inside the window, and too many of them are watched", merged_targets },
	{ "merged answers are added once for each epoch, and judged", merged_answers },
	{ "of two holds the one that lasts longer stays", merged_holds },
	{ "what is older than a release is not brought back, and a newer release ends it", release_is_newer },
	{ "a release ends what was before it, and nothing that came later", release_is_older },
	{ "what is late is as old as it was, and nothing is taken again", late_is_late },
	{ "merged slots count in the window, once", merged_slots },
	CU_TEST_INFO_NULL
};
