/* The link to Redis, against a real one. */
#include "unit.h"

#include "redis_bench.h"
#include "redis_server.h"

static inline bool says(const char *text, const char *part)
{
	bool found = strstr(text, part) != NULL;

	if (!found)
		printf("\n  \"%s\" is not in \"%s\"\n", part, text);
	return found;
}

static void a_link_comes_up_and_says_where(void)
{
	struct redis_server s;
	struct redis_bench b;
	char where[40];

	redis_server_start(&s, "");
	bench_start(&b, s.port);
	CU_ASSERT_FALSE(bench_send(&b, "PING", NULL, NULL));
	snprintf(where, sizeof where, "127.0.0.1:%u", s.port);
	CU_ASSERT_STRING_EQUAL(redis_where(b.redis), where);
	AWAIT(b.loop, b.up);
	CU_ASSERT_TRUE(bench_send(&b, "SET", "fg:1:{a}", "17"));
	CU_ASSERT_TRUE(bench_send(&b, "GET", "fg:1:{a}", NULL));
	AWAIT(b.loop, b.replies == 2);
	CU_ASSERT_STRING_EQUAL(b.reply, "17");
	CU_ASSERT_EQUAL(b.downs, 0);
	CU_ASSERT_EQUAL(b.ups, 1);
	bench_end(&b);
	redis_server_stop(&s);
}

static void replies_come_in_order_however_many_are_under_way(void)
{
	struct redis_server s;
	struct redis_bench b;
	char number[12];

	redis_server_start(&s, "");
	bench_start(&b, s.port);
	AWAIT(b.loop, b.up);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(number, sizeof number, "%u", i);
		CU_ASSERT_TRUE(bench_send(&b, "ECHO", number, NULL));
	}
	AWAIT(b.loop, b.replies == 5000);
	CU_ASSERT_EQUAL(b.disorder, 0);
	CU_ASSERT_EQUAL(b.misses, 0);
	bench_end(&b);
	redis_server_stop(&s);
}

CU_TestInfo redis_tests[] = {
	{ "a link comes up, and says where", a_link_comes_up_and_says_where },
	{ "replies come in order, however many are under way", replies_come_in_order_however_many_are_under_way },
	CU_TEST_INFO_NULL
};
