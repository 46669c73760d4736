/* The link to Redis, against a real one. */
#include "unit.h"

#include "redis_bench.h"
#include "redis_server.h"

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

static void an_error_comes_as_such_and_does_no_harm(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "");
	bench_start(&b, s.port);
	AWAIT(b.loop, b.up);
	CU_ASSERT_TRUE(bench_send(&b, "EVALSHA", "ffffffffffffffffffffffffffffffffffffffff", "0"));
	AWAIT(b.loop, b.replies == 1);
	CU_ASSERT_EQUAL(b.errors, 1);
	CU_ASSERT_EQUAL(strncmp(b.reply, "NOSCRIPT ", 9), 0);
	CU_ASSERT_TRUE(b.was_up);
	CU_ASSERT_EQUAL(b.downs, 0);
	bench_end(&b);
	redis_server_stop(&s);
}

static void the_database_is_the_one_that_is_written(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "databases 4\n");
	bench_init(&b);
	bench_add(&b, "127.0.0.1", s.port);
	b.conf.database = 3;
	bench_open(&b, NULL);
	AWAIT(b.loop, b.up);
	CU_ASSERT_TRUE(bench_send(&b, "SET", "fg:1:{a}", "17"));
	AWAIT(b.loop, b.replies == 1);
	CU_ASSERT_EQUAL(redis_server_do(&s, "EXISTS fg:1:{a}"), 0);
	bench_end(&b);
	bench_init(&b);
	bench_add(&b, "127.0.0.1", s.port);
	b.conf.database = 4;
	bench_open(&b, NULL);
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_TRUE(bench_says(b.why, "store.database 4: it answers \"ERR DB index is out of range\""));
	bench_end(&b);
	redis_server_stop(&s);
}

static void a_name_is_looked_up(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "");
	bench_init(&b);
	bench_add(&b, "localhost", s.port); /* ::1 too, where nobody listens: the next address is tried */
	bench_open(&b, NULL);
	AWAIT(b.loop, b.up);
	CU_ASSERT_EQUAL(b.downs, 0);
	bench_end(&b);
	bench_init(&b);
	bench_add(&b, "no..name", s.port);
	bench_open(&b, NULL);
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_TRUE(bench_says(b.why, "its name has no address: "));
	bench_end(&b);
	redis_server_stop(&s);
}

static void a_socket_of_this_host_will_do(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "");
	bench_init(&b);
	b.places[b.conf.server_count++] = (struct redis_place){ .host = "", .path = s.socket };
	bench_open(&b, NULL);
	CU_ASSERT_STRING_EQUAL(redis_where(b.redis), s.socket);
	AWAIT(b.loop, b.up);
	CU_ASSERT_TRUE(bench_send(&b, "ECHO", "0", NULL));
	AWAIT(b.loop, b.replies == 1);
	redis_server_kill(&s);
	AWAIT(b.loop, b.downs == 2);
	CU_ASSERT_TRUE(bench_says(b.all, "closed by the peer"));
	redis_server_restart(&s);
	AWAIT(b.loop, b.up);
	bench_end(&b);
	redis_server_stop(&s);
}

static void three_misses_are_down_and_a_probe_brings_it_back(void)
{
	struct redis_server s;
	struct redis_bench b;
	long long clients;

	redis_server_start(&s, "");
	bench_init(&b);
	bench_add(&b, "127.0.0.1", s.port);
	b.conf.timeout_us = 300000;
	bench_open(&b, NULL);
	AWAIT(b.loop, b.up);
	clients = redis_server_do(&s, "CLIENT ID");
	redis_server_freeze(&s);
	for (unsigned i = 0; i < 2; i++)
		CU_ASSERT_TRUE(bench_send(&b, "ECHO", "0", NULL));
	AWAIT(b.loop, b.misses == 2);
	CU_ASSERT_TRUE(redis_is_up(b.redis));
	for (unsigned i = 0; i < 5; i++)
		CU_ASSERT_TRUE(bench_send(&b, "ECHO", "0", NULL));
	AWAIT(b.loop, b.downs == 1);
	CU_ASSERT_EQUAL(b.misses, 7);
	CU_ASSERT_TRUE(bench_says(b.why, "its answers take longer than 300ms"));
	CU_ASSERT_FALSE(bench_send(&b, "ECHO", "0", NULL));
	turn_for(b.loop, 1200);
	CU_ASSERT_EQUAL(b.downs, 1);
	redis_server_thaw(&s);
	AWAIT(b.loop, b.up);
	CU_ASSERT_EQUAL(b.replies, 0); /* what came late was told to nobody */
	CU_ASSERT_TRUE(bench_send(&b, "ECHO", "0", NULL));
	AWAIT(b.loop, b.replies == 1);
	CU_ASSERT_EQUAL(b.misses, 7);
	CU_ASSERT_EQUAL(redis_server_do(&s, "CLIENT ID"), clients + 1); /* that is ours: nobody came anew */
	bench_end(&b);
	redis_server_stop(&s);
}

