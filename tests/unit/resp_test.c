/* One connection that speaks RESP, against a server that does not always. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "../../gateway/resp.h"
#include "await.h"
#include "fake_server.h"

#define LONG_US INT64_C(60000000)

struct line {
	struct loop *loop;
	struct streams streams;
	struct fake_server server;
	struct resp *resp;
	unsigned opened, closed, late, pushed, missed;
	char said[400];      /* who waited, and what he was told: "1:OK 2:- " */
	char why[240];
};

static void on_opened(void *arg)
{
	((struct line *)arg)->opened++;
}

static void on_reply(void *arg, const redisReply *reply, resp_reply_fn *waiting, void *waiting_arg)
{
	struct line *l = arg;

	if (waiting)
		waiting(waiting_arg, reply);
	else
		l->late++;
}

static void on_pushed(void *arg, const redisReply *reply)
{
	struct line *l = arg;

	l->pushed++;
	CU_ASSERT_STRING_EQUAL(reply->element[2]->str, "news");
}

static void on_missed(void *arg)
{
	((struct line *)arg)->missed++;
}

static void on_closed(void *arg, const char *why)
{
	struct line *l = arg;

	l->closed++;
	resp_free(l->resp);
	l->resp = NULL;
	snprintf(l->why, sizeof l->why, "%s", why); /* it is told on behind the connection's end */
}

static const struct resp_calls calls = { on_opened, on_reply, on_pushed, on_missed, on_closed };

static void tell(struct line *l, unsigned who, const redisReply *reply)
{
	size_t length = strlen(l->said);

	snprintf(l->said + length, sizeof l->said - length, "%u:%s ", who, reply ? reply->str ? reply->str : "*" : "-");
}

static void first(void *arg, const redisReply *reply)
{
	tell(arg, 1, reply);
}

static void second(void *arg, const redisReply *reply)
{
	tell(arg, 2, reply);
}

static void third(void *arg, const redisReply *reply)
{
	tell(arg, 3, reply);
}

static bool ask(struct line *l, resp_reply_fn *who, int64_t timeout_us)
{
	return resp_say(l->resp, 1, (const char *const[]){ "PING" }, timeout_us, who, l);
}

static void line_open(struct line *l)
{
	struct address to;

	signal(SIGPIPE, SIG_IGN);
	*l = (struct line){ .opened = 0 };
	l->loop = loop_new();
	streams_init(&l->streams, l->loop);
	fake_start(&l->server, l->loop, NULL);
	address_make(&to, "127.0.0.1", l->server.port);
	l->resp = resp_connect(&l->streams, &to, NULL, "127.0.0.1", &calls, l);
	AWAIT(l->loop, l->opened == 1 && l->server.accepted == 1);
}

static void line_close(struct line *l)
{
	resp_free(l->resp);
	fake_stop(&l->server);
	CU_ASSERT_EQUAL(l->streams.open, 0);
	streams_clear(&l->streams);
	loop_free(l->loop);
}

static void replies_go_to_those_who_wait_in_their_order(void)
{
	static const char text[] = "+one\r\n$3\r\ntwo\r\n*2\r\n:1\r\n*1\r\n$-1\r\n";
	struct line l;

	line_open(&l);
	CU_ASSERT_TRUE(ask(&l, first, LONG_US));
	CU_ASSERT_TRUE(ask(&l, second, LONG_US));
	CU_ASSERT_TRUE(ask(&l, third, LONG_US));
	AWAIT(l.loop, l.server.heard == 3 * strlen("*1\r\n$4\r\nPING\r\n"));
	CU_ASSERT_EQUAL(strncmp(l.server.last, "*1\r\n$4\r\nPING\r\n*1\r\n", 18), 0);
	for (const char *at = text; *at; at++) { /* octet by octet */
		fake_say_octets(&l.server, at, 1);
		turn_once(l.loop);
	}
	AWAIT(l.loop, strlen(l.said) >= strlen("1:one 2:two 3:* "));
	CU_ASSERT_STRING_EQUAL(l.said, "1:one 2:two 3:* ");
	CU_ASSERT_EQUAL(l.closed, 0);
	line_close(&l);
}

