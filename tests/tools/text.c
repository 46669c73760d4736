/* Octet strings: see text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void *must(void *allocated)
{
	if (allocated == NULL) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return allocated;
}

struct slice slice_of(const char *string)
{
	return (struct slice){ string, strlen(string) };
}

struct slice slice_from(struct slice s, size_t skip)
{
	if (skip > s.length)
		skip = s.length;
	return (struct slice){ s.at + skip, s.length - skip };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.length > 0 && is_blank(s.at[0]))
		s = slice_from(s, 1);
	while (s.length > 0 && is_blank(s.at[s.length - 1]))
		s.length--;
	return s;
}

bool slice_is(struct slice s, const char *word)
{
	return slice_same(s, slice_of(word));
}

bool slice_same(struct slice a, struct slice b)
{
	return a.length == b.length && (a.length == 0 || strncasecmp(a.at, b.at, a.length) == 0);
}

struct slice slice_until(struct slice *rest, char mark)
{
	struct slice before = *rest;
	const char *found = rest->length ? memchr(rest->at, mark, rest->length) : NULL;

	if (found == NULL) {
		*rest = slice_from(*rest, rest->length);
		return before;
	}
	before.length = (size_t)(found - rest->at);
	*rest = slice_from(*rest, before.length + 1);
	return before;
}

long slice_number(struct slice s)
{
	long number = 0;

	if (s.length == 0 || s.length > 18)
		return -1;
	for (size_t i = 0; i < s.length; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return -1;
		number = number * 10 + (s.at[i] - '0');
	}
	return number;
}

char *slice_copy(struct slice s)
{
	char *copy = must(malloc(s.length + 1));

	if (s.length > 0)
		memcpy(copy, s.at, s.length);
	copy[s.length] = '\0';
	return copy;
}

struct slice text_slice(const struct text *t)
{
	return (struct slice){ text_string(t), t->length };
}

const char *text_string(const struct text *t)
{
	return t->bytes ? t->bytes : "";
}

char *text_reserve(struct text *t, size_t more)
{
	if (t->length + more + 1 > t->room) {
		t->room = (t->length + more + 1) * 2;
		t->bytes = must(realloc(t->bytes, t->room));
	}
	return t->bytes + t->length;
}

void text_add(struct text *t, struct slice s)
{
	char *end = text_reserve(t, s.length);

	if (s.length > 0)
		memcpy(end, s.at, s.length);
	end[s.length] = '\0';
	t->length += s.length;
}

void text_put(struct text *t, const char *string)
{
	text_add(t, slice_of(string));
}

void text_print(struct text *t, const char *format, ...)
{
	char *end = text_reserve(t, 512);
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(end, t->room - t->length, format, arguments);
	va_end(arguments);
	if (length > 0 && (size_t)length >= t->room - t->length) {
		end = text_reserve(t, (size_t)length);
		va_start(arguments, format);
		length = vsnprintf(end, (size_t)length + 1, format, arguments);
		va_end(arguments);
	}
	if (length > 0)
		t->length += (size_t)length;
}

void text_set(struct text *t, struct slice s)
{
	text_reset(t);
	text_add(t, s);
}

void text_cut_front(struct text *t, size_t count)
{
	if (count == 0)
		return;
	memmove(t->bytes, t->bytes + count, t->length - count);
	t->length -= count;
	t->bytes[t->length] = '\0';
}

void text_reset(struct text *t)
{
	t->length = 0;
	if (t->bytes != NULL)
		t->bytes[0] = '\0';
}

void text_clear(struct text *t)
{
	free(t->bytes);
	*t = (struct text){ 0 };
}

bool text_read_file(struct text *t, const char *name)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	bool good;
	size_t got;

	if (file == NULL)
		return false;
	do {
		got = fread(text_reserve(t, 65536), 1, 65536, file);
		t->length += got;
	} while (got > 0);
	t->bytes[t->length] = '\0';
	good = !ferror(file);
	if (file != stdin)
		fclose(file);
	return good;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, c | 0x20) : NULL;

	return found ? (int)(found - digits) : -1;
}

bool text_add_hex(struct text *t, struct slice digits)
{
	for (digits = slice_trim(digits); digits.length > 0; digits = slice_trim(digits)) {
		int high = hex_digit(digits.at[0]);
		int low = digits.length > 1 ? hex_digit(digits.at[1]) : -1;
		char octet;

		if (high < 0 || low < 0)
			return false;
		octet = (char)(high * 16 + low);
		text_add(t, (struct slice){ &octet, 1 });
		digits = slice_from(digits, 2);
	}
	return true;
}

static char *cut_word(char **at)
{
	char *from = *at, *to = *at, *word = *at;
	bool quoted = false;

	for (; *from && (quoted || !is_blank(*from)); from++) {
		if (from[0] == '\\' && from[1] == '"')
			*to++ = *++from;
		else if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*at = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

size_t split_words(char *line, char **words, size_t most)
{
	size_t count = 0;

	while (count < most) {
		while (is_blank(*line))
			line++;
		if (*line == '\0')
			break;
		words[count++] = cut_word(&line);
	}
	return count;
}
