/* What only the pool reads: it reads back, and whatever is changed shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/seal.h"
#include "holds.h"
#include "unit.h"

static const char two_keys[65] = "the first key of thirty-two octs"  "and the other, which is as long.";

static void octets_have_one_spelling(void)
{
	static const struct { const char *promise, *text; int size; } rows[] = {
		{ "nothing is nothing", "", 0 },
		{ "one octet", "Zg", 1 },
		{ "two octets", "Zm8", 2 },
		{ "three octets", "Zm9v", 3 },
		{ "both letters that are no letters", "-_-_", 3 },
		{ "spare bits are none", "Zh", -1 },
		{ "neither are two of them", "Zm9", -1 },
		{ "one character is no octet", "Z", -1 },
		{ "nor is one behind others", "Zm9vZ", -1 },
		{ "padding is none of ours", "Zg==", -1 },
		{ "nor is the other alphabet", "+/+/", -1 },
		{ "nor a blank", "Zm 9v", -1 },
		{ "what has no room is none", "Zm9vZm9vZm9v", -1 },
	};
	unsigned char out[8];
	char again[BASE64URL_ROOM(sizeof out)];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int size = base64url_decode(rows[i].text, out, sizeof out);

		HOLDS(size == rows[i].size, rows[i].promise);
		if (size < 0)
			continue;
		base64url_encode(out, (size_t)size, again);
		HOLDS(!strcmp(again, rows[i].text), rows[i].promise);
	}
}

static void it_reads_back(void)
{
	struct token_keys *keys = token_keys_new(two_keys, 2);
	char longest[SEAL_PLAIN_MAX + 2], sealed[SEAL_TEXT_MAX], again[SEAL_TEXT_MAX], opened[SEAL_PLAIN_MAX + 1];

	memset(longest, 'x', sizeof longest);
	longest[SEAL_PLAIN_MAX + 1] = '\0';
	CU_ASSERT_FALSE(seal(keys, "branch", longest, sealed));
	for (size_t length = 0; length <= SEAL_PLAIN_MAX; length += length < 70 ? 1 : 79) {
		longest[length] = '\0';
		CU_ASSERT_TRUE_FATAL(seal(keys, "branch", longest, sealed));
		CU_ASSERT_EQUAL(strspn(sealed, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"), strlen(sealed));
		CU_ASSERT_TRUE(unseal(keys, "branch", sealed, opened));
		CU_ASSERT_STRING_EQUAL(opened, longest);
		longest[length] = 'x';
	}
	CU_ASSERT_TRUE(seal(keys, "branch", "fe.inside.example.com", sealed) && seal(keys, "branch", "fe.inside.example.com", again));
	CU_ASSERT_STRING_NOT_EQUAL(sealed, again); /* nobody sees that two are the same */
	token_keys_free(keys);
}

static void whatever_is_changed_shows(void)
{
	struct token_keys *keys = token_keys_new(two_keys, 2);
	char sealed[SEAL_TEXT_MAX], opened[SEAL_PLAIN_MAX + 1];
	size_t length;

	CU_ASSERT_TRUE(seal(keys, "branch", "SIP/2.0/TLS fe.inside.example.com;branch=z9hG4bK1", sealed));
	CU_ASSERT_FALSE(unseal(keys, "branc", sealed, opened));
	CU_ASSERT_FALSE(unseal(keys, "branch1", sealed, opened));
	CU_ASSERT_FALSE(unseal(keys, "", sealed, opened));
	length = strlen(sealed);
	for (size_t i = 0; i < length; i++)
		for (int bit = 0; bit < 7; bit++) {
			sealed[i] = (char)(sealed[i] ^ 1 << bit);
			CU_ASSERT_FALSE(unseal(keys, "branch", sealed, opened));
			sealed[i] = (char)(sealed[i] ^ 1 << bit);
		}
	for (; length--;) {
		sealed[length] = '\0';
		CU_ASSERT_FALSE(unseal(keys, "branch", sealed, opened));
	}
	token_keys_free(keys);
}

static void every_key_opens_and_the_first_seals(void)
{
	struct token_keys *both = token_keys_new(two_keys, 2), *first = token_keys_new(two_keys, 1);
	struct token_keys *second = token_keys_new(two_keys + TOKEN_KEY_SIZE, 1);
	char sealed[SEAL_TEXT_MAX], opened[SEAL_PLAIN_MAX + 1];

	CU_ASSERT_TRUE(seal(second, "x", "inside", sealed));
	CU_ASSERT_TRUE(unseal(both, "x", sealed, opened));
	CU_ASSERT_FALSE(unseal(first, "x", sealed, opened));
	CU_ASSERT_TRUE(seal(both, "x", "inside", sealed));
	CU_ASSERT_TRUE(unseal(first, "x", sealed, opened));
	CU_ASSERT_FALSE(unseal(second, "x", sealed, opened));
	token_keys_free(both);
	token_keys_free(first);
	token_keys_free(second);
}

CU_TestInfo seal_tests[] = {
	{ "octets have one spelling as text, and back", octets_have_one_spelling },
	{ "what is sealed reads back, and is text that needs no escape", it_reads_back },
	{ "whatever is changed, cut or bound to something else shows", whatever_is_changed_shows },
	{ "every key of the pool opens it, the first seals", every_key_opens_and_the_first_seals },
	CU_TEST_INFO_NULL
};
