/* One plain TCP connection over a socket pair: octets in and out, pause,  */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "unit.h"
#include "wire.h"

#define LONG ((size_t)1024 * 1024)

static void opening_comes_once_and_first(void)
{
	struct wire w;

	wire_open(&w);
	CU_ASSERT_EQUAL(w.opened, 0);
	CU_ASSERT_FALSE(stream_is_open(w.stream));
	turn_once(w.loop);
	CU_ASSERT_EQUAL(w.opened, 1);
	CU_ASSERT_TRUE(stream_is_open(w.stream));
	CU_ASSERT_PTR_NULL(stream_ssl(w.stream));
	turn_once(w.loop);
	CU_ASSERT_EQUAL(w.opened, 1);
	CU_ASSERT_EQUAL(w.streams.open, 1);
	wire_close(&w);
}

static void what_is_not_used_comes_again(void)
{
	struct wire w;

	wire_open(&w);
	turn_once(w.loop);
	w.use_of = 4; /* only whole fours are used */
	wire_write(&w, "abcdef");
	CU_ASSERT_TRUE(wire_heard(&w, "abcdef"));
	wire_write(&w, "g");
	CU_ASSERT_TRUE(wire_heard(&w, "efg"));
	wire_write(&w, "hijk");
	CU_ASSERT_TRUE(wire_heard(&w, "efghijk"));
	wire_write(&w, "l");
	CU_ASSERT_TRUE(wire_heard(&w, "ijkl"));
	CU_ASSERT_EQUAL(w.used, 12);
	w.calls = 0;
	turn_for(w.loop, 5);
	CU_ASSERT_EQUAL(w.calls, 0);
	wire_close(&w);
}

static void a_paused_stream_is_silent(void)
{
	struct wire w;

	wire_open(&w);
	turn_once(w.loop);
	stream_pause(w.stream);
	wire_write(&w, "later");
	CU_ASSERT_EQUAL(w.calls, 0);
	stream_resume(w.stream);
	turn_for(w.loop, 5);
	CU_ASSERT_TRUE(wire_heard(&w, "later"));
	CU_ASSERT_EQUAL(w.used, 5);
	wire_close(&w);
}

static void what_was_in_hand_comes_on_resume(void)
{
	struct wire w;

	wire_open(&w);
	w.use_of = 4;
	w.pause_at = 1;
	wire_write(&w, "onetwo");
	CU_ASSERT_EQUAL(w.calls, 1);
	CU_ASSERT_EQUAL(w.used, 4);
	w.use_of = 2;
	stream_resume(w.stream);
	stream_resume(w.stream);
	turn_for(w.loop, 5);
	CU_ASSERT_EQUAL(w.calls, 2);
	CU_ASSERT_TRUE(wire_heard(&w, "wo"));
	CU_ASSERT_EQUAL(w.used, 6);
	wire_close(&w);
}

static void what_came_behind_it_comes_too(void)
{
	struct wire w;

	wire_open(&w);
	w.use_of = 4;
	w.pause_at = 1;
	wire_write(&w, "onetwo");
	wire_write(&w, "tens");
	CU_ASSERT_EQUAL(w.calls, 1);
	w.use_of = 1;
	stream_resume(w.stream);
	turn_for(w.loop, 5);
	CU_ASSERT_EQUAL(w.used, 10);
	CU_ASSERT_TRUE(wire_heard(&w, "wotens") || wire_heard(&w, "tens"));
	wire_close(&w);
}

/* Far more than one turn reads: nothing is lost, doubled or out of order. */
static void a_long_input_comes_whole(void)
{
	struct wire w;
	char chunk[1000];
	size_t put = 0;

	wire_open(&w);
	w.use_of = 7;
	w.count_up = true;
	while (put < LONG) {
		ssize_t n;

		for (size_t i = 0; i < sizeof chunk; i++)
			chunk[i] = (char)((put + i) % 251);
		n = write(w.far, chunk, sizeof chunk);
		if (n > 0)
			put += (size_t)n;
		else
			turn_once(w.loop);
	}
	turn_for(w.loop, 50);
	CU_ASSERT_EQUAL(w.used, put - put % 7);
	CU_ASSERT_FALSE(w.disorder);
	wire_close(&w);
}

static void what_is_sent_leaves_with_the_turn(void)
{
	struct wire w;
	char got[64];

	wire_open(&w);
	stream_send(w.stream, "be", 2);
	turn_once(w.loop);
	stream_send(w.stream, "fo", 2);
	stream_send(w.stream, "re", 2);
	CU_ASSERT_EQUAL(stream_queued(w.stream), w.sent == 2 ? 4 : 6);
	turn_once(w.loop);
	turn_once(w.loop);
	CU_ASSERT_EQUAL(read(w.far, got, sizeof got), 6);
	CU_ASSERT_EQUAL(memcmp(got, "before", 6), 0);
	CU_ASSERT_EQUAL(stream_queued(w.stream), 0);
	CU_ASSERT_EQUAL(w.sent, 6);
	wire_close(&w);
}

