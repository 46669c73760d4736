/* The link to Redis, and a server that is none, or that falls silent. */
#include "unit.h"

#include "fake_server.h"
#include "redis_bench.h"

#define SUBSCRIBED "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"
#define MASTER "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"

/* A link to a server that says `greeting` to the first words, and nothing more. */
static void meet(struct redis_bench *b, struct fake_server *f, const char *channel, const char *greeting)
{
	bench_init(b);
	fake_start(f, b->loop, greeting);
	bench_add(b, "127.0.0.1", f->port);
	bench_open(b, channel);
}

static void part(struct redis_bench *b, struct fake_server *f)
{
	fake_stop(f);
	bench_end(b);
}

static void expect_left(const char *greeting, const char *reason)
{
	struct redis_bench b;
	struct fake_server f;

	meet(&b, &f, NULL, greeting);
	AWAIT(b.loop, b.downs > 0 && f.accepted >= 2); /* and tried again */
	CU_ASSERT_TRUE(bench_says(b.all, reason));
	CU_ASSERT_EQUAL(b.ups, 0);
	CU_ASSERT_EQUAL(b.downs, 1);
	part(&b, &f);
}

static void what_is_not_redis_is_left(void)
{
	expect_left("SIP/2.0 400 Bad Request\r\n", "is not Redis' protocol");
	expect_left("*50000000\r\n", "announced a reply that is too long");
	expect_left("*3\r\n$5\r\nslave\r\n$1\r\nx\r\n:1\r\n", "it is a replica");
}

static void a_strange_answer_is_not_hammered(void)
{
	static const char *const greetings[] = { "+OK\r\n", "*0\r\n", "*1\r\n:1\r\n", "-ERR unknown command `ROLE`\r\n" };

	for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
		struct redis_bench b;
		struct fake_server f;

		meet(&b, &f, NULL, greetings[i]);
		AWAIT(b.loop, b.downs > 0);
		turn_for(b.loop, 300);
		CU_ASSERT_EQUAL(b.downs, 1);
		CU_ASSERT_EQUAL(f.accepted, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(b.why, greetings[i][0] == '-' ? "it answers \"ERR unknown command" : "is it Redis?"));
		part(&b, &f);
	}
}

static void what_a_server_says_is_quoted(void)
{
	struct redis_bench b;
	struct fake_server f;

	meet(&b, &f, NULL, "-ERR \"\x1b[31m\xff\\\r\n");
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_STRING_EQUAL(b.why, "it answers \"ERR \\\"\\u001b[31m\\u00ff\\\\\"");
	part(&b, &f);
}

static void half_a_reply_and_silence_are_down(void)
{
	struct redis_bench b;
	struct fake_server f;

	bench_init(&b);
	fake_start(&f, b.loop, MASTER);
	bench_add(&b, "127.0.0.1", f.port);
	b.conf.timeout_us = 1000000;
	bench_open(&b, NULL);
	AWAIT(b.loop, strstr(f.last, "EVAL"));
	fake_say(&f, ":1\r\n");
	AWAIT(b.loop, b.up);
	for (unsigned i = 0; i < 3; i++)
		bench_send(&b, "ECHO", "0", NULL);
	AWAIT(b.loop, strstr(f.last, "ECHO"));
	fake_say(&f, "$100\r\nhalf of it");
	AWAIT(b.loop, !b.up);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.why, "its answers take longer than 1s"));
	CU_ASSERT_EQUAL(b.misses, 3);
	CU_ASSERT_EQUAL(b.replies, 0);
	part(&b, &f);
}

/* Three who fall silent at three moments; waited for together. */
static void who_says_nothing_is_left(void)
{
	struct redis_bench greeting, channel, open;
	struct fake_server f[3];
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	meet(&greeting, &f[0], NULL, NULL);
	meet(&channel, &f[1], "c", SUBSCRIBED);
	meet(&open, &f[2], NULL, MASTER);
	open.conf.timeout_us = 1000;
	while ((f[0].accepted < 2 || f[1].accepted < 2 || f[2].accepted < 2) && clock_monotonic_us() < until) {
		turn_for(greeting.loop, 3);
		turn_for(channel.loop, 3);
		turn_for(open.loop, 3);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(greeting.all, "it does not answer within 5 s"));
	CU_ASSERT_EQUAL(greeting.ups, 0);
	CU_ASSERT(channel.ups >= 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(channel.all, "it has said nothing for 10 s"));
	CU_ASSERT_PTR_NOT_NULL(strstr(open.all, "its answers take longer than 1ms"));
	CU_ASSERT_PTR_NOT_NULL(strstr(open.all, "it has said nothing for 5 s"));
	CU_ASSERT(f[1].accepted >= 2 && f[2].accepted >= 2);
	part(&greeting, &f[0]);
	part(&channel, &f[1]);
	part(&open, &f[2]);
}

CU_TestInfo redis_fault_tests[] = {
	{ "what is not Redis is left", what_is_not_redis_is_left },
	{ "a strange answer is not hammered", a_strange_answer_is_not_hammered },
	{ "what a server says is quoted", what_a_server_says_is_quoted },
	{ "half a reply, and silence, are down", half_a_reply_and_silence_are_down },
	{ "who says nothing is left", who_says_nothing_is_left },
	CU_TEST_INFO_NULL
};
