/* What may stand in a terminal as it came, and how the rest is written. Which letters are
 * visible is the locale's to say; which of them deceive is said here. */
#include "ctl_safe.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "../policy/alloc.h"
#include "../policy/utf8.h"

/* Code points that a locale may call visible, or of no width, and that show nothing,
 * or show other text in another order. */
static const struct { uint32_t first, last; } deceitful[] = {
	{ 0x00a0, 0x00a0 }, /* a blank that is none */
	{ 0x00ad, 0x00ad }, /* soft hyphen */
	{ 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x2000, 0x200f }, /* blanks of all widths, joiners, left-to-right and right-to-left marks */
	{ 0x2028, 0x202f }, /* line and paragraph, embeddings and overrides of direction */
	{ 0x205f, 0x206f }, /* isolates of direction */
	{ 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 },
	{ 0xd800, 0xf8ff }, /* surrogates, private use */
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xffff },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0x10ffff },
};

const char *text_octets(const struct text *text)
{
	return text->length ? text->octets : "";
}

void text_reset(struct text *text)
{
	text->length = text->columns = 0;
}

void text_clear(struct text *text)
{
	free(text->octets);
	memset(text, 0, sizeof(*text));
}

void text_add(struct text *text, const char *octets, size_t length, size_t columns)
{
	if (text->size - text->length <= length) {
		text->size = (text->length + length + 64) * 2;
		text->octets = alloc_resize(text->octets, text->size, 1);
	}
	memcpy(text->octets + text->length, octets, length);
	text->length += length;
	text->columns += columns;
	text->octets[text->length] = '\0';
}

void text_put(struct text *text, const char *ascii)
{
	size_t length = strlen(ascii);

	text_add(text, ascii, length, length);
}

void text_format(struct text *text, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	text_put(text, line);
}

static bool is_deceitful(uint32_t point)
{
	for (size_t i = 0; i < sizeof(deceitful) / sizeof(deceitful[0]); i++)
		if (point >= deceitful[i].first && point <= deceitful[i].last)
			return true;
	return false;
}

/* How many columns a code point takes as it is; 0: it is to be escaped. */
static size_t visible(uint32_t point, bool utf8)
{
	int width;

	if (point < 0x80)
		return point >= 0x20 && point < 0x7f;
	if (!utf8 || is_deceitful(point) || !iswgraph((wint_t)point))
		return 0;
	width = wcwidth((wchar_t)point);
	return width > 0 ? (size_t)width : 0;
}

void safe_put(struct text *text, const char *octets, size_t length, bool utf8, size_t most)
{
	size_t end = text->columns + most;

	for (size_t at = 0, taken; at < length; at += taken) {
		uint32_t point = 0;
		size_t width;

		if (text->columns >= end) {
			text_format(text, "... (%zu octets)", length);
			return;
		}
		taken = utf8_decode(octets + at, length - at, &point);
		width = taken ? visible(point, utf8) : 0;
		if (width) {
			text_add(text, octets + at, taken, width);
		} else if (taken > 1) {
			text_format(text, "\\u%04x", point);
		} else {
			taken = 1;
			text_format(text, "\\x%02x", (unsigned char)octets[at]);
		}
	}
}
