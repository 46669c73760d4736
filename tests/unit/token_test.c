/* The signed token of our Record-Route: what it proves and what breaks it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/token.h"
#include "holds.h"
#include "unit.h"

static const char two_keys[65] = "the first key of thirty-two octs"  "and the other, which is as long.";

static struct domain named(const char *text)
{
	struct domain d;

	CU_ASSERT_TRUE(domain_parse(&d, text, strlen(text)));
	return d;
}

static struct token contoso(enum token_side side)
{
	return (struct token) { side, named("contoso.com"), named("sales.contoso.com") };
}

static const struct token_dialog bob = { "a84b4c76@pc33", "bob", "example.com" };

static bool same_token(const struct token *a, const struct token *b)
{
	return a->side == b->side && domain_same(&a->organisation, &b->organisation) && domain_same(&a->source, &b->source);
}

static void a_token_reads_back(void)
{
	struct token_keys *keys = token_keys_new(two_keys, 2);
	static const struct token_dialog nobody = { "", NULL, "" };
	char text[TOKEN_TEXT_MAX];

	for (enum token_side side = TOKEN_BOTH; side <= TOKEN_INNER; side++) {
		struct token made = contoso(side), read;

		token_make(keys, &made, &bob, text);
		CU_ASSERT_TRUE(token_read(keys, text, &bob, &read));
		CU_ASSERT_TRUE(same_token(&read, &made));
		CU_ASSERT_EQUAL(strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"), strlen(text));
		token_make(keys, &made, &nobody, text);
		CU_ASSERT_TRUE(token_read(keys, text, &nobody, &read));
	}
	token_keys_free(keys);
}

static struct domain longest(char letter)
{
	char text[DOMAIN_MAX + 1] = "";

	for (size_t i = 0; i < DOMAIN_MAX; i++)
		text[i] = letter;
	for (size_t i = 63; i < DOMAIN_MAX; i += 64)
		text[i] = '.';
	return named(text);
}

static void the_longest_names_fit(void)
{
	struct token_keys *keys = token_keys_new(two_keys, 2);
	struct token made = { TOKEN_OUTER, longest('a'), longest('b') }, read;
	char text[TOKEN_TEXT_MAX];

	CU_ASSERT_EQUAL(made.source.length, DOMAIN_MAX);
	token_make(keys, &made, &bob, text);
	CU_ASSERT_TRUE(strlen(text) < TOKEN_TEXT_MAX);
	CU_ASSERT_TRUE(token_read(keys, text, &bob, &read));
	CU_ASSERT_TRUE(same_token(&read, &made));
	token_keys_free(keys);
}

static void every_altered_character_shows(void)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
	struct token_keys *keys = token_keys_new(two_keys, 2);
	/* Sources of three lengths: the text ends with 0, 2 or 4 spare bits. */
	static const char *const sources[] = { "contoso.com", "acontoso.com", "aacontoso.com" };

	for (size_t s = 0; s < sizeof sources / sizeof sources[0]; s++) {
		struct token made = { TOKEN_OUTER, named("contoso.com"), named(sources[s]) }, read;
		char text[TOKEN_TEXT_MAX];
		unsigned passed = 0;

		token_make(keys, &made, &bob, text);
		for (char *at = text; *at; at++)
			for (const char *other = alphabet; *other; other++) {
				char was = *at;

				*at = *other;
				passed += *other != was && token_read(keys, text, &bob, &read);
				*at = was;
			}
		CU_ASSERT_EQUAL(passed, 0);
		CU_ASSERT_TRUE(token_read(keys, text, &bob, &read));
	}
	token_keys_free(keys);
}

static void what_is_cut_or_longer_is_none(void)
{
	struct token_keys *keys = token_keys_new(two_keys, 2);
	struct token made = contoso(TOKEN_BOTH), read;
	char text[TOKEN_TEXT_MAX], longer[TOKEN_TEXT_MAX + 8];
	size_t length;

	token_make(keys, &made, &bob, text);
	snprintf(longer, sizeof longer, "%sA", text);
	CU_ASSERT_FALSE(token_read(keys, longer, &bob, &read));
	snprintf(longer, sizeof longer, "%sAAAA", text);
	CU_ASSERT_FALSE(token_read(keys, longer, &bob, &read));
	snprintf(longer, sizeof longer, "%s=", text);
	CU_ASSERT_FALSE(token_read(keys, longer, &bob, &read));
	for (length = strlen(text); length--;) {
		text[length] = '\0';
		CU_ASSERT_FALSE(token_read(keys, text, &bob, &read));
	}
	token_keys_free(keys);
}

