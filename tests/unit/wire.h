/* A stream over a socket pair, and what its owner was told. */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../gateway/stream.h"
#include "turns.h"

struct wire {
	struct loop *loop;
	struct streams streams;
	struct stream *stream;    /* NULL once it has closed */
	int far;                  /* the peer's end; -1: closed */
	bool far_ended;           /* the peer has read an end */
	unsigned opened, calls, filled, drained, closed;
	size_t sent, used;
	char last[128];           /* the beginning of the last input */
	size_t last_size;
	char why[160];
	bool never_opened, count_up, disorder, awaits;
	size_t use_of;            /* input is used in pieces of this size; 0: all of it */
	unsigned pause_at, close_at; /* at which call of input; 0: never */
};

static inline void wire_opened(void *arg)
{
	((struct wire *)arg)->opened++;
}

static inline void wire_refused(void *arg)
{
	(void)arg;
	CU_FAIL("a plain connection has no handshake to fail");
}

static inline size_t wire_input(void *arg, const char *octets, size_t size)
{
	struct wire *w = arg;
	size_t use = w->use_of ? size - size % w->use_of : size;

	w->last_size = size;
	memcpy(w->last, octets, size < sizeof w->last ? size : sizeof w->last);
	for (size_t i = 0; w->count_up && i < size; i++)
		w->disorder |= octets[i] != (char)((w->used + i) % 251);
	if (++w->calls == w->pause_at)
		stream_pause(w->stream);
	if (w->calls == w->close_at)
		stream_close(w->stream, "by the owner");
	w->used += use;
	return use;
}

static inline void wire_filled(void *arg)
{
	((struct wire *)arg)->filled++;
}

static inline void wire_drained(void *arg)
{
	((struct wire *)arg)->drained++;
}

static inline void wire_sent(void *arg, size_t octets)
{
	((struct wire *)arg)->sent += octets;
}

static inline bool wire_awaits(void *arg)
{
	return ((struct wire *)arg)->awaits;
}

static inline void wire_closed(void *arg, const char *why)
{
	struct wire *w = arg;

	w->closed++;
	w->never_opened = stream_handshake_failed(w->stream);
	w->stream = NULL;
	snprintf(w->why, sizeof w->why, "%s", why);
}

static const struct stream_calls wire_calls = {
	wire_opened, wire_refused, wire_input, wire_filled, wire_drained, wire_sent, wire_awaits, wire_closed
};

static inline void wire_init(struct wire *w)
{
	*w = (struct wire) { .far = -1, .loop = loop_new() };
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->loop);
	streams_init(&w->streams, w->loop);
}

static inline void wire_open(struct wire *w)
{
	struct address peer;
	int fds[2];

	wire_init(w);
	CU_ASSERT_TRUE_FATAL(address_parse(&peer, "192.0.2.1:5061"));
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	w->far = fds[1];
	w->stream = stream_accepted(&w->streams, fds[0], NULL, &peer, &wire_calls, w);
}

static inline void wire_close(struct wire *w)
{
	streams_clear(&w->streams);
	CU_ASSERT_EQUAL(w->streams.open, 0);
	if (w->far >= 0)
		close(w->far);
	loop_free(w->loop);
}

/* The peer writes, and the stream has its turns. */
static inline void wire_write(struct wire *w, const char *text)
{
	CU_ASSERT_EQUAL(write(w->far, text, strlen(text)), (ssize_t)strlen(text));
	turn_once(w->loop);
	turn_once(w->loop);
}

/* Was this the last input? */
static inline bool wire_heard(const struct wire *w, const char *text)
{
	return w->last_size == strlen(text) && memcmp(w->last, text, w->last_size) == 0;
}

/* The peer reads until nothing more comes; how much there was. */
static inline size_t wire_read_all(struct wire *w)
{
	char octets[65536];
	size_t all = 0;
	ssize_t n;

	for (int quiet = 0; quiet < 3;) {
		while ((n = read(w->far, octets, sizeof octets)) > 0) {
			all += (size_t)n;
			quiet = 0;
		}
		w->far_ended |= n == 0;
		quiet++;
		turn_once(w->loop);
	}
	return all;
}

#endif
