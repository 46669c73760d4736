/* Octets as code points: the shortest form, and no other. */
#include <string.h>

#include "../../policy/utf8.h"
#include "unit.h"

static void reads_the_shortest_form_only(void)
{
	static const struct { const char *octets; size_t taken; uint32_t point; } rows[] = {
		{ "a", 1, 'a' }, { "\x7f", 1, 0x7f }, { "\xc2\x80", 2, 0x80 }, { "\xc3\xbc.", 2, 0xfc }, { "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 }, { "\xe2\x80\xae", 3, 0x202e }, { "\xed\x9f\xbf", 3, 0xd7ff }, { "\xee\x80\x80", 3, 0xe000 },
		{ "\xf0\x90\x80\x80", 4, 0x10000 }, { "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "\x80", 0, 0 }, { "\xc3", 0, 0 }, { "\xc3(", 0, 0 }, { "\xc0\x80", 0, 0 }, { "\xc1\xbf", 0, 0 }, { "\xe0\x9f\xbf", 0, 0 },
		{ "\xe2\x80", 0, 0 }, { "\xed\xa0\x80", 0, 0 }, { "\xed\xbf\xbf", 0, 0 }, { "\xf0\x8f\xbf\xbf", 0, 0 }, { "\xf4\x90\x80\x80", 0, 0 },
		{ "\xf8\x88\x80\x80\x80", 0, 0 }, { "\xff", 0, 0 }, { "", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t point = 0;

		CU_ASSERT_EQUAL(utf8_decode(rows[i].octets, strlen(rows[i].octets), &point), rows[i].taken);
		CU_ASSERT(!rows[i].taken || point == rows[i].point);
	}
	CU_ASSERT_EQUAL(utf8_decode("\0", 1, &(uint32_t){ 1 }), 1);
}

CU_TestInfo utf8_tests[] = {
	{ "the shortest form of a code point is read, and nothing else", reads_the_shortest_form_only },
	CU_TEST_INFO_NULL
};
