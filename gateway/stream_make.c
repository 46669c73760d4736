/* Making a stream of a descriptor or an address, and what is asked of one. */
#include "stream_parts.h"

#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

static void send_at_once(int fd)
{
	int yes = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static struct stream *stream_new(struct streams *all, int fd, SSL_CTX *context,
    const struct address *peer, const struct stream_calls *calls, void *arg)
{
	struct stream *s = alloc_zero(1, sizeof *s);

	s->all = all;
	s->calls = calls;
	s->arg = arg;
	s->fd = fd;
	s->peer = *peer;
	s->opened_us = s->active_us = loop_now(all->loop);
	if (peer->socket.any.sa_family != AF_UNIX)
		send_at_once(fd);
	if (context && (!(s->ssl = SSL_new(context)) || SSL_set_fd(s->ssl, fd) != 1))
		abort(); /* out of memory; going on would be going on in clear */
	if (s->ssl)
		io_watch(s);
	s->next = all->first;
	s->back = &all->first;
	if (s->next)
		s->next->back = &s->next;
	all->first = s;
	all->open++;
	return s;
}

static void start(struct stream *s, int events)
{
	s->events = events;
	s->index = loop_add(s->all->loop, s->fd, events, stream_on_ready, s);
	if (s->index <= 0) {
		s->state = DEAD;
		snprintf(s->why, sizeof s->why, "no room in the event loop");
		loop_later(s->all->loop, &s->end, stream_on_end, s);
		return;
	}
	deadline_mind(s);
}

/* Whose host has vanished sends no reset: what TCP took for him, and he did not acknowledge, ends the connection like
 * what it does not take. That must come first, as it says more: TCP counts from when his window shut, which is
 * before it takes no more from us. */
static void bound_silence(int fd, int64_t write_timeout_us)
{
	int64_t milliseconds = 2 * write_timeout_us / 1000;
	unsigned value = milliseconds < INT_MAX ? (unsigned)milliseconds : INT_MAX;

	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof value);
}

struct stream *stream_accepted(struct streams *all, int fd, SSL_CTX *context,
    const struct address *peer, const struct stream_calls *calls, void *arg)
{
	struct stream *s = stream_new(all, fd, context, peer, calls, arg);
	socklen_t size = sizeof s->local.socket;

	if (getsockname(fd, &s->local.socket.any, &size) == 0)
		s->local.length = size;
	if (peer->socket.any.sa_family != AF_UNIX)
		bound_silence(fd, all->write_timeout_us);
	s->never_opened = true;
	s->state = HANDSHAKE;
	if (s->ssl)
		SSL_set_accept_state(s->ssl);
	start(s, LOOP_READ);
	if (!s->ssl && s->state == HANDSHAKE)
		loop_later(all->loop, &s->again, stream_on_again, s);
	return s;
}

/* A next hop whose host has vanished sends no reset. */
static void watch_for_silence(int fd)
{
	int yes = 1, seconds = 5, tries = 2;
	unsigned milliseconds = 20000; /* also for a window that stays shut: not too soon */

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &tries, sizeof tries);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

struct stream *stream_connect(struct streams *all, const struct address *to, SSL_CTX *context,
    const char *name, const struct stream_calls *calls, void *arg)
{
	int fd = socket(to->socket.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = fd < 0 ? errno : 0; /* before the options of a socket that is none say theirs */
	struct stream *s = stream_new(all, fd, context, to, calls, arg);

	s->state = CONNECTING;
	if (to->socket.any.sa_family != AF_UNIX)
		watch_for_silence(fd);
	s->never_opened = true;
	if (s->ssl) {
		SSL_set_connect_state(s->ssl);
		if (name && name[0])
			SSL_set_tlsext_host_name(s->ssl, name);
	}
	if (!error && connect(fd, &to->socket.any, to->length) < 0 && errno != EINPROGRESS)
		error = errno;
	if (error) {
		snprintf(s->why, sizeof s->why, "%s", strerror(error));
		s->state = DEAD;
		loop_later(all->loop, &s->end, stream_on_end, s);
		return s;
	}
	start(s, LOOP_WRITE);
	return s;
}

void stream_watch(struct stream *s, void (*queued)(void *, const void *, size_t), void *arg)
{
	s->queued = queued;
	s->queued_arg = arg;
}

void stream_never_idle(struct stream *s)
{
	s->never_idle = true;
}

bool stream_is_open(const struct stream *s)
{
	return s->state == OPEN;
}

size_t stream_queued(const struct stream *s)
{
	return s->out_size - s->out_at;
}

bool stream_is_full(const struct stream *s)
{
	return s->was_high;
}

void stream_await_drained(struct stream *s)
{
	s->was_high = true;
}

SSL *stream_ssl(struct stream *s)
{
	return s->ssl;
}

const struct address *stream_peer(const struct stream *s)
{
	return &s->peer;
}

const struct address *stream_local(const struct stream *s)
{
	return &s->local;
}

int64_t stream_opened_at(const struct stream *s)
{
	return s->opened_us;
}

bool stream_handshake_failed(const struct stream *s)
{
	return s->never_opened;
}
