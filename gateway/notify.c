/* The words of sd_notify(3). It makes a socket for each of them, and waits while
 * the manager reads none. So a socket of our own is kept: it asks first whether there is
 * room, and then gives its descriptor up for the word. A manager that stands still must not
 * hold up calls, and an edge without descriptors must not be restarted for want of one more. */
#include "notify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "clock.h"
#include "log.h"

#define AGAIN_US 100000

static int dial(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t length = name ? strlen(name) : 0;
	int fd;

	if (!length || length > sizeof at.sun_path) {
		errno = EINVAL;
		return -1;
	}
	memcpy(at.sun_path, name, length);
	if (name[0] == '@')
		at.sun_path[0] = '\0'; /* an abstract name */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* 0, or why it was not said. */
static int say(struct notify *n, const char *words)
{
	struct pollfd room = { .events = POLLOUT };
	int error;

	if (n->fd < 0 && (n->fd = dial()) < 0)
		return errno;
	room.fd = n->fd;
	if (poll(&room, 1, 0) != 1 || room.revents & POLLERR)
		return EAGAIN;
	close(n->fd);
	error = sd_notify(0, words);
	n->fd = dial();
	return error < 0 ? -error : 0;
}

static bool tell(struct notify *n, const char *words)
{
	int error = say(n, words);

	if (error && !n->lost)
		log_line(LEVEL_WARNING, "service manager: does not hear us: %s: does it run, and is its socket open to this user?", strerror(error));
	n->lost = error != 0;
	return !error;
}

static void say_again(void *arg)
{
	struct notify *n = arg;

	if (!tell(n, n->unsaid))
		timer_set(n->loop, &n->again, clock_monotonic_us() + AGAIN_US, say_again, n);
}

/* What the manager waits for is said until it is heard; a newer word makes an older one void. */
static void insist(struct notify *n, const char *words)
{
	if (!n->heard)
		return;
	snprintf(n->unsaid, sizeof n->unsaid, "%s", words);
	timer_stop(n->loop, &n->again);
	say_again(n);
}

/* Children are copies and run nothing of their own; that none of them, nor what a
 * library may start in one, is taken for the edge must not hang on NotifyAccess=main alone. */
static void forget_in_child(void)
{
	unsetenv("NOTIFY_SOCKET");
}

static void beat(void *arg)
{
	struct notify *n = arg;

	tell(n, "WATCHDOG=1");
	timer_set(n->loop, &n->beat, loop_now(n->loop) + n->beat_us, beat, n);
}

void notify_open(struct notify *n, struct loop *loop)
{
	uint64_t watchdog_us = 0;

	*n = (struct notify) { .loop = loop, .fd = -1, .heard = getenv("NOTIFY_SOCKET") != NULL };
	if (!n->heard)
		return;
	n->fd = dial();
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		n->beat_us = (int64_t)(watchdog_us / 2);
	pthread_atfork(NULL, NULL, forget_in_child);
}

void notify_close(struct notify *n)
{
	if (!n->heard)
		return;
	timer_stop(n->loop, &n->beat);
	timer_stop(n->loop, &n->again);
	if (n->fd >= 0)
		close(n->fd);
	n->heard = false;
}

void notify_ready(struct notify *n, const char *status, ...)
{
	char words[NOTIFY_MAX] = "READY=1\nSTATUS=";
	size_t length = strlen(words);
	va_list arguments;

	va_start(arguments, status);
	vsnprintf(words + length, sizeof words - length, status, arguments);
	va_end(arguments);
	insist(n, words);
	if (n->heard && n->beat_us && !n->beat.place)
		timer_set(n->loop, &n->beat, clock_monotonic_us() + n->beat_us, beat, n);
}

void notify_reloading(struct notify *n)
{
	char words[NOTIFY_MAX];

	/* The time is what tells this reload's READY from an earlier one. */
	snprintf(words, sizeof words, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=reloading", clock_monotonic_us());
	insist(n, words);
}

void notify_draining(struct notify *n, size_t requests)
{
	char words[NOTIFY_MAX];

	if (n->stopping && n->draining == requests)
		return;
	/* Said whole each time: a word that found no room may have been the first. */
	snprintf(words, sizeof words, "STOPPING=1\nSTATUS=draining %zu request%s", requests, requests == 1 ? "" : "s");
	n->stopping = true;
	n->draining = requests;
	insist(n, words);
}
