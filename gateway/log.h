/* The log for people: stderr, with the journal's priorities where it reads that
 * (RFC 5424 levels as "<4>" in front of a line), and with its fields for what is decided. Lines are one line, whatever is in them:
 * octets outside printable ASCII are written \xNN. */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H

#include <stddef.h>

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/* May be called again to change the level. A line that stderr does not take at once is
 * dropped, counted, and the loss said with the next one that is taken. */
void log_open(enum log_level least);
void log_line(enum log_level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a line is about: fields FEDGATE_PARTNER, ... in the journal. Printable ASCII; what is not known is NULL or "". */
struct log_about {
	const char *partner, *class, *reason, *rule;
};
void log_about(enum log_level, const struct log_about *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Escapes text of a peer for a log line or JSON string body (\", \\, \uNNNN for what is outside
 * printable ASCII, and for octets that are no UTF-8): always ends with a NUL, never longer than size, cut ones end in "...". Returns out. */
const char *log_quote(char *out, size_t size, const char *text, size_t length);

#endif
