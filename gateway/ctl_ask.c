/* Asks, and tells apart what can be wrong with an answer: nobody there, no right to ask, silence, half
 * an answer, another language. Each says what to do. */
#include "ctl_ask.h"

#include <errno.h>
#include <grp.h>
#include <langinfo.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define OBJECT_MAX ((size_t)1 << 30) /* octets: a hundred thousand partners are a twentieth */

static enum ctl_end none(struct ask *ask, const char *format, ...) __attribute__((format(printf, 2, 3)));

static enum ctl_end none(struct ask *ask, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ask->why, sizeof(ask->why), format, arguments);
	va_end(arguments);
	return ask->end = CTL_NO_ANSWER;
}

/* Whom the socket lets in. */
static enum ctl_end none_for_you(struct ask *ask, const char *path)
{
	struct stat seen;
	bool there = stat(path, &seen) == 0;
	struct group *group = there ? getgrgid(seen.st_gid) : NULL;

	if (there && !(seen.st_mode & S_IWGRP))
		return none(ask, "%s: permission denied: no group may ask: ask as root; the log of the edge says what is wrong with "
		    "console.group", path);
	if (group)
		return none(ask, "%s: permission denied: it is for the group \"%s\": as root `usermod -aG %s USER`, "
		    "then log in again", path, group->gr_name, group->gr_name);
	return none(ask, "%s: permission denied: ask as root, or as a member of console.group", path);
}

static enum ctl_end none_behind(struct ask *ask, const char *path)
{
	struct stat seen;

	if (stat(path, &seen) == 0 && !S_ISSOCK(seen.st_mode))
		return none(ask, "%s: is no socket: name that of console.socket: -s PATH, or FEDGATE_SOCKET", path);
	return none(ask, "%s: connection refused: the edge that made it has ended: `systemctl start fedgated`", path);
}

static enum ctl_end none_there(struct ask *ask, const char *path, int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return none(ask, "%s: no such file: is fedgated running? `systemctl status fedgated`; for another "
		    "socket (console.socket): -s PATH, or FEDGATE_SOCKET", path);
	case ECONNREFUSED:
		return none_behind(ask, path);
	case EACCES:
	case EPERM:
		return none_for_you(ask, path);
	case EAGAIN:
		return none(ask, "%s: the edge is there and takes no more questions now", path);
	default:
		return none(ask, "%s: %s", path, strerror(error));
	}
}

static enum ctl_end connect_to(struct ask *ask, const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(name.sun_path))
		return none(ask, "%s: the path of a socket has at most %zu octets", path, sizeof(name.sun_path) - 1);
	strcpy(name.sun_path, path);
	ask->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ask->fd < 0 || connect(ask->fd, (struct sockaddr *)&name, sizeof(name)) != 0)
		return none_there(ask, path, errno);
	return CTL_DONE;
}

/* True: the socket is ready for `events`. */
static bool wait_until(struct ask *ask, short events)
{
	struct pollfd ends[] = { { .fd = ask->fd, .events = events }, { .fd = ask->wake, .events = POLLIN } };
	bool patient = (ask->came || ask->lines) && !ask->scan.depth;
	int ready = poll(ends, 2, patient ? -1 : ask->patience_ms);

	if (ready > 0 && ends[0].revents)
		return true;
	ask->woken = ready > 0 || (ready < 0 && errno == EINTR);
	if (ready == 0)
		none(ask, "the edge is there and says nothing for %d s: it is stuck, or stopped", ask->patience_ms / 1000);
	else
		none(ask, "interrupted");
	return false;
}

static enum ctl_end put_question(struct ask *ask, const char *line)
{
	size_t length = strlen(line);

	while (length) {
		ssize_t put = send(ask->fd, line, length, MSG_NOSIGNAL);

		if (put >= 0) {
			line += put;
			length -= (size_t)put;
		} else if (errno != EAGAIN) {
			break; /* it may have answered before it closed: see what */
		} else if (!wait_until(ask, POLLOUT)) {
			return ask->end;
		}
	}
	return CTL_DONE;
}

