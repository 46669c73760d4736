/* Files of records, for the journal and the snapshot alike: a header with a
 * version, then records with a type, a length and checksums, so that a file that ends too early
 * is told from one that is damaged. What is read is hostile: no size in it is believed, nothing is
 * allocated. Numbers are little-endian. Knows nothing of partners. */
#ifndef GATEWAY_JOURNAL_H
#define GATEWAY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_PAYLOAD_MAX 4096

/* A payload that is being made or read. Putting too much, or taking more than
 * is there, sets `bad`; what is taken then is 0. */
struct payload {
	uint8_t octets[JOURNAL_PAYLOAD_MAX];
	size_t size, at;
	bool bad;
};

void payload_put(struct payload *, uint64_t number, unsigned octets);
void payload_put_text(struct payload *, const void *octets, size_t size);
uint64_t payload_take(struct payload *, unsigned octets);
int64_t payload_take_time(struct payload *);
bool payload_take_text(struct payload *, void *out, size_t size);
size_t payload_left(const struct payload *);

struct journal_format {
	char magic[9];     /* eight characters */
	uint32_t version;  /* the newest that is read, and the one that is written */
};

/* Writing a whole file: made new, never over another one. The first error stays
 * until the end, so that only the end needs to be looked at. */
struct journal_writer {
	int fd;
	int error;         /* errno, 0: none */
	size_t used;
	uint8_t buffer[65536];
};

void journal_create(struct journal_writer *, const char *path, const struct journal_format *);
void journal_put(struct journal_writer *, unsigned type, const struct payload *);
/* Everything on disk, file closed. 0, or an errno: then the file is gone. */
int journal_finish(struct journal_writer *, const char *path);

/* One record as it stands in a file. */
#define JOURNAL_RECORD_MAX (JOURNAL_PAYLOAD_MAX + 16)
size_t journal_record(uint8_t out[JOURNAL_RECORD_MAX], unsigned type, const struct payload *);

enum journal_result {
	JOURNAL_RECORD,
	JOURNAL_END,        /* the file ends behind a record */
	JOURNAL_TORN,       /* it ends within one, or within the header */
	JOURNAL_DAMAGED,    /* a checksum is wrong */
	JOURNAL_FOREIGN,    /* no file of this kind */
	JOURNAL_NEWER,      /* of a newer version */
	JOURNAL_UNREADABLE  /* it, or its directory, cannot be read now: `error` */
};

struct journal_reader {
	int fd;
	int error;
	uint64_t offset;   /* of the record that was read last, or of what is wrong */
	uint64_t next;     /* of the one behind it */
	size_t first, filled;
	uint8_t buffer[65536];
};

/* JOURNAL_RECORD: go on with journal_next. JOURNAL_UNREADABLE with ENOENT: there is none. */
enum journal_result journal_open(struct journal_reader *, const char *path, const struct journal_format *);
enum journal_result journal_next(struct journal_reader *, unsigned *type, struct payload *out);
void journal_close(struct journal_reader *); /* also after a journal_open that failed */

/* Renames PATH to the first free PATH.bad-N, never over another file. 0 and the
 * number, or an errno. */
int journal_set_aside(const char *path, unsigned *number);

#endif