static void what_is_late_is_told_once_and_its_reply_dropped(void)
{
	struct line l;

	line_open(&l);
	ask(&l, first, 20000);
	ask(&l, second, LONG_US);
	AWAIT(l.loop, l.server.heard == 28);
	fake_say(&l.server, "$3\r\non");
	AWAIT(l.loop, l.missed == 1);
	CU_ASSERT_STRING_EQUAL(l.said, "1:- ");
	fake_say(&l.server, "e\r\n+two\r\n");
	AWAIT(l.loop, strlen(l.said) > 4);
	CU_ASSERT_STRING_EQUAL(l.said, "1:- 2:two ");
	CU_ASSERT_EQUAL(l.late, 1);
	CU_ASSERT_EQUAL(l.closed, 0);
	line_close(&l);
}

static void a_shorter_deadline_holds_when_its_turn_comes(void)
{
	struct line l;

	line_open(&l);
	ask(&l, first, LONG_US);
	ask(&l, second, 1000);
	AWAIT(l.loop, l.server.heard == 28);
	fake_say(&l.server, "+one\r\n");
	AWAIT(l.loop, strlen(l.said) >= 10);
	CU_ASSERT_STRING_EQUAL(l.said, "1:one 2:- ");
	ask(&l, third, 1000);
	AWAIT(l.loop, l.missed == 2);
	CU_ASSERT_STRING_EQUAL(l.said, "1:one 2:- 3:- ");
	line_close(&l);
}

static void who_is_given_up_hears_nothing_more(void)
{
	struct line l;

	line_open(&l);
	ask(&l, first, LONG_US);
	ask(&l, second, LONG_US);
	resp_give_up(l.resp);
	CU_ASSERT_STRING_EQUAL(l.said, "1:- 2:- ");
	ask(&l, third, LONG_US);
	AWAIT(l.loop, l.server.heard == 42);
	fake_say(&l.server, "+one\r\n+two\r\n+three\r\n");
	AWAIT(l.loop, l.late == 2 && strlen(l.said) > 8);
	CU_ASSERT_STRING_EQUAL(l.said, "1:- 2:- 3:three ");
	CU_ASSERT_EQUAL(l.missed, 0);
	line_close(&l);
}

static void a_lost_connection_is_told_to_all(void)
{
	struct line l;

	line_open(&l);
	ask(&l, first, LONG_US);
	ask(&l, second, LONG_US);
	AWAIT(l.loop, l.server.heard == 28);
	fake_hang_up(&l.server);
	AWAIT(l.loop, l.closed == 1);
	CU_ASSERT_STRING_EQUAL(l.said, "1:- 2:- ");
	CU_ASSERT_PTR_NOT_NULL(strstr(l.why, "closed by the peer: see"));
	line_close(&l);
}

static void a_closed_one_takes_nothing_more(void)
{
	struct line l;

	line_open(&l);
	ask(&l, first, LONG_US);
	resp_close(l.resp, "enough");
	CU_ASSERT_FALSE(ask(&l, second, LONG_US));
	AWAIT(l.loop, l.closed == 1);
	CU_ASSERT_STRING_EQUAL(l.said, "1:- ");
	CU_ASSERT_STRING_EQUAL(l.why, "enough");
	line_close(&l);
}

static void messages_of_a_channel_are_no_replies(void)
{
	static const char news[] = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\nnews\r\n";
	struct line l;

	line_open(&l);
	resp_listen(l.resp);
	ask(&l, first, LONG_US);
	AWAIT(l.loop, l.server.heard == 14);
	fake_say(&l.server, news);
	fake_say(&l.server, "+one\r\n");
	fake_say(&l.server, news);
	AWAIT(l.loop, l.pushed == 2);
	CU_ASSERT_STRING_EQUAL(l.said, "1:one ");
	CU_ASSERT_EQUAL(l.closed, 0);
	line_close(&l);
}

/* Says it over and over until the connection is gone; how many octets it took at most. */
static size_t say_until_closed(struct line *l, const char *begin, const char *again)
{
	size_t size = 0;

	fake_say(&l->server, begin);
	for (int64_t until = clock_monotonic_us() + PATIENCE_US; !l->closed && clock_monotonic_us() < until;) {
		if (*again)
			fake_say(&l->server, again);
		size += strlen(again);
		turn_once(l->loop);
	}
	return size;
}

