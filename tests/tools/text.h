/* Octet strings for the test counterparts: slices that point into somebody
 * else's octets, and texts that grow. A text always has a NUL behind its
 * octets, so it can be read as a C string where it holds no NUL itself. */
#ifndef TOOLS_TEXT_H
#define TOOLS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct slice {
	const char *at;    /* borrowed */
	size_t      length;
};

struct text {
	char   *bytes;     /* owned */
	size_t  length;
	size_t  room;
};

/* Ends the process when an allocation failed. */
void *must(void *allocated);

struct slice slice_of(const char *string);
struct slice slice_from(struct slice s, size_t skip);
struct slice slice_trim(struct slice s);
/* Upper and lower case are the same here, as in SIP's header names. */
bool slice_is(struct slice s, const char *word);
bool slice_same(struct slice a, struct slice b);
/* Cuts what stands before the first `mark` off the rest, and the mark too. */
struct slice slice_until(struct slice *rest, char mark);
/* A decimal number without sign, or -1. */
long slice_number(struct slice s);
char *slice_copy(struct slice s);

struct slice text_slice(const struct text *t);
const char *text_string(const struct text *t);
void text_add(struct text *t, struct slice s);
void text_put(struct text *t, const char *string);
void text_print(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for at least `more` further octets: the caller writes and adds to length. */
char *text_reserve(struct text *t, size_t more);
void text_set(struct text *t, struct slice s);
void text_cut_front(struct text *t, size_t count);
void text_reset(struct text *t);
void text_clear(struct text *t);
/* Reads a whole file, "-" is the standard input. */
bool text_read_file(struct text *t, const char *name);
/* Pairs of hexadecimal digits, blanks between them allowed. */
bool text_add_hex(struct text *t, struct slice digits);

/* The words of a line: blanks part them, double quotes hold them together, and
 * \" is a quote inside. The words are written over the line. Returns how many. */
size_t split_words(char *line, char **words, size_t most);

#endif