static void one_killed_is_found_again_when_it_is_back(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "");
	bench_start(&b, s.port);
	AWAIT(b.loop, b.up);
	redis_server_freeze(&s);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_TRUE(bench_send(&b, "ECHO", "0", NULL));
	turn_for(b.loop, 10);
	redis_server_kill(&s);
	AWAIT(b.loop, b.downs > 0 && strstr(b.why, "Connection refused"));
	CU_ASSERT_EQUAL(b.misses, 3);
	CU_ASSERT_FALSE(bench_send(&b, "ECHO", "0", NULL));
	redis_server_restart(&s);
	AWAIT(b.loop, b.up);
	CU_ASSERT_EQUAL(b.ups, 2);
	CU_ASSERT_EQUAL(b.misses, 3);
	bench_end(&b);
	redis_server_stop(&s);
}

static void a_channel_is_heard_and_takes_no_commands(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "");
	bench_init(&b);
	bench_add(&b, "127.0.0.1", s.port);
	bench_open(&b, "fg:1:class");
	AWAIT(b.loop, b.up);
	CU_ASSERT_FALSE(bench_send(&b, "ECHO", "0", NULL));
	CU_ASSERT_EQUAL(redis_server_do(&s, "PUBLISH fg:1:class %s", "news of the day"), 1);
	AWAIT(b.loop, b.messages == 1);
	CU_ASSERT_STRING_EQUAL(b.message, "news of the day");
	redis_server_kill(&s);
	AWAIT(b.loop, b.downs > 0);
	redis_server_restart(&s);
	AWAIT(b.loop, b.up);
	CU_ASSERT_EQUAL(redis_server_do(&s, "PUBLISH fg:1:class %s", "more"), 1);
	AWAIT(b.loop, b.messages == 2);
	bench_end(&b);
	redis_server_stop(&s);
}

static void a_channel_that_may_not_be_heard_is_said(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "user fedgate on >swordfish ~fg:* resetchannels +@all\n");
	bench_init(&b);
	bench_add(&b, "127.0.0.1", s.port);
	b.conf.user = "fedgate";
	b.conf.password = "swordfish";
	bench_open(&b, "fg:1:class");
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_TRUE(bench_says(b.why, "NOPERM"));
	bench_end(&b);
	redis_server_stop(&s);
}

CU_TestInfo redis_tests[] = {
	{ "a link comes up, and says where", a_link_comes_up_and_says_where },
	{ "replies come in order, however many are under way", replies_come_in_order_however_many_are_under_way },
	{ "an error comes as such, and does no harm", an_error_comes_as_such_and_does_no_harm },
	{ "the database is the one that is written", the_database_is_the_one_that_is_written },
	{ "a name is looked up", a_name_is_looked_up },
	{ "a socket of this host will do", a_socket_of_this_host_will_do },
	{ "three misses are down, and a probe brings it back", three_misses_are_down_and_a_probe_brings_it_back },
	{ "one killed is found again when it is back", one_killed_is_found_again_when_it_is_back },
	{ "a channel is heard, and takes no commands", a_channel_is_heard_and_takes_no_commands },
	{ "a channel that may not be heard is said", a_channel_that_may_not_be_heard_is_said },
	CU_TEST_INFO_NULL
};