static void what_is_no_text_of_ours_is_none(void)
{
	struct token_keys *keys = token_keys_new(two_keys, 2);
	struct token read;
	char much[4000];

	memset(much, 'A', sizeof much - 1);
	for (size_t length = 1; length < sizeof much; length += 13) {
		much[sizeof much - 1 - length] = '\0';
		CU_ASSERT_FALSE(token_read(keys, much, &bob, &read));
		much[sizeof much - 1 - length] = 'A';
		much[sizeof much - 1] = '\0';
		CU_ASSERT_FALSE(token_read(keys, much + sizeof much - 1 - length, &bob, &read));
	}
	CU_ASSERT_FALSE(token_read(keys, "====", &bob, &read));
	CU_ASSERT_FALSE(token_read(keys, "\xff\xff\xff\xff", &bob, &read));
	token_keys_free(keys);
}

static void it_is_bound_to_its_dialog(void)
{
	static const struct { const char *promise; struct token_dialog dialog; bool good; } rows[] = {
		{ "another Call-ID has no use of it", { "a84b4c77@pc33", "bob", "example.com" }, false },
		{ "the Call-ID's case counts", { "A84B4C76@pc33", "bob", "example.com" }, false },
		{ "another user has no use of it", { "a84b4c76@pc33", "rob", "example.com" }, false },
		{ "no user is another user", { "a84b4c76@pc33", NULL, "example.com" }, false },
		{ "another host has no use of it", { "a84b4c76@pc33", "bob", "example.org" }, false },
		{ "user and host have a border", { "a84b4c76@pc33", "bobe", "xample.com" }, false },
		{ "escapes of the user may differ", { "a84b4c76@pc33", "%62ob", "example.com" }, true },
		{ "case of the host may differ", { "a84b4c76@pc33", "bob", "Example.COM" }, true },
	};
	struct token_keys *keys = token_keys_new(two_keys, 2);
	struct token made = contoso(TOKEN_INNER), read;
	char text[TOKEN_TEXT_MAX];

	token_make(keys, &made, &bob, text);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS(token_read(keys, text, &rows[i].dialog, &read) == rows[i].good, rows[i].promise);
	token_keys_free(keys);
}

static void every_key_verifies_and_the_first_signs(void)
{
	struct token_keys *both = token_keys_new(two_keys, 2), *first = token_keys_new(two_keys, 1);
	struct token_keys *second = token_keys_new(two_keys + 32, 1);
	struct token made = contoso(TOKEN_OUTER), read;
	char text[TOKEN_TEXT_MAX];

	token_make(second, &made, &bob, text);
	CU_ASSERT_TRUE(token_read(both, text, &bob, &read));
	CU_ASSERT_TRUE(same_token(&read, &made));
	CU_ASSERT_FALSE(token_read(first, text, &bob, &read));
	token_make(both, &made, &bob, text);
	CU_ASSERT_TRUE(token_read(first, text, &bob, &read));
	CU_ASSERT_FALSE(token_read(second, text, &bob, &read));
	token_keys_free(both);
	token_keys_free(first);
	token_keys_free(second);
}

static void no_key_is_a_new_one(void)
{
	struct token_keys *a = token_keys_new(NULL, 0), *b = token_keys_new(NULL, 0);
	struct token made = contoso(TOKEN_OUTER), read;
	char text[TOKEN_TEXT_MAX];

	token_make(a, &made, &bob, text);
	CU_ASSERT_TRUE(token_read(a, text, &bob, &read));
	CU_ASSERT_FALSE(token_read(b, text, &bob, &read));
	token_keys_free(a);
	token_keys_free(b);
	token_keys_free(NULL);
}

CU_TestInfo token_tests[] = {
	{ "a token reads back what it names, and is text that needs no escape", a_token_reads_back },
	{ "the longest names fit", the_longest_names_fit },
	{ "every altered character shows, in the last bits too", every_altered_character_shows },
	{ "what is cut or made longer is no token", what_is_cut_or_longer_is_none },
	{ "what is no text of ours is no token, of any length", what_is_no_text_of_ours_is_none },
	{ "a token is bound to Call-ID and local party, however they are written", it_is_bound_to_its_dialog },
	{ "every key verifies, the first one signs", every_key_verifies_and_the_first_signs },
	{ "without a key each edge makes its own", no_key_is_a_new_one },
	CU_TEST_INFO_NULL
};
