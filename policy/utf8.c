#include "utf8.h"

size_t utf8_decode(const char *octets, size_t length, uint32_t *point)
{
	static const struct { unsigned char mask, mark; uint32_t least; } forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};

	for (size_t more = 0; more < 4 && more < length; more++) {
		if (((unsigned char)octets[0] & forms[more].mask) != forms[more].mark)
			continue;
		*point = (unsigned char)octets[0] & (unsigned char)~forms[more].mask;
		for (size_t i = 1; i <= more; i++) {
			if (((unsigned char)octets[i] & 0xc0) != 0x80)
				return 0;
			*point = *point << 6 | ((unsigned char)octets[i] & 0x3f);
		}
		return *point >= forms[more].least && *point <= 0x10ffff && (*point < 0xd800 || *point > 0xdfff) ? more + 1 : 0;
	}
	return 0;
}
