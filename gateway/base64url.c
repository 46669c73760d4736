#include "base64url.h"

#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_encode(const unsigned char *octets, size_t size, char *out)
{
	unsigned bits = 0, count = 0;

	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | octets[i];
		for (count += 8; count >= 6; count -= 6)
			*out++ = letters[bits >> (count - 6) & 63];
		bits &= (1U << count) - 1;
	}
	if (count)
		*out++ = letters[bits << (6 - count) & 63];
	*out = '\0';
}

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

int base64url_decode(const char *text, unsigned char *out, size_t most)
{
	unsigned bits = 0, count = 0;
	size_t size = 0;

	for (; *text; text++) {
		int value = value_of(*text);

		if (value < 0)
			return -1;
		bits = (bits << 6 | (unsigned)value) & 0xfff;
		count += 6;
		if (count < 8)
			continue;
		if (size == most)
			return -1;
		count -= 8;
		out[size++] = (unsigned char)(bits >> count);
	}
	/* What is left over is less than a character, and nothing. */
	return count < 6 && !(bits & ((1U << count) - 1)) ? (int)size : -1;
}
