/* How one plain TCP connection ends: finished, closed, gone, out of time. */
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "wire.h"

#define LONG ((size_t)1024 * 1024)

static void finish_sends_everything_first(void)
{
	struct wire w;
	char *much = calloc(1, LONG);

	wire_open(&w);
	turn_once(w.loop);
	stream_send(w.stream, much, LONG);
	stream_finish(w.stream, "enough");
	CU_ASSERT_FALSE(stream_is_open(w.stream));
	stream_send(w.stream, "no more", 7);
	turn_once(w.loop);
	stream_finish(w.stream, "really");
	CU_ASSERT_EQUAL(write(w.far, "unheard", 7), 7);
	CU_ASSERT_EQUAL(wire_read_all(&w), LONG);
	CU_ASSERT_TRUE(w.far_ended);
	CU_ASSERT_EQUAL(w.calls, 0);
	close(w.far);
	w.far = -1;
	turn_for(w.loop, 5);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "enough");
	CU_ASSERT_EQUAL(w.streams.open, 0);
	free(much);
	wire_close(&w);
}

static void finish_waits_a_second_for_the_other_end(void)
{
	struct wire w;

	wire_open(&w);
	turn_once(w.loop);
	stream_send(w.stream, "bye", 3);
	stream_finish(w.stream, "enough");
	turn_for(w.loop, 50);
	CU_ASSERT_EQUAL(wire_read_all(&w), 3);
	CU_ASSERT_EQUAL(w.closed, 0);
	turn_for(w.loop, 1200);
	CU_ASSERT_EQUAL(w.closed, 1);
	wire_close(&w);
}

static void who_never_reads_cannot_hold_a_finish(void)
{
	struct wire w;
	char *much = calloc(1, LONG);

	wire_open(&w);
	w.streams.write_timeout_us = 30000;
	turn_once(w.loop);
	stream_send(w.stream, much, LONG);
	stream_finish(w.stream, "enough");
	turn_for(w.loop, 80);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "enough");
	free(much);
	wire_close(&w);
}

static void close_ends_it_with_the_turn(void)
{
	struct wire w;

	wire_open(&w);
	turn_once(w.loop);
	stream_close(w.stream, "first");
	stream_close(w.stream, "second");
	stream_send(w.stream, "x", 1);
	CU_ASSERT_EQUAL(w.closed, 0);
	turn_once(w.loop);
	turn_once(w.loop);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "first");
	CU_ASSERT_EQUAL(wire_read_all(&w), 0);
	CU_ASSERT_TRUE(w.far_ended);
	wire_close(&w);
}

static void closing_while_octets_come_in(void)
{
	struct wire w;

	wire_open(&w);
	w.close_at = 1;
	wire_write(&w, "octets");
	CU_ASSERT_EQUAL(w.calls, 1);
	CU_ASSERT_EQUAL(w.closed, 1);
	wire_close(&w);
}

static void what_was_sent_before_the_end_is_heard(void)
{
	struct wire w;

	wire_open(&w);
	CU_ASSERT_EQUAL(write(w.far, "last words", 10), 10);
	close(w.far);
	w.far = -1;
	turn_for(w.loop, 5);
	CU_ASSERT_TRUE(wire_heard(&w, "last words"));
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "closed by the peer");
	wire_close(&w);
}

static void a_paused_one_that_is_gone_is_closed(void)
{
	struct wire w;

	wire_open(&w);
	turn_once(w.loop);
	stream_pause(w.stream);
	close(w.far);
	w.far = -1;
	turn_for(w.loop, 5);
	CU_ASSERT_EQUAL(w.closed, 1);
	wire_close(&w);
}

static void clearing_ends_all_without_calls(void)
{
	struct wire w;

	wire_open(&w);
	turn_once(w.loop);
	stream_send(w.stream, "x", 1);
	stream_close(w.stream, "now");
	streams_clear(&w.streams);
	CU_ASSERT_EQUAL(w.streams.open, 0);
	turn_once(w.loop);
	CU_ASSERT_EQUAL(w.closed, 0);
	w.stream = NULL;
	wire_close(&w);
}

/* --- deadlines and bounds of what comes in --- */

static void an_idle_one_is_closed(void)
{
	struct wire w;

	wire_open(&w);
	w.streams.idle_timeout_us = 60000;
	turn_once(w.loop);
	turn_for(w.loop, 40);
	wire_write(&w, "alive");
	turn_for(w.loop, 40);
	CU_ASSERT_EQUAL(w.closed, 0);
	turn_for(w.loop, 60);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "idle");
	wire_close(&w);
}

/* A TCP connection that somebody made to us. */
static void wire_accept(struct wire *w)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct address at;

	CU_ASSERT_TRUE_FATAL(address_parse(&at, "127.0.0.1:0"));
	CU_ASSERT_TRUE_FATAL(bind(listener, &at.socket.any, at.length) == 0 && listen(listener, 1) == 0);
	at.length = sizeof at.socket;
	CU_ASSERT_EQUAL_FATAL(getsockname(listener, &at.socket.any, &at.length), 0);
	w->far = socket(AF_INET, SOCK_STREAM, 0);
	CU_ASSERT_EQUAL_FATAL(connect(w->far, &at.socket.any, at.length), 0);
	w->stream = stream_accepted(&w->streams, accept4(listener, NULL, NULL, SOCK_NONBLOCK), NULL, &at, &wire_calls, w);
	close(listener);
}

