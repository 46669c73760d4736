#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "log.h"

#define TEXT_MAX     256
#define AGAIN_US     1000000
#define END_ROOM     8        /* for what closes a line: every value is bounded far below the room */

/* --- the file --- */

/* Who wrote it before may have been stopped while the disk was full. */
static bool ends_in_half_a_line(const struct lines *l)
{
	int fd = open(l->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat is;
	bool half;
	char last;

	if (fd < 0)
		return false;
	half = fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_size > 0 && pread(fd, &last, 1, is.st_size - 1) == 1 && last != '\n';
	close(fd);
	return half;
}

static void open_file(struct lines *l)
{
	if (!l->path[0])
		return;
	l->tried_us = clock_monotonic_us();
	l->fd = open(l->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
	if (l->fd < 0 && !l->lost)
		log_line(LEVEL_ERROR, "%s %s: cannot open: %s: make the directory, owned by the edge's user; lines are dropped and counted until then",
		    l->what, l->path, strerror(errno));
	l->torn = l->fd >= 0 && ends_in_half_a_line(l);
}

static void close_file(struct lines *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	free(l->path);
}

void lines_open(struct lines *l, const char *what, const char *path, size_t room)
{
	*l = (struct lines) { .what = what, .path = alloc_text(path ? path : ""), .fd = -1, .room = room };
	l->octets = alloc_zero(1, room);
	open_file(l);
}

void lines_reopen(struct lines *l, const char *path)
{
	lines_write(l);
	close_file(l);
	l->path = alloc_text(path ? path : "");
	open_file(l);
}

void lines_close(struct lines *l)
{
	lines_write(l);
	if (l->lost)
		log_line(LEVEL_WARNING, "%s %s: %" PRIu64 " lines were lost", l->what, l->path, l->lost);
	close_file(l);
	free(l->octets);
}

/* --- a line --- */

static void put(struct lines *l, const char *text, size_t length)
{
	size_t left = l->room - l->size > END_ROOM ? l->room - l->size - END_ROOM : 0;

	if (length > left)
		length = left;
	memcpy(l->octets + l->size, text, length);
	l->size += length;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void put_quoted(struct lines *l, const char *text, size_t length)
{
	char escape[8];
	size_t plain;

	put(l, "\"", 1);
	for (size_t i = 0; i < length; i += plain) {
		for (plain = 0; i + plain < length && is_plain((unsigned char)text[i + plain]); plain++)
			;
		put(l, text + i, plain);
		if (i + plain == length)
			break;
		if (text[i + plain] == '"' || text[i + plain] == '\\')
			put(l, escape, (size_t)snprintf(escape, sizeof escape, "\\%c", text[i + plain]));
		else
			put(l, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", (unsigned char)text[i + plain]));
		plain++;
	}
	put(l, "\"", 1);
}

static void put_comma(struct lines *l)
{
	if (!l->first)
		put(l, ",", 1);
	l->first = false;
}

static void put_key(struct lines *l, const char *key)
{
	put_comma(l);
	put(l, "\"", 1);
	put(l, key, strlen(key));
	put(l, "\":", 2);
}

void lines_begin(struct lines *l)
{
	if (l->size > l->room / 2)
		lines_write(l);
	put(l, "{", 1);
	l->first = true;
}

void lines_text(struct lines *l, const char *key, const char *value, size_t length)
{
	if (!value)
		return;
	put_key(l, key);
	put_quoted(l, value, length > TEXT_MAX ? TEXT_MAX : length);
}

void lines_number(struct lines *l, const char *key, int64_t value)
{
	char text[32];

	put_key(l, key);
	put(l, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
}

void lines_hash(struct lines *l, const char *key, uint64_t value)
{
	char text[32];

	put_key(l, key);
	put(l, text, (size_t)snprintf(text, sizeof text, "\"%016" PRIx64 "\"", value));
}

void lines_truth(struct lines *l, const char *key, bool value)
{
	put_key(l, key);
	put(l, value ? "true" : "false", value ? 4 : 5);
}

void lines_list(struct lines *l, const char *key)
{
	put_key(l, key);
	put(l, "[", 1);
	l->first = true;
}

void lines_item(struct lines *l, const char *value, size_t length)
{
	put_comma(l);
	put_quoted(l, value, length > TEXT_MAX ? TEXT_MAX : length);
}

void lines_list_end(struct lines *l)
{
	put(l, "]", 1);
	l->first = false;
}

void lines_end(struct lines *l)
{
	memcpy(l->octets + l->size, "}\n", 2); /* put leaves room for it */
	l->size += 2;
	l->whole++;
}

/* --- writing --- */

static void lose(struct lines *l, uint64_t lines, const char *why)
{
	if (!l->lost && why)
		log_line(LEVEL_ERROR, "%s %s: cannot write: %s: lines are dropped and counted until it works", l->what, l->path, why);
	l->lost += lines;
	l->losses++;
}

static void said_again(struct lines *l)
{
	if (!l->lost)
		return;
	log_line(LEVEL_WARNING, "%s %s: works again; %" PRIu64 " lines were lost", l->what, l->path, l->lost);
	l->lost = 0;
}

/* How many lines do not stand whole in the first `written` octets. */
static uint64_t lines_behind(const struct lines *l, size_t written)
{
	uint64_t lost = 0;

	for (size_t i = written; i < l->size; i++)
		lost += l->octets[i] == '\n';
	return lost;
}

static void write_all(struct lines *l)
{
	ssize_t n;

	if (l->fd < 0 && clock_monotonic_us() - l->tried_us > AGAIN_US)
		open_file(l);
	if (l->fd < 0) {
		lose(l, l->whole, NULL);
		return;
	}
	/* Half a line of before is ended first, so that every other line reads. */
	if (l->torn && write(l->fd, "\n", 1) != 1) {
		lose(l, l->whole, strerror(errno));
		return;
	}
	l->torn = false;
	n = write(l->fd, l->octets, l->size);
	if (n == (ssize_t)l->size) {
		said_again(l);
		return;
	}
	l->torn = n > 0 && l->octets[n - 1] != '\n';
	lose(l, lines_behind(l, n > 0 ? (size_t)n : 0), n < 0 ? strerror(errno) : "the disk is full");
}

void lines_write(struct lines *l)
{
	if (l->size && l->path[0])
		write_all(l);
	l->size = 0;
	l->whole = 0;
}
