/* What the files of the scan share: classes of octets (by hand: the locale has
 * no say in what a message is), the first line, the head. */
#ifndef GATEWAY_FRAME_PARTS_H
#define GATEWAY_FRAME_PARTS_H

#include <string.h>

#include "frame.h"

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Inside a line CR and LF are a fold: they are as good as a blank. */
static inline bool is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

static inline bool is_token(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c))
		return true;
	switch (c) {
	case '-': case '.': case '!': case '%': case '*': case '_': case '+': case '`': case '\'': case '~':
		return true;
	default:
		return false;
	}
}

/* What stands around a URI is no part of it; UTF-8 in a URI is written with escapes. */
static inline bool is_uri(char c)
{
	return c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '"';
}

static inline size_t span(const char *octets, size_t at, size_t end, bool (*is)(char))
{
	while (at < end && is(octets[at]))
		at++;
	return at;
}

/* Reads the first line, `end` octets without its CRLF, into method, URI or status. Its fault:
 * MALFORMED, BAD_VERSION or NONE. */
enum reason frame_read_first(struct frame *, size_t end);

#define FRAME_NO_LENGTH UINT64_MAX

/* A whole head of `size` octets; `body` is the length it announces, FRAME_NO_LENGTH where that is in doubt. The fault
 * that decides: one that makes the body's length doubtful comes first. */
enum reason frame_read_head(struct frame *, const struct frame_limits *, const char *octets,
    size_t size, uint64_t *body);

/* What came of a head that will never be whole: the complete lines of it, for an answer. */
void frame_read_rest(struct frame *, const char *octets, size_t size);

#endif