/* No reset tells that a host has vanished: what is sent there is not acknowledged, and nothing else happens. */
static void who_has_vanished_is_noticed_by_what_is_sent(void)
{
	struct sock_filter nothing_arrives = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = { .len = 1, .filter = &nothing_arrives };
	struct wire w;

	wire_init(&w);
	w.streams.write_timeout_us = 100000;
	wire_accept(&w);
	turn_once(w.loop);
	CU_ASSERT_EQUAL_FATAL(setsockopt(w.far, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), 0);
	turn_for(w.loop, 200);
	CU_ASSERT_EQUAL(w.closed, 0);
	stream_send(w.stream, "anybody there?", 14);
	turn_for(w.loop, 2500);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "connection lost");
	wire_close(&w);
}

static void one_that_awaits_something_is_not_idle(void)
{
	struct wire w;

	wire_open(&w);
	w.streams.idle_timeout_us = 20000;
	w.awaits = true;
	turn_once(w.loop);
	turn_for(w.loop, 60);
	CU_ASSERT_EQUAL(w.closed, 0);
	w.awaits = false;
	turn_for(w.loop, 1100);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "idle");
	wire_close(&w);
}

static void one_that_we_keep_is_never_idle(void)
{
	struct wire w;

	wire_open(&w);
	w.streams.idle_timeout_us = 10000;
	stream_never_idle(w.stream);
	turn_for(w.loop, 50);
	CU_ASSERT_EQUAL(w.closed, 0);
	wire_close(&w);
}

static void an_unfinished_message_times_out(void)
{
	struct wire w;

	wire_open(&w);
	w.streams.read_timeout_us = 60000;
	w.use_of = 100;
	wire_write(&w, "INV");
	for (int i = 0; i < 4; i++) {
		turn_for(w.loop, 25);
		if (w.stream)
			wire_write(&w, "."); /* a trickle gains no time */
	}
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "an unfinished message timed out");
	wire_close(&w);
}

static void a_paused_one_owes_no_message(void)
{
	struct wire w;

	wire_open(&w);
	w.streams.read_timeout_us = 30000;
	w.use_of = 100;
	wire_write(&w, "INV");
	stream_pause(w.stream);
	turn_for(w.loop, 70);
	CU_ASSERT_EQUAL(w.closed, 0);
	stream_resume(w.stream);
	turn_for(w.loop, 15);
	CU_ASSERT_EQUAL(w.closed, 0);
	turn_for(w.loop, 60);
	CU_ASSERT_EQUAL(w.closed, 1);
	wire_close(&w);
}

static void an_endless_message_is_ended(void)
{
	struct wire w;
	char much[2000];

	memset(much, 'a', sizeof much);
	wire_open(&w);
	w.streams.in_max = 3000;
	w.use_of = 1000000;
	CU_ASSERT_EQUAL(write(w.far, much, sizeof much), sizeof much);
	turn_for(w.loop, 5);
	CU_ASSERT_EQUAL(w.closed, 0);
	CU_ASSERT_EQUAL(write(w.far, much, sizeof much), sizeof much);
	turn_for(w.loop, 5);
	CU_ASSERT_EQUAL(w.closed, 1);
	CU_ASSERT_STRING_EQUAL(w.why, "an unfinished message is too long");
	wire_close(&w);
}

CU_TestInfo stream_end_tests[] = {
	{ "finish sends everything, hears nothing more, and closes, asked twice too", finish_sends_everything_first },
	{ "finish waits no more than a second for the other end", finish_waits_a_second_for_the_other_end },
	{ "a peer that never reads cannot hold a finish", who_never_reads_cannot_hold_a_finish },
	{ "close ends a stream with the turn, the first reason stands", close_ends_it_with_the_turn },
	{ "a stream may be closed while octets come in", closing_while_octets_come_in },
	{ "what a peer sent before it left is heard", what_was_sent_before_the_end_is_heard },
	{ "a paused stream whose peer is gone is closed", a_paused_one_that_is_gone_is_closed },
	{ "clearing ends all streams without a call", clearing_ends_all_without_calls },
	{ "an idle stream is closed, one that speaks is not", an_idle_one_is_closed },
	{ "who has vanished is noticed by what is sent to him", who_has_vanished_is_noticed_by_what_is_sent },
	{ "one that awaits something is not idle until it has it", one_that_awaits_something_is_not_idle },
	{ "a stream that we keep is never idle", one_that_we_keep_is_never_idle },
	{ "an unfinished message times out, a trickle gains no time", an_unfinished_message_times_out },
	{ "a paused stream owes no message", a_paused_one_owes_no_message },
	{ "an endless message is ended", an_endless_message_is_ended },
	CU_TEST_INFO_NULL
};