/* An octet of the answer; -1: its end; -2: there is none. */
static int next_octet(struct ask *ask)
{
	if (ask->at == ask->count) {
		ssize_t got;

		while ((got = recv(ask->fd, ask->octets, sizeof(ask->octets), 0)) < 0 && errno == EAGAIN)
			if (!wait_until(ask, POLLIN))
				return -2;
		if (got < 0 && errno != ECONNRESET) {
			none(ask, "%s", strerror(errno));
			return -2;
		}
		if (got <= 0)
			return -1;
		ask->count = (size_t)got;
		ask->at = 0;
	}
	return (unsigned char)ask->octets[ask->at++];
}

/* "ok", "no", or "usage TEXT". */
static enum ctl_end read_first_line(struct ask *ask)
{
	char line[4096];
	size_t length = 0;
	struct text shown = { 0 };
	int octet;

	while ((octet = next_octet(ask)) >= 0 && octet != '\n' && length < sizeof(line) - 1)
		line[length++] = (char)octet;
	line[length] = '\0';
	if (octet == -2)
		return ask->end;
	if (octet != '\n')
		return none(ask, length ? "the answer is cut off in its first line" : "the edge closed without an answer: "
		    "its log says why");
	ask->ends = 1;
	if (strcmp(line, "ok") == 0)
		return ask->end = CTL_DONE;
	if (strcmp(line, "no") == 0)
		return ask->end = CTL_REFUSED;
	if (strncmp(line, "usage ", 6) != 0)
		return none(ask, "what answers is no fedgated of this version");
	safe_put(&shown, line + 6, length - 6, strcmp(nl_langinfo(CODESET), "UTF-8") == 0, ASK_WHY_COLUMNS);
	none(ask, "%s", text_octets(&shown));
	text_clear(&shown);
	return ask->end = CTL_USAGE;
}

enum ctl_end ask_open(struct ask *ask, const char *socket, const char *line, int patience_ms, int wake)
{
	memset(ask, 0, offsetof(struct ask, octets));
	ask->fd = -1;
	ask->wake = wake;
	ask->patience_ms = patience_ms;
	ask->count = ask->at = 0;
	if (connect_to(ask, socket) != CTL_DONE || put_question(ask, line) != CTL_DONE)
		return ask->end;
	return read_first_line(ask);
}

const struct text *ask_next(struct ask *ask)
{
	int octet;

	text_reset(&ask->object);
	while ((octet = next_octet(ask)) >= 0) {
		ask->ends = octet == '\n' ? ask->ends + 1 : 0;
		switch (scan_octet(&ask->scan, (unsigned char)octet, &ask->object)) {
		case SCAN_MORE:
			if (ask->object.length < OBJECT_MAX)
				break;
			none(ask, "the answer is too long");
			return NULL;
		case SCAN_OBJECT:
			ask->came = true;
			return &ask->object;
		case SCAN_BROKEN:
			none(ask, "the answer is not JSON: what answers is no fedgated of this version");
			return NULL;
		}
	}
	if (octet == -1 && (ask->scan.depth || (ask->lines && ask->ends < 2)))
		none(ask, "the answer is cut off: the edge has ended, or dropped a reader that was too slow");
	else if (octet == -1 && !ask->came && !ask->lines)
		none(ask, "the answer is cut off: nothing stands behind its first line");
	return NULL;
}

json_t *ask_object(struct ask *ask)
{
	const struct text *octets = ask_next(ask);
	json_error_t error;
	json_t *object;

	if (!octets)
		return NULL;
	object = json_loadb(octets->octets, octets->length, JSON_ALLOW_NUL, &error);
	if (!object)
		none(ask, "the answer is not JSON: %s", error.text);
	return object;
}

void ask_close(struct ask *ask)
{
	if (ask->fd >= 0)
		close(ask->fd);
	text_clear(&ask->object);
}