static long resident_kilobytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void what_is_not_redis_is_left(void)
{
	static char filler[4001];
	static const struct { const char *promise, *begin, *again, *why; } rows[] = {
		{ "a first octet that begins no reply", "HTTP/1.1 400 Bad Request\r\n", "", "is not Redis' protocol" },
		{ "a length that is none", "$x\r\n", "", "is not Redis' protocol" },
		{ "a length that does not end", "$", filler, "too long" },
		{ "a line that does not end", "+", filler, "too long" },
		{ "a text of 4 GB", "$4294967296\r\n", filler, "too long" },
		{ "50 million elements announced", "*50000000\r\n", "", "announced a reply that is too long" },
		{ "as many, in steps", "*300000\r\n*300000\r\n", "", "announced a reply that is too long" },
		{ "a reply to nobody", "+one\r\n+two\r\n", "", "nobody asked for" },
	};

	memset(filler, '1', sizeof filler - 1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		long before = resident_kilobytes();
		struct line l;

		line_open(&l);
		ask(&l, first, LONG_US);
		AWAIT(l.loop, l.server.heard == 14);
		CU_ASSERT(say_until_closed(&l, rows[i].begin, rows[i].again) < 3 * RESP_REPLY_MAX);
		if (!strstr(l.why, rows[i].why)) {
			printf("\n%s: \"%s\"\n", rows[i].promise, l.why);
			CU_FAIL("another reason");
		}
		CU_ASSERT_STRING_EQUAL(l.said, rows[i].begin[0] == '+' && strchr(rows[i].begin, '\r') ? "1:one " : "1:- ");
		CU_ASSERT(resident_kilobytes() - before < 64 * 1024);
		line_close(&l);
	}
}

static void a_large_reply_is_taken_and_the_next_counts_anew(void)
{
	static char text[RESP_REPLY_MAX - 100];
	struct line l;
	char head[32];

	memset(text, 'x', sizeof text);
	line_open(&l);
	for (unsigned round = 1; round <= 3; round++) {
		size_t sent = 0;
		int64_t until = clock_monotonic_us() + PATIENCE_US;

		ask(&l, first, LONG_US);
		AWAIT(l.loop, l.server.heard == 14 * round);
		snprintf(head, sizeof head, "$%zu\r\n", sizeof text);
		fake_say(&l.server, head);
		while (sent < sizeof text && clock_monotonic_us() < until) {
			size_t piece = sizeof text - sent < 4096 ? sizeof text - sent : 4096;

			fake_say_octets(&l.server, text + sent, piece);
			sent += piece;
			turn_once(l.loop);
		}
		l.said[0] = '\0';
		fake_say(&l.server, "\r\n");
		AWAIT(l.loop, l.said[0]);
	}
	CU_ASSERT_EQUAL(l.closed, 0);
	line_close(&l);
}

static void who_goes_away_hears_no_more(void)
{
	struct line l;

	line_open(&l);
	ask(&l, first, LONG_US);
	resp_free(l.resp);
	l.resp = NULL;
	turn_for(l.loop, 10);
	CU_ASSERT_EQUAL(l.closed, 0);
	CU_ASSERT_STRING_EQUAL(l.said, "");
	line_close(&l);
}

CU_TestInfo resp_tests[] = {
	{ "replies go to those who wait, in their order", replies_go_to_those_who_wait_in_their_order },
	{ "what is late is told once, and its reply dropped", what_is_late_is_told_once_and_its_reply_dropped },
	{ "a shorter deadline holds when its turn comes", a_shorter_deadline_holds_when_its_turn_comes },
	{ "who is given up hears nothing more", who_is_given_up_hears_nothing_more },
	{ "a lost connection is told to all", a_lost_connection_is_told_to_all },
	{ "a closed one takes nothing more", a_closed_one_takes_nothing_more },
	{ "messages of a channel are no replies", messages_of_a_channel_are_no_replies },
	{ "what is not Redis is left", what_is_not_redis_is_left },
	{ "a large reply is taken, and the next counts anew", a_large_reply_is_taken_and_the_next_counts_anew },
	{ "who goes away hears no more", who_goes_away_hears_no_more },
	CU_TEST_INFO_NULL
};
