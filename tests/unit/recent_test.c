/* The last lines, and who follows them. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/recent.h"
#include "unit.h"

static void add(struct recent *r, uint64_t number)
{
	char text[32];

	recent_add(r, text, (size_t)snprintf(text, sizeof text, "line %llu", (unsigned long long)number));
}

static void is_there(struct recent *r, uint64_t number, bool there)
{
	char text[32];
	size_t length;
	const char *line = recent_line(r, number, &length);

	CU_ASSERT_EQUAL(line != NULL, there);
	if (!line)
		return;
	CU_ASSERT_EQUAL(length, (size_t)snprintf(text, sizeof text, "line %llu", (unsigned long long)number));
	CU_ASSERT_STRING_EQUAL(line, text);
}

static void the_last_thousand_are_kept(void)
{
	struct recent *r = recent_new();

	is_there(r, 0, false);
	for (uint64_t i = 0; i < 2500; i++) {
		add(r, i);
		CU_ASSERT_EQUAL(recent_next(r), i + 1);
		CU_ASSERT_EQUAL(recent_oldest(r), i < RECENT_LINES ? 0 : i + 1 - RECENT_LINES);
	}
	for (uint64_t i = 0; i < 2501; i++)
		is_there(r, i, i >= 1500 && i < 2500);
	recent_free(r);
}

static void long_lines_are_kept_as_far_as_they_fit(void)
{
	size_t half = RECENT_OCTETS / 2 - 1, length;
	char *text = malloc(half);
	struct recent *r = recent_new();

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'x', half);
	for (int i = 0; i < 5; i++)
		recent_add(r, text, half);
	CU_ASSERT_EQUAL(recent_oldest(r), 3);
	recent_add(r, "short", 5);
	CU_ASSERT_EQUAL(recent_oldest(r), 4);
	CU_ASSERT_PTR_NOT_NULL(recent_line(r, 5, &length));
	recent_free(r);
	free(text);
}

static void on_line(void *arg, const char *line, size_t length)
{
	*(size_t *)arg += length + (size_t)(line[length - 1] - '0');
}

static void a_follower_hears_what_is_to_come(void)
{
	size_t heard[2] = { 0, 0 };
	struct recent_follower one = { .line = on_line, .arg = &heard[0] }, two = { .line = on_line, .arg = &heard[1] };
	struct recent *r = recent_new();

	add(r, 1);
	recent_follow(r, &one);
	recent_follow(r, &two);
	add(r, 2);
	CU_ASSERT_EQUAL(heard[0], strlen("line 2") + 2);
	recent_unfollow(&one);
	recent_unfollow(&one);
	add(r, 3);
	CU_ASSERT_EQUAL(heard[0], strlen("line 2") + 2);
	CU_ASSERT_EQUAL(heard[1], 2 * strlen("line 2") + 5);
	recent_unfollow(&two);
	add(r, 4);
	CU_ASSERT_EQUAL(heard[1], 2 * strlen("line 2") + 5);
	recent_free(r);
}

CU_TestInfo recent_tests[] = {
	{ "the last thousand lines are kept", the_last_thousand_are_kept },
	{ "long lines are kept as far as they fit", long_lines_are_kept_as_far_as_they_fit },
	{ "a follower hears what is to come, until he has gone", a_follower_hears_what_is_to_come },
	CU_TEST_INFO_NULL
};
