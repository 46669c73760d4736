/* Connections that come without end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../gateway/listener.h"
#include "scratch.h"
#include "turns.h"
#include "unit.h"

#define KNOCKS 40
#define TURNS  4 /* some of them are still waiting behind these */

struct hall {
	struct loop *loop;
	int guests[KNOCKS], places[KNOCKS];
	unsigned count, heard;
	int speaker;
};

static void silent(void *arg, int events)
{
	(void)arg, (void)events;
}

static void on_guest(void *arg, int fd, const struct address *peer)
{
	struct hall *h = arg;

	(void)peer;
	h->guests[h->count] = fd;
	h->places[h->count++] = loop_add(h->loop, fd, LOOP_READ, silent, h);
}

static void on_word(void *arg, int events)
{
	struct hall *h = arg;
	char octet;

	(void)events;
	if (read(h->speaker, &octet, 1) == 1)
		h->heard++;
}

static void knock(int fds[KNOCKS], const struct address *at)
{
	for (int i = 0; i < KNOCKS; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		CU_ASSERT_EQUAL_FATAL(connect(fds[i], &at->socket.any, at->length), 0);
	}
}

/* su_root forgets what it was to tell when a descriptor is registered meanwhile. */
static void who_knocks_without_end_keeps_nobody_waiting(void)
{
	struct hall h = { .loop = loop_new() };
	struct scratch scratch = scratch_new();
	struct address at;
	struct listener *l;
	char why[200];
	int knocks[KNOCKS], ends[2], place;

	CU_ASSERT_TRUE_FATAL(h.loop && address_unix(&at, scratch_name(&scratch, "door")));
	l = listener_open(h.loop, &at, false, on_guest, &h, why, sizeof why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	knock(knocks, &at);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	h.speaker = ends[0];
	place = loop_add(h.loop, ends[0], LOOP_READ, on_word, &h);
	for (unsigned i = 1; i <= TURNS; i++) {
		CU_ASSERT_EQUAL(write(ends[1], "x", 1), 1);
		turn_once(h.loop);
		CU_ASSERT_EQUAL(h.heard, i);
		CU_ASSERT_TRUE(h.count > 0 && h.count < KNOCKS);
	}
	for (int i = 0; i < KNOCKS && h.count < KNOCKS; i++)
		turn_once(h.loop);
	CU_ASSERT_EQUAL(h.count, KNOCKS);
	for (unsigned i = 0; i < h.count; i++) {
		loop_remove(h.loop, h.places[i]);
		close(h.guests[i]);
		close(knocks[i]);
	}
	listener_close(l);
	loop_remove(h.loop, place);
	close(ends[0]);
	close(ends[1]);
	loop_free(h.loop);
	scratch_free(&scratch);
}

CU_TestInfo listener_tests[] = {
	{ "who knocks without end keeps nobody waiting", who_knocks_without_end_keeps_nobody_waiting },
	CU_TEST_INFO_NULL
};
