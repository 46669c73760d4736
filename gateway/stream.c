/* The life of one TLS or TCP connection: handshake, turns, deadlines, end. */
#include "stream_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/alloc.h"

static void shake(struct stream *s);

/* --- the life of a stream --- */

void streams_init(struct streams *all, struct loop *loop)
{
	*all = (struct streams) { .loop = loop, .in_max = 256 * 1024,
		.handshake_timeout_us = 5000000, .read_timeout_us = 10000000,
		.write_timeout_us = 30000000, .idle_timeout_us = 900000000 };
	all->scratch = alloc_zero(1, READ_CHUNK);
	shake_init(all);
}

void stream_abandon(struct stream *s)
{
	struct loop *loop = s->all->loop;

	timer_stop(loop, &s->deadline);
	shake_forget(s);
	loop_forget(loop, &s->again);
	loop_forget(loop, &s->flush);
	loop_forget(loop, &s->end);
	if (s->index > 0)
		loop_remove(loop, s->index);
	SSL_free(s->ssl);
	if (s->fd >= 0)
		close(s->fd);
	*s->back = s->next;
	if (s->next)
		s->next->back = s->back;
	s->all->open--;
	free(s->in);
	free(s->out);
	free(s);
}

void streams_clear(struct streams *all)
{
	while (all->first)
		stream_abandon(all->first);
	loop_forget(all->loop, &all->shaking);
	free(all->scratch);
	all->scratch = NULL;
}

void stream_on_end(void *arg)
{
	struct stream *s = arg;

	if (!s->never_opened)
		io_shutdown(s);
	s->calls->closed(s->arg, s->why);
	stream_abandon(s);
}

static void want(struct stream *s)
{
	int events = 0;

	if (s->state == DEAD || s->index <= 0)
		return;
	if (s->state == CONNECTING || s->ssl_wants_out || (s->stuck_us && s->state != HANDSHAKE))
		events |= LOOP_WRITE;
	if (s->state == HANDSHAKE || s->state == LINGERING || (s->state == OPEN && !s->paused && !s->again.waiting))
		events |= LOOP_READ;
	if (s->shake_back)
		events = 0; /* nothing more before its turn */
	if (events != s->events)
		loop_want(s->all->loop, s->index, s->events = events);
}

void stream_close(struct stream *s, const char *why)
{
	if (s->state == DEAD)
		return;
	if (!s->why[0])
		snprintf(s->why, sizeof s->why, "%s", why);
	s->never_opened = s->state == CONNECTING || s->state == HANDSHAKE;
	s->state = DEAD;
	loop_want(s->all->loop, s->index, s->events = 0);
	loop_later(s->all->loop, &s->end, stream_on_end, s);
}

/* --- in --- */

/* Hands octets up; what is not used is kept for the next time. */
static void deliver(struct stream *s, const char *fresh, size_t size)
{
	size_t used;

	if (!s->in_size) {
		used = s->calls->input(s->arg, fresh, size);
		if (s->state == OPEN && used < size)
			buffer_keep(s, fresh + used, size - used);
	} else {
		if (size)
			buffer_keep(s, fresh, size);
		used = s->calls->input(s->arg, s->in, s->in_size);
		buffer_let_go(s, used);
	}
	if (s->state != OPEN)
		return;
	if (s->in_size > s->all->in_max && !s->paused)
		stream_close(s, "an unfinished message is too long");
	if (!s->in_size)
		s->partial_us = 0;
	else if (!s->partial_us || used)
		s->partial_us = loop_now(s->all->loop);
}

static void linger(struct stream *s)
{
	if (!io_linger(s))
		stream_close(s, "finished");
}

static void lose(struct stream *s)
{
	if (io_was_refused(s))
		s->calls->refused(s->arg);
	stream_close(s, "connection lost");
}

static void read_turn(struct stream *s)
{
	size_t total = 0, got;
	enum io io = IO_DONE;
	bool more = true;

	s->raw = RAW_TURN;
	while (s->state == OPEN && !s->paused && total < READ_TURN && more) {
		io = io_read(s, s->all->scratch, READ_CHUNK, &got);
		if (io != IO_DONE)
			break;
		s->active_us = loop_now(s->all->loop);
		total += got;
		more = io_has_more(s, got); /* what is still in the socket the loop tells */
		deliver(s, s->all->scratch, got);
	}
	if (s->state != OPEN)
		return;
	if (s->talk > TALK_MOST)
		stream_close(s, "too many TLS messages without data");
	else if (io == IO_END)
		stream_close(s, "closed by the peer");
	else if (io == IO_FAILED)
		lose(s);
	else if (io == IO_DONE && more && !s->paused)
		loop_later(s->all->loop, &s->again, stream_on_again, s);
	deadline_mind(s);
}

void stream_on_again(void *arg)
{
	struct stream *s = arg;

	if (s->state == HANDSHAKE && !s->ssl)
		shake(s); /* plain TCP has none: open at once */
	if (s->state != OPEN || s->paused)
		return;
	if (s->in_size)
		deliver(s, NULL, 0);
	read_turn(s);
	want(s);
}

