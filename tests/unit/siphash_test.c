/* SipHash-2-4 against what its authors say it is. */
#include <string.h>

#include "../../policy/siphash.h"
#include "unit.h"

#define MOST 64

static struct siphash_key counting_key(void)
{
	struct siphash_key key;

	for (unsigned i = 0; i < sizeof key.octets; i++)
		key.octets[i] = (uint8_t)i;
	return key;
}

/* The key is 00 01 .. 0f, the message of n octets 00 01 .. n-1: the paper gives
 * that of 15 octets in its appendix A, the authors' list the others. */
static void gives_reference_values(void)
{
	static const struct {
		size_t size;
		uint64_t hash;
	} rows[] = {
		{ 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd }, { 2, 0x0d6c8009d9a94f5a },
		{ 3, 0x85676696d7fb7e2d }, { 4, 0xcf2794e0277187b7 }, { 5, 0x18765564cd99a68d },
		{ 6, 0xcbc9466e58fee3ce }, { 7, 0xab0200f58b01d137 }, { 8, 0x93f5f5799a932462 },
		{ 9, 0x9e0082df0ba9e4b0 }, { 10, 0x7a5dbbc594ddb9f3 }, { 11, 0xf4b32f46226bada7 },
		{ 12, 0x751e8fbc860ee5fb }, { 13, 0x14ea5627c0843d90 }, { 14, 0xf723ca908e7af2ee },
		{ 15, 0xa129ca6149be45e5 }, { 16, 0x3f2acc7f57c29bdb }, { 63, 0x958a324ceb064572 },
	};
	struct siphash_key key = counting_key();
	uint8_t data[MOST];

	for (unsigned i = 0; i < MOST; i++)
		data[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CU_ASSERT_EQUAL(siphash(&key, data, rows[i].size), rows[i].hash);
}

static void takes_pieces(void)
{
	struct siphash_key key = counting_key();
	const char text[] = "what is hashed need not stand together";
	struct siphash s;

	siphash_init(&s, &key);
	for (size_t i = 0; i < strlen(text); i++)
		siphash_add(&s, (uint8_t)text[i]);
	CU_ASSERT_EQUAL(siphash_end(&s), siphash(&key, text, strlen(text)));
	for (size_t cut = 0; cut <= strlen(text); cut++) {
		siphash_init(&s, &key);
		siphash_add_octets(&s, text, cut);
		siphash_add_octets(&s, text + cut, strlen(text) - cut);
		CU_ASSERT_EQUAL(siphash_end(&s), siphash(&key, text, strlen(text)));
	}
}

static void depends_on_every_octet_of_the_key(void)
{
	struct siphash_key key = counting_key();
	uint64_t hash = siphash(&key, "contoso", 7);

	for (unsigned i = 0; i < sizeof key.octets; i++) {
		struct siphash_key other = key;

		other.octets[i] ^= 0x80;
		CU_ASSERT_NOT_EQUAL(siphash(&other, "contoso", 7), hash);
	}
}

CU_TestInfo siphash_tests[] = {
	{ "the authors' values come out", gives_reference_values },
	{ "octet by octet, and cut anywhere, is the same as all at once", takes_pieces },
	{ "no octet of the key is idle", depends_on_every_octet_of_the_key },
	CU_TEST_INFO_NULL
};
