/* accept(2) and its troubles. */
#include "listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "log.h"

#define ACCEPTS_A_TURN 8
#define RETRY_US 200000

struct listener {
	struct loop *loop;        /* borrowed */
	int fd, index;
	bool paused;              /* no descriptors left: tried again soon */
	struct timer retry;
	struct task accepting;
	struct address address;
	listener_accepted_fn *accepted;
	void *arg;
};

static void resume(void *arg)
{
	struct listener *l = arg;

	loop_want(l->loop, l->index, LOOP_READ);
}

/* Out of descriptors or memory: the kernel keeps the connection waiting, and
 * a level-triggered loop would spin on it. */
static void pause_for(struct listener *l, int error)
{
	char text[ADDRESS_TEXT_MAX];

	if (!l->paused) {
		address_text(&l->address, text);
		log_line(LEVEL_ERROR, "%s: cannot accept: %s: raise LimitNOFILE or lower max-connections; trying again until it works",
		    text, strerror(error));
	}
	l->paused = true;
	loop_want(l->loop, l->index, 0);
	timer_set(l->loop, &l->retry, loop_now(l->loop) + RETRY_US, resume, l);
}

static void accept_some(void *arg)
{
	struct listener *l = arg;
	struct address peer;
	char text[ADDRESS_TEXT_MAX];
	int fd;

	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		memset(&peer, 0, sizeof peer);
		peer.length = sizeof peer.socket;
		fd = accept4(l->fd, &peer.socket.any, &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
			pause_for(l, errno);
			return;
		}
		if (fd < 0)
			return; /* the rest concerns one connection that went away */
		if (l->paused) {
			address_text(&l->address, text);
			log_line(LEVEL_INFO, "%s: accepts again", text);
			l->paused = false;
		}
		l->accepted(l->arg, fd, &peer);
	}
}

/* At the end of the turn: a descriptor that is registered while events are told makes su_root forget the others
 * of its step, and who knocks without end would have the messages wait. */
static void on_ready(void *arg, int events)
{
	struct listener *l = arg;

	(void)events;
	loop_later(l->loop, &l->accepting, accept_some, l);
}

static int bind_socket(struct address *address, bool reuse_port)
{
	int fd = socket(address->socket.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (reuse_port)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
	if (address->socket.any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
	if (bind(fd, &address->socket.any, address->length) < 0 || listen(fd, 1024) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	getsockname(fd, &address->socket.any, &address->length);
	return fd;
}

static const char *remedy(const struct address *address, int error)
{
	if (address->socket.any.sa_family == AF_UNIX)
		return "make its directory, owned by the edge's user";
	return error == EACCES ? "a port below 1024 needs root, or CAP_NET_BIND_SERVICE" : "is it an address of this host, and free?";
}

struct listener *listener_open(struct loop *loop, const struct address *address, bool reuse_port,
    listener_accepted_fn *accepted, void *arg, char *why, size_t size)
{
	struct listener *l = alloc_zero(1, sizeof *l);

	*l = (struct listener) { .loop = loop, .address = *address, .accepted = accepted, .arg = arg };
	l->fd = bind_socket(&l->address, reuse_port);
	if (l->fd >= 0 && (l->index = loop_add(loop, l->fd, LOOP_READ, on_ready, l)) > 0)
		return l;
	snprintf(why, size, "cannot listen: %s: %s", strerror(errno), remedy(address, errno));
	if (l->fd >= 0)
		close(l->fd);
	free(l);
	return NULL;
}

void listener_shut(struct listener *l)
{
	if (l->fd < 0)
		return;
	timer_stop(l->loop, &l->retry);
	loop_forget(l->loop, &l->accepting);
	loop_remove(l->loop, l->index);
	close(l->fd);
	l->fd = -1;
}

bool listener_is_open(const struct listener *l)
{
	return l->fd >= 0;
}

void listener_close(struct listener *l)
{
	if (!l)
		return;
	listener_shut(l);
	free(l);
}

const struct address *listener_address(const struct listener *l)
{
	return &l->address;
}