/* --- out --- */

static void flush(struct stream *s)
{
	size_t put, total = 0;
	enum io io = IO_DONE;

	if (s->state != OPEN && s->state != FINISHING)
		return;
	while (s->out_at < s->out_size && io == IO_DONE) {
		io = io_write(s, s->out + s->out_at, s->out_size - s->out_at, &put);
		buffer_sent(s, put);
		total += put;
	}
	if (io == IO_FAILED || io == IO_END) {
		stream_close(s, "connection lost");
		return;
	}
	if (!s->out_size) {
		s->stuck_us = 0;
	} else if (total || !s->stuck_us) {
		s->stuck_us = loop_now(s->all->loop);
	}
	if (total && s->calls->sent)
		s->calls->sent(s->arg, total);
	if (stream_queued(s) > STREAM_OUT_HIGH && !s->was_high) {
		s->was_high = true;
		s->calls->filled(s->arg);
	}
	if (s->was_high && stream_queued(s) <= STREAM_OUT_HIGH / 2) {
		s->was_high = false;
		s->calls->drained(s->arg);
	}
}

static void after_flush(struct stream *s)
{
	if (s->state == FINISHING && !s->out_size) {
		io_shutdown(s);
		shutdown(s->fd, SHUT_WR);
		s->state = LINGERING;
		s->active_us = loop_now(s->all->loop);
	}
	if (s->state == OPEN && stream_queued(s) > STREAM_OUT_MAX)
		stream_close(s, "the peer does not read");
	if (s->state != DEAD) {
		deadline_mind(s);
		want(s);
	}
}

static void on_flush(void *arg)
{
	struct stream *s = arg;

	if (s->state == DEAD)
		return;
	flush(s);
	after_flush(s);
}

void stream_send(struct stream *s, const void *octets, size_t size)
{
	if (s->state != OPEN && s->state != HANDSHAKE && s->state != CONNECTING)
		return;
	buffer_queue(s, octets, size);
	if (s->queued)
		s->queued(s->queued_arg, octets, size);
	if (s->state == OPEN)
		loop_later(s->all->loop, &s->flush, on_flush, s);
}

/* --- handshake --- */

static void opened(struct stream *s)
{
	s->state = OPEN;
	s->opened_us = s->active_us = loop_now(s->all->loop);
	timer_stop(s->all->loop, &s->deadline);
	s->calls->opened(s->arg);
	if (s->state != OPEN)
		return;
	if (s->out_size)
		loop_later(s->all->loop, &s->flush, on_flush, s);
	deadline_mind(s);
	read_turn(s); /* the last flight may have brought data */
}

static void shake(struct stream *s)
{
	if (!s->ssl) {
		opened(s);
		return;
	}
	switch (io_handshake(s)) {
	case IO_DONE:
		opened(s);
		break;
	case IO_WAIT:
		break;
	default:
		s->calls->refused(s->arg); /* the error queue still says why */
		stream_close(s, "handshake failed");
		break;
	}
}

void stream_shake(struct stream *s)
{
	if (s->state != HANDSHAKE)
		return;
	shake(s);
	want(s);
}

static void connected(struct stream *s)
{
	int error = 0;
	socklen_t size = sizeof error;

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (error) {
		stream_close(s, strerror(error));
		return;
	}
	size = sizeof s->local.socket;
	if (getsockname(s->fd, &s->local.socket.any, &size) == 0)
		s->local.length = size;
	s->state = HANDSHAKE;
	shake(s);
}

void stream_on_ready(void *arg, int events)
{
	struct stream *s = arg;

	if (s->state == DEAD)
		return;
	s->ssl_wants_out = false;
	switch (s->state) {
	case CONNECTING:
		connected(s);
		break;
	case HANDSHAKE:
		if (s->ssl)
			shake_later(s);
		else
			shake(s);
		break;
	case LINGERING:
		linger(s);
		break;
	default:
		if (s->out_size)
			flush(s);
		if (s->state == OPEN && !s->paused)
			read_turn(s);
		else if (events & LOOP_BROKEN)
			stream_close(s, "connection lost"); /* else the loop would spin on it */
		after_flush(s);
	}
	want(s);
}

/* --- for the owner --- */

void stream_pause(struct stream *s)
{
	s->paused = true;
	want(s);
}

void stream_resume(struct stream *s)
{
	if (!s->paused)
		return;
	s->paused = false;
	if (s->partial_us)
		s->partial_us = loop_now(s->all->loop);
	want(s);
	if (s->state == OPEN)
		loop_later(s->all->loop, &s->again, stream_on_again, s);
}

void stream_finish(struct stream *s, const char *why)
{
	if (s->state == FINISHING || s->state == LINGERING)
		return;
	if (s->state != OPEN) {
		stream_close(s, why);
		return;
	}
	snprintf(s->why, sizeof s->why, "%s", why);
	s->state = FINISHING;
	loop_later(s->all->loop, &s->flush, on_flush, s);
}
