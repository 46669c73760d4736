/* What partners are called, and their keys. */
#include <stdlib.h>
#include <string.h>

#include "../../policy/partner.h"
#include "holds.h"
#include "unit.h"

#define NAME63 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"

static struct partner partner(enum partner_kind kind, const char *domain, const char *provider)
{
	struct partner p = { .kind = kind };

	domain_parse(&p.domain, domain, strlen(domain));
	strncpy(p.provider, provider, PROVIDER_NAME_MAX);
	return p;
}

static bool same(const struct partner *a, const struct partner *b)
{
	return a->kind == b->kind && domain_same(&a->domain, &b->domain) && strcmp(a->provider, b->provider) == 0;
}

static const struct {
	const char *promise;
	enum partner_kind kind;
	const char *domain, *provider, *text, *key;
} named[] = {
	{ "a discovered partner is its organisation", PARTNER_DISCOVERED, "contoso.com", "", "contoso.com", "dcontoso.com" },
	{ "an allowed one is its entry", PARTNER_ALLOWED, "contoso.com", "", "contoso.com", "acontoso.com" },
	{ "a tenant stands behind its provider", PARTNER_TENANT, "a.example", "hosted-uc", "hosted-uc/a.example", "thosted-uc/a.example" },
	{ "the tenants beyond are called as the provider", PARTNER_TENANT, "", "hosted-uc", "hosted-uc", "thosted-uc" },
	{ "a provider has its name", PARTNER_PROVIDER, "", "hosted-uc", "hosted-uc", "phosted-uc" },
	{ "newcomers are one", PARTNER_NEWCOMERS, "", "", "newcomers", "nnewcomers" },
};

static void has_text_and_key(void)
{
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		struct partner p = partner(named[i].kind, named[i].domain, named[i].provider), back;
		char text[PARTNER_TEXT_MAX], key[PARTNER_KEY_MAX];
		size_t length = partner_key(&p, key);

		partner_text(&p, text);
		HOLDS(strcmp(text, named[i].text) == 0, named[i].promise);
		HOLDS(strcmp(key, named[i].key) == 0 && length == strlen(key), named[i].promise);
		HOLDS(partner_from_key(&back, key, length) && same(&back, &p), named[i].promise);
	}
}

static void nobody_has_no_key(void)
{
	struct partner p = { 0 };
	char text[PARTNER_TEXT_MAX], key[PARTNER_KEY_MAX];

	partner_text(&p, text);
	CU_ASSERT_STRING_EQUAL(text, "-");
	CU_ASSERT_EQUAL(partner_key(&p, key), 0);
	CU_ASSERT_STRING_EQUAL(key, "");
	CU_ASSERT_FALSE(partner_from_key(&p, key, 0));
}

static void one_stands_for_many(void)
{
	static const struct {
		enum partner_kind kind;
		const char *domain, *provider, *key;
	} rows[] = {
		{ PARTNER_DISCOVERED, "contoso.com", "", "nnewcomers" },
		{ PARTNER_TENANT, "a.example", "hosted-uc", "thosted-uc" },
		{ PARTNER_TENANT, "", "hosted-uc", "thosted-uc" },
		{ PARTNER_ALLOWED, "contoso.com", "", "acontoso.com" },
		{ PARTNER_PROVIDER, "", "hosted-uc", "phosted-uc" },
		{ PARTNER_NEWCOMERS, "", "", "nnewcomers" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct partner p = partner(rows[i].kind, rows[i].domain, rows[i].provider), common = partner_common(&p);
		char key[PARTNER_KEY_MAX];

		partner_key(&common, key);
		HOLDS(strcmp(key, rows[i].key) == 0, rows[i].key);
	}
}

static void the_longest_fits(void)
{
	struct partner p = { .kind = PARTNER_TENANT }, back;
	char key[PARTNER_KEY_MAX], longest[DOMAIN_MAX];

	memset(longest, 'a', sizeof longest);
	for (size_t i = 50; i < sizeof longest; i += 51)
		longest[i] = '.';
	CU_ASSERT_TRUE(domain_parse(&p.domain, longest, sizeof longest));
	strcpy(p.provider, NAME63);
	CU_ASSERT_EQUAL(partner_key(&p, key), PARTNER_KEY_MAX - 1);
	CU_ASSERT_TRUE(partner_from_key(&back, key, PARTNER_KEY_MAX - 1));
	CU_ASSERT_TRUE(same(&back, &p));
}

static void foreign_keys_are_refused(void)
{
	static const struct {
		const char *promise, *key;
	} rows[] = {
		{ "an empty key", "" },
		{ "a kind that is none", "xcontoso.com" },
		{ "the kind of nobody", "-" },
		{ "a kind without a name", "d" },
		{ "a name in capitals", "dContoso.com" },
		{ "a name with the root's dot", "dcontoso.com." },
		{ "an address", "d192.0.2.1" },
		{ "a tenant of no provider", "t/a.example" },
		{ "a tenant without name behind the slash", "thosted-uc/" },
		{ "a provider with a slash", "phosted-uc/a.example" },
		{ "a provider with a blank", "phosted uc" },
		{ "a provider without name", "p" },
		{ "a provider's name of 64", "p" NAME63 "d" },
		{ "a tenant of a provider's name of 64", "t" NAME63 "d/a.example" },
		{ "newcomers by another name", "nnewcomerz" },
		{ "newcomers and more", "nnewcomersx" },
		{ "newcomers cut short", "nnew" },
		{ "newcomers without a word", "n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct partner p;

		HOLDS(!partner_from_key(&p, rows[i].key, strlen(rows[i].key)) && p.kind == PARTNER_NONE, rows[i].promise);
	}
}

static void a_key_ends_with_its_length(void)
{
	char *key = malloc(4); /* no NUL: the sanitizer would see a step too far */
	struct partner p;

	memcpy(key, "da.b", 4);
	CU_ASSERT_TRUE(partner_from_key(&p, key, 4));
	CU_ASSERT_STRING_EQUAL(p.domain.text, "a.b");
	CU_ASSERT_FALSE(partner_from_key(&p, "da.b\0", 5));
	free(key);
}

static void knows_provider_names(void)
{
	static const struct {
		const char *name;
		bool good;
	} rows[] = {
		{ "hosted-uc", true }, { "Hosted_UC.2", true }, { NAME63, true }, { NAME63 "d", false },
		{ "", false }, { "a/b", false }, { "a b", false }, { "\xc3\xbc", false }, { "a\n", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS(provider_name_good(rows[i].name) == rows[i].good, rows[i].name);
}

CU_TestInfo partner_tests[] = {
	{ "every partner has a text and a key, and the key leads back", has_text_and_key },
	{ "nobody has a dash and no key", nobody_has_no_key },
	{ "tenants and strangers have one to stand for them, nobody else has", one_stands_for_many },
	{ "the longest names fit", the_longest_fits },
	{ "what partner_key does not make is no key", foreign_keys_are_refused },
	{ "nothing behind a key's length is read", a_key_ends_with_its_length },
	{ "a provider's name is made of letters, digits, hyphens, underlines and dots", knows_provider_names },
	CU_TEST_INFO_NULL
};
