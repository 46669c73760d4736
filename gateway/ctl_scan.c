/* Where a JSON object ends. Whether all between its braces is JSON is for the parser to say;
 * that its texts and braces close is said here. */
#include "ctl_scan.h"

#include <stdint.h>
#include <string.h>

/* \uNNNN, two of them beyond the first plane. */
static void put_point(struct text *out, uint32_t point)
{
	if (point >= 0x10000)
		text_format(out, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
	else
		text_format(out, "\\u%04x", point);
}

/* What was to become a code point and is none: as text, octet by octet. */
static void give_up(struct scan *scan, struct text *out)
{
	for (unsigned i = 0; i < scan->have; i++)
		text_format(out, "\\\\x%02x", scan->parts[i]);
	scan->have = scan->want = 0;
}

static void put_parts(struct scan *scan, struct text *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t point = scan->parts[0] & (0xffu >> (scan->want + 1));

	for (unsigned i = 1; i < scan->want; i++)
		point = point << 6 | (scan->parts[i] & 0x3f);
	if (point < least[scan->want] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
		give_up(scan, out);
		return;
	}
	put_point(out, point);
	scan->have = scan->want = 0;
}

/* An octet above ASCII inside a text. */
static void scan_high(struct scan *scan, unsigned char octet, struct text *out)
{
	bool follows = (octet & 0xc0) == 0x80;

	if (!follows && scan->want)
		give_up(scan, out);
	scan->parts[scan->have++] = octet;
	if (!scan->want)
		scan->want = octet >= 0xc2 && octet < 0xe0 ? 2 : octet >= 0xe0 && octet < 0xf0 ? 3
		    : octet >= 0xf0 && octet < 0xf5 ? 4 : 0;
	if (!scan->want)
		give_up(scan, out);
	else if (scan->have == scan->want)
		put_parts(scan, out);
}

static enum scanned scan_text(struct scan *scan, unsigned char octet, struct text *out)
{
	char ascii = (char)octet;

	if (octet >= 0x80) {
		if (scan->escape)
			return SCAN_BROKEN;
		scan_high(scan, octet, out);
		return SCAN_MORE;
	}
	give_up(scan, out);
	if (octet < 0x20 || (scan->escape && octet == 0x7f))
		return SCAN_BROKEN;
	if (octet == 0x7f)
		text_put(out, "\\u007f");
	else
		text_add(out, &ascii, 1, 1);
	scan->text = scan->escape || octet != '"';
	scan->escape = !scan->escape && octet == '\\';
	return SCAN_MORE;
}

static bool is_blank(unsigned char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r';
}

enum scanned scan_octet(struct scan *scan, unsigned char octet, struct text *out)
{
	char ascii = is_blank(octet) ? ' ' : (char)octet;

	if (scan->text)
		return scan_text(scan, octet, out);
	if (!scan->depth && octet != '{')
		return is_blank(octet) ? SCAN_MORE : SCAN_BROKEN;
	if (!is_blank(octet) && (octet < 0x20 || octet >= 0x7f))
		return SCAN_BROKEN;
	text_add(out, &ascii, 1, 1);
	if (octet == '{' || octet == '[') {
		if (scan->depth == SCAN_DEPTH)
			return SCAN_BROKEN;
		scan->closers[scan->depth++] = octet == '{' ? '}' : ']';
	} else if (octet == '}' || octet == ']') {
		if (scan->closers[--scan->depth] != ascii)
			return SCAN_BROKEN;
		return scan->depth ? SCAN_MORE : SCAN_OBJECT;
	}
	scan->text = octet == '"';
	return SCAN_MORE;
}
