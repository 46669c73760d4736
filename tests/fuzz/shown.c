/* An answer of the console, whatever it is, as fedgatectl shows it. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/ctl_scan.h"
#include "../../gateway/ctl_view.h"
#include "../../gateway/ctl_words.h"
#include "fuzz.h"

/* The laws are about each piece: a letter never comes in two. */
static void put(struct page *page, const char *octets, size_t length, enum paint paint)
{
	(void)paint;
	for (size_t i = 0; i < length; i++) {
		unsigned char octet = (unsigned char)octets[i], next = i + 1 < length ? (unsigned char)octets[i + 1] : 0;

		LAW(octet >= 0x20 && octet != 0x7f, "no control character reaches the terminal");
		LAW(octet < 0x80 || page->utf8, "where the terminal has ASCII only, it gets no more");
		LAW(octet != 0xc2 || next >= 0xa0, "no control character of the upper half does");
		LAW(octet < 0xf8, "what is no UTF-8 does not");
		if (octet == 0xe2 && next == 0x80)
			LAW(i + 2 < length && (unsigned char)octets[i + 2] >= 0x90 && (unsigned char)octets[i + 2] < 0xa8,
			    "no mark of direction does");
	}
}

static void end_line(struct page *page)
{
	(void)page;
}

static void show(const char *command, const struct text *object, size_t width, bool utf8)
{
	struct page page = { .width = width, .utf8 = utf8, .put = put, .end_line = end_line };
	json_error_t error;
	json_t *parsed = json_loadb(object->octets, object->length, JSON_ALLOW_NUL, &error);

	if (parsed && json_is_object(parsed))
		view_show(view_of(command), &page, parsed);
	json_decref(parsed);
}

/* What was JSON is the same JSON. */
static void means_the_same(const uint8_t *octets, size_t size, const struct text *object)
{
	json_error_t error;
	json_t *before = json_loadb((const char *)octets, size, JSON_ALLOW_NUL, &error), *after;

	if (!before)
		return;
	after = json_loadb(object->octets, object->length, JSON_ALLOW_NUL, &error);
	LAW(after && json_equal(before, after), "an object means the same to a program");
	json_decref(before);
	json_decref(after);
}

/* The first octet: which command, in which width, in ASCII only or not. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input input = { octets, size };
	unsigned how = fuzz_octet(&input);
	const char *command = ctl_commands[how % ctl_command_count].word;
	struct scan scan = { 0 };
	struct text object = { 0 };
	const uint8_t *begin = input.at;
	enum scanned scanned = SCAN_MORE;

	LAW(setlocale(LC_ALL, "C.UTF-8"), "there is a locale with UTF-8");
	for (; input.left && scanned != SCAN_BROKEN; input.at++, input.left--) {
		scanned = scan_octet(&scan, *input.at, &object);
		LAW(scan.depth <= SCAN_DEPTH, "objects are no deeper than they may be");
		if (scanned != SCAN_OBJECT)
			continue;
		for (size_t i = 0; i < object.length; i++)
			LAW(object.octets[i] >= 0x20 && object.octets[i] < 0x7f, "an object is plain ASCII");
		means_the_same(begin, (size_t)(input.at + 1 - begin), &object);
		show(command, &object, how & 0x80 ? 40 : how & 0x40 ? 7 : 0, how & 0x20);
		text_reset(&object);
		begin = input.at + 1;
	}
	text_clear(&object);
	return 0;
}
