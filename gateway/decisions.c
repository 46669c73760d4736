#include "decisions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "log.h"

#define LINE_MAX_OCTETS 16384

struct decisions {
	char *path, *edge;  /* owned */
	int fd;
	bool torn;          /* the last write left half a line */
	uint64_t lost;
	int64_t tried_us;
	struct recent *recent; /* owned */
	size_t size;
	char line[LINE_MAX_OCTETS];
};

static void open_file(struct decisions *d)
{
	if (!d->path[0])
		return;
	d->tried_us = clock_monotonic_us();
	d->fd = open(d->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
	if (d->fd < 0 && !d->lost)
		log_line(LEVEL_ERROR, "decision log %s: cannot open: %s: make the directory, owned by the edge's user; lines are dropped and counted until then",
		    d->path, strerror(errno));
}

struct decisions *decisions_open(const char *path, const char *edge)
{
	struct decisions *d = alloc_zero(1, sizeof *d);

	d->path = alloc_text(path ? path : "");
	d->edge = alloc_text(edge);
	d->fd = -1;
	d->recent = recent_new();
	open_file(d);
	return d;
}

void decisions_reopen(struct decisions *d, const char *path, const char *edge)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	d->torn = false;
	free(d->path);
	free(d->edge);
	d->path = alloc_text(path ? path : "");
	d->edge = alloc_text(edge);
	open_file(d);
}

void decisions_close(struct decisions *d)
{
	if (!d)
		return;
	if (d->lost)
		log_line(LEVEL_WARNING, "decision log %s: %" PRIu64 " lines were lost", d->path, d->lost);
	if (d->fd >= 0)
		close(d->fd);
	recent_free(d->recent);
	free(d->path);
	free(d->edge);
	free(d);
}

struct recent *decisions_recent(struct decisions *d)
{
	return d->recent;
}

static void put(struct decisions *d, const char *text, size_t length)
{
	if (d->size + length > sizeof d->line - 8) /* room for the end; every field is bounded far below this */
		length = sizeof d->line - 8 - d->size;
	memcpy(d->line + d->size, text, length);
	d->size += length;
}

static void put_quoted(struct decisions *d, const char *text, size_t length)
{
	char escape[8];

	put(d, "\"", 1);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\') {
			put(d, "\\", 1);
			put(d, text + i, 1);
		} else if (c < 0x20 || c >= 0x7f) {
			put(d, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", c));
		} else {
			put(d, text + i, 1);
		}
	}
	put(d, "\"", 1);
}

static void put_key(struct decisions *d, const char *key)
{
	put(d, d->size > 1 ? "," : "", d->size > 1);
	put_quoted(d, key, strlen(key));
	put(d, ":", 1);
}

void decisions_text(struct decisions *d, const char *key, const char *value, size_t length)
{
	if (!value)
		return;
	put_key(d, key);
	put_quoted(d, value, length > 256 ? 256 : length);
}

void decisions_number(struct decisions *d, const char *key, int64_t value)
{
	char text[32];

	put_key(d, key);
	put(d, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
}

void decisions_truth(struct decisions *d, const char *key, bool value)
{
	put_key(d, key);
	put(d, value ? "true" : "false", value ? 4 : 5);
}

void decisions_begin(struct decisions *d, const char *event)
{
	char now[CLOCK_TEXT_MAX];

	d->size = 0;
	put(d, "{", 1);
	clock_text(clock_wall_us(), now);
	decisions_text(d, "time", now, strlen(now));
	decisions_text(d, "edge", d->edge, strlen(d->edge));
	decisions_text(d, "event", event, strlen(event));
}

static void lose(struct decisions *d, const char *why)
{
	if (!d->lost++)
		log_line(LEVEL_ERROR, "decision log %s: cannot write: %s: lines are dropped and counted until it works", d->path, why);
}

static void said_again(struct decisions *d)
{
	if (!d->lost)
		return;
	log_line(LEVEL_WARNING, "decision log %s: works again; %" PRIu64 " lines were lost", d->path, d->lost);
	d->lost = 0;
}

void decisions_end(struct decisions *d)
{
	ssize_t n;

	put(d, "}\n", 2);
	recent_add(d->recent, d->line, d->size - 1);
	if (!d->path[0])
		return;
	if (d->fd < 0 && clock_monotonic_us() - d->tried_us > 1000000)
		open_file(d);
	if (d->fd < 0) {
		d->lost++;
		return;
	}
	/* Half a line of before is ended first, so that every other line reads. */
	if (d->torn && write(d->fd, "\n", 1) != 1) {
		lose(d, strerror(errno));
		return;
	}
	d->torn = false;
	n = write(d->fd, d->line, d->size);
	if (n == (ssize_t)d->size) {
		said_again(d);
		return;
	}
	d->torn = n > 0;
	lose(d, n < 0 ? strerror(errno) : "the disk is full");
}
