/* A file may end anywhere and hold anything. The head of a record has a checksum
 * of its own, so that a length is believed before the octets that it counts are there: only
 * so can a cut end be told from a wrong length. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/siphash.h"

#define HEADER_SIZE 24 /* magic, version, 4 octets left free, checksum */
#define HEAD_SIZE   8  /* of a record: length, type, checksum of these two */
#define CHECK_SIZE  8  /* behind the payload, of all before it in the record */
#define ASIDE_MOST  1000

/* It guards against accidents, not against people: the key is no secret. */
static const struct siphash_key check_key = { "fedgate records" };

static void store_number(uint8_t *out, uint64_t number, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		out[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t load_number(const uint8_t *octets, unsigned count)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < count; i++)
		number |= (uint64_t)octets[i] << (8 * i);
	return number;
}

void payload_put(struct payload *p, uint64_t number, unsigned octets)
{
	uint8_t text[8];

	store_number(text, number, octets);
	payload_put_text(p, text, octets);
}

void payload_put_text(struct payload *p, const void *octets, size_t size)
{
	if (size > sizeof(p->octets) - p->size) {
		p->bad = true;
		return;
	}
	memcpy(p->octets + p->size, octets, size);
	p->size += size;
}

uint64_t payload_take(struct payload *p, unsigned octets)
{
	uint8_t text[8];

	return payload_take_text(p, text, octets) ? load_number(text, octets) : 0;
}

int64_t payload_take_time(struct payload *p)
{
	uint64_t number = payload_take(p, 8);
	int64_t time_us;

	memcpy(&time_us, &number, sizeof(time_us)); /* two's complement, as it was put */
	return time_us;
}

bool payload_take_text(struct payload *p, void *out, size_t size)
{
	if (size > payload_left(p)) {
		p->bad = true;
		return false;
	}
	memcpy(out, p->octets + p->at, size);
	p->at += size;
	return true;
}

size_t payload_left(const struct payload *p)
{
	return p->size - p->at;
}

static uint64_t check_of(const uint8_t *octets, size_t size)
{
	return siphash(&check_key, octets, size);
}

size_t journal_record(uint8_t out[JOURNAL_RECORD_MAX], unsigned type, const struct payload *p)
{
	store_number(out, p->size, 2);
	store_number(out + 2, type, 2);
	store_number(out + 4, check_of(out, 4), 4);
	memcpy(out + HEAD_SIZE, p->octets, p->size);
	store_number(out + HEAD_SIZE + p->size, check_of(out, HEAD_SIZE + p->size), CHECK_SIZE);
	return HEAD_SIZE + p->size + CHECK_SIZE;
}

static void make_header(uint8_t out[HEADER_SIZE], const struct journal_format *format)
{
	memcpy(out, format->magic, 8);
	store_number(out + 8, format->version, 4);
	store_number(out + 12, 0, 4);
	store_number(out + 16, check_of(out, 16), CHECK_SIZE);
}

static void flush(struct journal_writer *w)
{
	size_t at = 0;

	while (at < w->used && !w->error) {
		ssize_t written = write(w->fd, w->buffer + at, w->used - at);

		if (written > 0)
			at += (size_t)written;
		else if (written == 0)
			w->error = ENOSPC;
		else if (errno != EINTR)
			w->error = errno;
	}
	w->used = 0;
}

void journal_create(struct journal_writer *w, const char *path, const struct journal_format *format)
{
	w->error = 0;
	w->used = HEADER_SIZE;
	make_header(w->buffer, format);
	if (unlink(path) < 0 && errno != ENOENT)
		w->error = errno;
	w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (w->fd < 0)
		w->error = errno;
}

void journal_put(struct journal_writer *w, unsigned type, const struct payload *p)
{
	if (p->bad && !w->error)
		w->error = EMSGSIZE;
	if (sizeof(w->buffer) - w->used < JOURNAL_RECORD_MAX)
		flush(w);
	w->used += journal_record(w->buffer + w->used, type, p);
}

int journal_finish(struct journal_writer *w, const char *path)
{
	flush(w);
	if (w->fd < 0)
		return w->error;
	if (!w->error && fsync(w->fd) < 0)
		w->error = errno;
	if (close(w->fd) < 0 && !w->error)
		w->error = errno;
	if (w->error)
		unlink(path);
	return w->error;
}

