/* The decision log: one JSON object a line (interface.md). The page cache takes
 * a line at once; no sync. A disk that takes none loses lines: counted, said once. */
#ifndef GATEWAY_DECISIONS_H
#define GATEWAY_DECISIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recent.h"

struct decisions;

/* "" or NULL: no file. Never fails: a file that cannot be opened is said in the log and
 * tried again at each line, once a second at most. */
struct decisions *decisions_open(const char *path, const char *edge);
void decisions_reopen(struct decisions *, const char *path, const char *edge); /* SIGHUP: log rotation */
void decisions_close(struct decisions *);
/* The last lines, also without a file; borrowed. */
struct recent *decisions_recent(struct decisions *);

/* One line. `key, value` pairs are added in between; NULL values are left out. */
void decisions_begin(struct decisions *, const char *event);
void decisions_text(struct decisions *, const char *key, const char *value, size_t length);
void decisions_number(struct decisions *, const char *key, int64_t value);
void decisions_truth(struct decisions *, const char *key, bool value);
void decisions_end(struct decisions *);

#endif