static void the_owner_hears_of_a_slow_reader(void)
{
	struct wire w;
	char *much = calloc(1, LONG);

	wire_open(&w);
	turn_once(w.loop);
	stream_send(w.stream, much, LONG);
	turn_once(w.loop);
	CU_ASSERT_EQUAL(w.filled, 1);
	CU_ASSERT_EQUAL(w.drained, 0);
	stream_send(w.stream, much, 10);
	turn_once(w.loop);
	CU_ASSERT_EQUAL(w.filled, 1);
	CU_ASSERT_EQUAL(wire_read_all(&w), LONG + 10);
	CU_ASSERT_EQUAL(w.drained, 1);
	CU_ASSERT_EQUAL(w.filled, 1);
	CU_ASSERT_EQUAL(w.sent, LONG + 10);
	CU_ASSERT_PTR_NOT_NULL(w.stream);
	free(much);
	wire_close(&w);
}

static void who_does_not_read_is_ended(void)
{
	struct wire w;
	char *much = calloc(1, LONG);

	wire_open(&w);
	turn_once(w.loop);
	for (int i = 0; i < 4 && w.stream; i++) {
		stream_send(w.stream, much, LONG);
		turn_once(w.loop);
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.stream);
	stream_send(w.stream, much, LONG);
	turn_for(w.loop, 5);
	CU_ASSERT_PTR_NULL(w.stream);
	CU_ASSERT_STRING_EQUAL(w.why, "the peer does not read");
	free(much);
	wire_close(&w);
}

static void what_is_stuck_is_ended_in_time(void)
{
	struct wire w;
	char *much = calloc(1, LONG);

	wire_open(&w);
	w.streams.write_timeout_us = 600000;
	turn_once(w.loop);
	stream_send(w.stream, much, LONG);
	turn_for(w.loop, 400);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.stream);
	/* A little is read: time begins anew. */
	CU_ASSERT_TRUE(read(w.far, much, 200000) > 0);
	turn_for(w.loop, 400);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.stream);
	turn_for(w.loop, 600);
	CU_ASSERT_PTR_NULL(w.stream);
	CU_ASSERT_STRING_EQUAL(w.why, "the peer does not read");
	free(much);
	wire_close(&w);
}

/* --- connecting --- */

static void a_connection_says_how_it_went(void)
{
	struct wire w;
	struct address nobody;

	wire_init(&w);
	CU_ASSERT_TRUE_FATAL(address_parse(&nobody, "127.0.0.1:1"));
	w.stream = stream_connect(&w.streams, &nobody, NULL, "", &wire_calls, &w);
	CU_ASSERT_EQUAL(w.closed, 0);
	turn_for(w.loop, 20);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_EQUAL(w.opened, 0);
	CU_ASSERT_TRUE(w.never_opened);
	CU_ASSERT_STRING_EQUAL(w.why, "Connection refused");
	wire_close(&w);
}

static void without_a_descriptor_it_says_so(void)
{
	struct wire w;
	struct address nobody;
	struct rlimit limit, none;

	wire_init(&w);
	CU_ASSERT_TRUE_FATAL(address_parse(&nobody, "127.0.0.1:1"));
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 3;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	w.stream = stream_connect(&w.streams, &nobody, NULL, "", &wire_calls, &w);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	turn_once(w.loop);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "Too many open files");
	wire_close(&w);
}

static void what_is_sent_before_the_connection_leaves_with_it(void)
{
	struct wire w;
	struct address here = { .length = sizeof here.socket.v4 };
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	wire_init(&w);
	here.socket.v4.sin_family = AF_INET;
	here.socket.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_EQUAL_FATAL(bind(listener, &here.socket.any, here.length), 0);
	CU_ASSERT_EQUAL_FATAL(listen(listener, 1), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(listener, &here.socket.any, &here.length), 0);
	w.stream = stream_connect(&w.streams, &here, NULL, NULL, &wire_calls, &w);
	stream_send(w.stream, "early", 5);
	w.far = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	turn_for(w.loop, 20);
	CU_ASSERT_EQUAL(w.opened, 1);
	CU_ASSERT_EQUAL(wire_read_all(&w), 5);
	CU_ASSERT_TRUE(address_same_host(stream_peer(w.stream), &here));
	CU_ASSERT_NOT_EQUAL(address_port(stream_local(w.stream)), 0);
	stream_close(w.stream, "done");
	turn_once(w.loop);
	CU_ASSERT_FALSE(w.never_opened);
	close(listener);
	wire_close(&w);
}

CU_TestInfo stream_tests[] = {
	{ "a plain stream opens in the next turn, once", opening_comes_once_and_first },
	{ "octets that are not used come again, with more behind them", what_is_not_used_comes_again },
	{ "a paused stream is silent, resumed it goes on", a_paused_stream_is_silent },
	{ "what a paused stream had in hand comes again on resume", what_was_in_hand_comes_on_resume },
	{ "and what came behind it while it was paused", what_came_behind_it_comes_too },
	{ "a long input comes whole and in order", a_long_input_comes_whole },
	{ "what is sent leaves in order with the turn, what was sent before opening too", what_is_sent_leaves_with_the_turn },
	{ "the owner hears once of a slow reader, and once that it is over", the_owner_hears_of_a_slow_reader },
	{ "a peer that does not read is ended when too much waits", who_does_not_read_is_ended },
	{ "a peer that does not read is ended in time, each octet read begins it anew", what_is_stuck_is_ended_in_time },
	{ "a connection that fails says why", a_connection_says_how_it_went },
	{ "and so does one without a descriptor", without_a_descriptor_it_says_so },
	{ "what is sent before a connection stands leaves with it", what_is_sent_before_the_connection_leaves_with_it },
	CU_TEST_INFO_NULL
};