/* So that `wanted` octets lie in the buffer, or all there are. */
static bool fill(struct journal_reader *r, size_t wanted)
{
	if (r->filled - r->first >= wanted)
		return true;
	memmove(r->buffer, r->buffer + r->first, r->filled - r->first);
	r->filled -= r->first;
	r->first = 0;
	while (r->filled < wanted) {
		ssize_t got = read(r->fd, r->buffer + r->filled, sizeof(r->buffer) - r->filled);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			r->error = errno;
		if (got <= 0)
			return false;
		r->filled += (size_t)got;
	}
	return true;
}

static enum journal_result check_header(const struct journal_reader *r, const struct journal_format *format)
{
	const uint8_t *found = r->buffer;
	uint8_t header[HEADER_SIZE];

	make_header(header, format);
	if (r->filled < HEADER_SIZE)
		return memcmp(found, header, r->filled) == 0 ? JOURNAL_TORN : JOURNAL_FOREIGN;
	if (memcmp(found, header, 8) != 0)
		return JOURNAL_FOREIGN;
	if (load_number(found + 16, CHECK_SIZE) != check_of(found, 16))
		return JOURNAL_DAMAGED;
	if (load_number(found + 8, 4) > format->version)
		return JOURNAL_NEWER;
	return memcmp(found, header, HEADER_SIZE) == 0 ? JOURNAL_RECORD : JOURNAL_FOREIGN;
}

enum journal_result journal_open(struct journal_reader *r, const char *path, const struct journal_format *format)
{
	enum journal_result result;
	struct stat about;

	r->error = 0;
	r->offset = r->next = 0;
	r->first = r->filled = 0;
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would let us wait */
	if (r->fd < 0 || fstat(r->fd, &about) < 0)
		r->error = errno;
	else if (!S_ISREG(about.st_mode))
		r->error = S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
	else
		fill(r, HEADER_SIZE);
	if (r->error)
		return JOURNAL_UNREADABLE;
	result = check_header(r, format);
	if (result == JOURNAL_RECORD)
		r->first = r->next = HEADER_SIZE;
	return result;
}

static enum journal_result cut_off(const struct journal_reader *r)
{
	return r->error ? JOURNAL_UNREADABLE : JOURNAL_TORN;
}

enum journal_result journal_next(struct journal_reader *r, unsigned *type, struct payload *out)
{
	const uint8_t *record;
	size_t size;

	r->offset = r->next;
	if (!fill(r, HEAD_SIZE))
		return r->filled == r->first && !r->error ? JOURNAL_END : cut_off(r);
	record = r->buffer + r->first;
	size = (size_t)load_number(record, 2);
	if (load_number(record + 4, 4) != (uint32_t)check_of(record, 4) || size > JOURNAL_PAYLOAD_MAX)
		return JOURNAL_DAMAGED;
	if (!fill(r, HEAD_SIZE + size + CHECK_SIZE))
		return cut_off(r);
	record = r->buffer + r->first;
	if (load_number(record + HEAD_SIZE + size, CHECK_SIZE) != check_of(record, HEAD_SIZE + size))
		return JOURNAL_DAMAGED;
	*type = (unsigned)load_number(record + 2, 2);
	out->size = out->at = 0;
	out->bad = false;
	payload_put_text(out, record + HEAD_SIZE, size);
	r->first += HEAD_SIZE + size + CHECK_SIZE;
	r->next += HEAD_SIZE + size + CHECK_SIZE;
	return JOURNAL_RECORD;
}

void journal_close(struct journal_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

int journal_set_aside(const char *path, unsigned *number)
{
	char aside[4096];

	for (unsigned n = 1; n <= ASIDE_MOST; n++) {
		if (snprintf(aside, sizeof(aside), "%s.bad-%u", path, n) >= (int)sizeof(aside))
			return ENAMETOOLONG;
		if (renameat2(AT_FDCWD, path, AT_FDCWD, aside, RENAME_NOREPLACE) == 0) {
			*number = n;
			return 0;
		}
		if (errno != EEXIST)
			return errno;
	}
	return EEXIST;
}
