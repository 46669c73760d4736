/* A server on loopback in the test's own loop, which says what the test tells it to. */
#ifndef TESTS_UNIT_FAKE_SERVER_H
#define TESTS_UNIT_FAKE_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../gateway/loop.h"

struct fake_server {
	struct loop *loop;
	int listener, index;
	unsigned port;
	int fd, fd_index;       /* the last who connected; -1: nobody */
	unsigned accepted, ended;
	size_t heard;           /* octets */
	char last[4096];        /* the beginning of what was heard last */
	const char *greeting;   /* said to each at his first words; NULL: nothing */
	bool greeted;
};

static inline void fake_hang_up(struct fake_server *f)
{
	if (f->fd < 0)
		return;
	loop_remove(f->loop, f->fd_index);
	close(f->fd);
	f->fd = -1;
}

static inline void fake_say_octets(struct fake_server *f, const void *octets, size_t size)
{
	const char *at = octets;

	while (size && f->fd >= 0) { /* whoever hears it is in this very loop: what does not fit is lost */
		ssize_t n = send(f->fd, at, size, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		at += n;
		size -= (size_t)n;
	}
}

static inline void fake_say(struct fake_server *f, const char *text)
{
	fake_say_octets(f, text, strlen(text));
}

static inline void fake_hears(void *arg, int events)
{
	struct fake_server *f = arg;
	char octets[4096];
	ssize_t n = recv(f->fd, octets, sizeof octets - 1, MSG_DONTWAIT);

	(void)events;
	if (n <= 0) {
		f->ended++;
		fake_hang_up(f);
		return;
	}
	f->heard += (size_t)n;
	octets[n] = '\0';
	strcpy(f->last, octets);
	if (f->greeting && !f->greeted)
		fake_say(f, f->greeting);
	f->greeted = true;
}

static inline void fake_accepts(void *arg, int events)
{
	struct fake_server *f = arg;

	(void)events;
	fake_hang_up(f);
	f->fd = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (f->fd < 0)
		abort();
	f->accepted++;
	f->greeted = false;
	f->fd_index = loop_add(f->loop, f->fd, LOOP_READ, fake_hears, f);
}

static inline void fake_start(struct fake_server *f, struct loop *loop, const char *greeting)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof here;

	*f = (struct fake_server){ .loop = loop, .fd = -1, .greeting = greeting };
	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(f->listener, (struct sockaddr *)&here, length) || listen(f->listener, 8)
	    || getsockname(f->listener, (struct sockaddr *)&here, &length))
		abort();
	f->port = ntohs(here.sin_port);
	f->index = loop_add(loop, f->listener, LOOP_READ, fake_accepts, f);
}

static inline void fake_stop(struct fake_server *f)
{
	fake_hang_up(f);
	loop_remove(f->loop, f->index);
	close(f->listener);
}

#endif
