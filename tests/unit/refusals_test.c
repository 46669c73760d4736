/* The last refusals: their bounds, and how they are found. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/refusals.h"
#include "store_story.h"
#include "unit.h"

static struct refused refusal(const char *partner, int number)
{
	struct refused r = { .reason = "rate-limit", .rule = "policy.conf:9", .method = "MESSAGE", .direction = "in" };

	snprintf(r.partner, sizeof r.partner, "%s", partner);
	snprintf(r.call_id, sizeof r.call_id, "%s-%d", partner, number);
	return r;
}

static void take(void *arg, const struct refusals_found *found)
{
	*(struct refusals_found *)arg = *found;
}

static struct refusals_found find(struct refusals *r, enum refused_by by, const char *text)
{
	static struct refusals_found found;
	struct store *s = story_open("", 10);

	found = (struct refusals_found){ .count = 99 };
	refusals_find(r, s, by, text, take, &found);
	s->ops->close(s);
	return found;
}

static void keeps_sixteen_of_one(void)
{
	struct refusals *r = refusals_new("edge1.example.com");
	struct refused one;

	for (int i = 0; i < 40; i++) {
		one = refusal("contoso.example", i);
		refusals_note(r, &one);
	}
	one = refusal("fabrikam.example", 1);
	refusals_note(r, &one);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_PARTNER, "contoso.example").count, 16);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_PARTNER, "fabrikam.example").count, 1);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_CALL_ID, "contoso.example-23").count, 0);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_CALL_ID, "contoso.example-24").count, 1);
	CU_ASSERT_STRING_EQUAL(find(r, REFUSED_BY_CALL_ID, "contoso.example-39").list[0].edge, "edge1.example.com");
	refusals_free(r);
}

static void keeps_a_thousand(void)
{
	struct refusals *r = refusals_new("edge1.example.com");
	unsigned place, told = 0;
	const struct refused *untold;
	char name[40];

	for (int i = 0; i < 1500; i++) {
		struct refused one;

		snprintf(name, sizeof name, "p%d.example", i);
		one = refusal(name, 0);
		refusals_note(r, &one);
	}
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_PARTNER, "p499.example").count, 0);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_PARTNER, "p500.example").count, 1);
	while (refusals_next_untold(r, &place, &untold))
		told += place < REFUSALS_MOST && untold->partner[0];
	CU_ASSERT_EQUAL(told, REFUSALS_MOST);
	refusals_untell(r);
	for (told = 0; refusals_next_untold(r, &place, &untold); told++)
		;
	CU_ASSERT_EQUAL(told, REFUSALS_MOST);
	refusals_free(r);
}

static void the_newest_come_first(void)
{
	struct refusals_found found = { 0 };
	struct refused one;

	for (int i = 0; i < 30; i++) {
		one = refusal("contoso.example", i);
		snprintf(one.time, sizeof one.time, "2026-11-26T06:00:00.%03dZ", i * 7 % 30);
		refusals_add(&found, &one);
		refusals_add(&found, &one);
	}
	CU_ASSERT_EQUAL(found.count, REFUSALS_OF_ONE);
	for (size_t i = 0; i + 1 < found.count; i++)
		CU_ASSERT_TRUE(strcmp(found.list[i].time, found.list[i + 1].time) > 0);
	CU_ASSERT_STRING_EQUAL(found.list[0].time, "2026-11-26T06:00:00.029Z");
}

static void reads_what_it_writes(void)
{
	struct refused r = refusal("contoso.example", 1), again;
	char *text;

	snprintf(r.time, sizeof r.time, "2026-11-26T06:00:00.000Z");
	snprintf(r.call_id, sizeof r.call_id, "a\\\"b\\u00e9");
	text = refused_text(&r);
	CU_ASSERT_TRUE(refused_read(&again, text, strlen(text)) && refused_same(&again, &r));
	free(text);
}

static void reads_nothing_else(void)
{
	static const char *const texts[] = {
		"", "{}", "[]", "null", "{\"time\":\"2026-11-26T06:00:00.000\"}", "{\"time\":7}",
		"{\"time\":\"2026-11-26T06:00:00.000Z\",\"call_id\":\"\\u001b[2J\"}",
		"{\"time\":\"2026-11-26T06:00:00.000Z\",\"direction\":\"sideways\"}",
		"{\"time\":\"2026-11-26T06:00:00.000Z\",\"time\":\"2026-11-26T06:00:00.000Z\"}",
	};
	struct refused r;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		CU_ASSERT_FALSE(refused_read(&r, texts[i], strlen(texts[i])));
	CU_ASSERT_TRUE(refused_read(&r, "{\"time\":\"2026-11-26T06:00:00.000Z\"}", 35));
}

/* As the peer wrote it, or as the log shows it. */
static void escaped_or_not(void)
{
	struct refusals *r = refusals_new("edge1.example.com");
	struct refused one = refusal("contoso.example", 1);
	char raw[REFUSED_MARK_MAX], escaped[REFUSED_MARK_MAX], *text;

	snprintf(one.call_id, sizeof one.call_id, "a\\\"b");
	refusals_note(r, &one);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_CALL_ID, "a\"b").count, 1);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_CALL_ID, "a\\\"b").count, 1);
	CU_ASSERT_EQUAL(find(r, REFUSED_BY_CALL_ID, "ab").count, 0);
	text = refused_text(&one);
	refused_marks(REFUSED_BY_CALL_ID, "a\"b", raw, escaped);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, escaped));
	CU_ASSERT_PTR_NULL(strstr(text, raw));
	refused_marks(REFUSED_BY_CALL_ID, "a\\\"b", raw, escaped);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, raw));
	free(text);
	refusals_free(r);
}

CU_TestInfo refusals_tests[] = {
	{ "of one partner the last sixteen are kept", keeps_sixteen_of_one },
	{ "of all the last thousand are kept, and told once", keeps_a_thousand },
	{ "the newest come first, and once", the_newest_come_first },
	{ "what was written is read", reads_what_it_writes },
	{ "nothing else is read", reads_nothing_else },
	{ "a Call-ID is found as it was written and as it is shown", escaped_or_not },
	CU_TEST_INFO_NULL
};
