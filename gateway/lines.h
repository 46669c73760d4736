/* A file of JSON lines, as the decision log and the record are: lines are made in a buffer, and all that are
 * there go into the page cache by one write; no sync. A disk that takes none loses lines: counted, said once. */
#ifndef GATEWAY_LINES_H
#define GATEWAY_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lines {
	const char *what;   /* borrowed: what our own log calls it */
	char *path;         /* owned; "": no file */
	int fd;
	bool torn;          /* the last write left half a line */
	uint64_t lost;      /* lines; not said yet */
	uint64_t losses;    /* how often some were lost, ever */
	int64_t tried_us;
	char *octets;       /* owned */
	size_t room, size;
	uint64_t whole;     /* lines in there */
	bool first;         /* no pair or item stands before the next */
};

/* "" or NULL: no file. Never fails: one that cannot be opened is said in the log and tried again at each write, once a
 * second at most. `room` octets hold the lines of one write, and bound each line. */
void lines_open(struct lines *, const char *what, const char *path, size_t room);
/* What is there is written first, to the old file. */
void lines_reopen(struct lines *, const char *path);
void lines_close(struct lines *);

/* One line; where the room is half full, what is there is written first. `key, value` pairs come in between; NULL values are left out, of texts everything behind 256 octets;
 * octets outside printable ASCII are escaped. Keys are words of ours. */
void lines_begin(struct lines *);
void lines_text(struct lines *, const char *key, const char *value, size_t length);
void lines_number(struct lines *, const char *key, int64_t value);
void lines_hash(struct lines *, const char *key, uint64_t value); /* as 16 hex digits */
void lines_truth(struct lines *, const char *key, bool value);
void lines_list(struct lines *, const char *key);
void lines_item(struct lines *, const char *value, size_t length);
void lines_list_end(struct lines *);
void lines_end(struct lines *);

void lines_write(struct lines *);

#endif
