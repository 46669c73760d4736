/* What is a domain name, and which lies within which. */
#include <string.h>

#include "../../policy/domain.h"
#include "holds.h"
#include "unit.h"

#define L10 "abcdefghij"
#define L60 L10 L10 L10 L10 L10 L10
#define L63 L60 "abc"
#define D189 L63 "." L63 "." L60 "a"

static const struct {
	const char *promise, *text, *read; /* read NULL: refused */
} texts[] = {
	{ "a name is read", "contoso.com", "contoso.com" },
	{ "capitals are the same name", "CoNTOSO.Com", "contoso.com" },
	{ "one label is a name", "localhost", "localhost" },
	{ "an A-label is a name", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example" },
	{ "digits may begin a label", "4711.3com.com", "4711.3com.com" },
	{ "the root's dot is left out", "contoso.com.", "contoso.com" },
	{ "two dots at the end are not", "contoso.com..", NULL },
	{ "the root alone is no name", ".", NULL },
	{ "nothing is no name", "", NULL },
	{ "a dot does not begin a name", ".contoso.com", NULL },
	{ "no label is empty", "contoso..com", NULL },
	{ "a hyphen does not begin a label", "a.-b.com", NULL },
	{ "a hyphen does not end a label", "a.b-.com", NULL },
	{ "a hyphen does not end a name", "a.com-", NULL },
	{ "an underline is in no host name", "_sip.contoso.com", NULL },
	{ "a blank is in no name", "contoso .com", NULL },
	{ "UTF-8 is written as A-label", "m\xc3\xbcnchen.example", NULL },
	{ "a wildcard is no domain", "*.contoso.com", NULL },
	{ "an IPv4 address is no domain", "192.0.2.1", NULL },
	{ "an IPv4 address with a dot behind it is no domain", "192.0.2.1.", NULL },
	{ "an IPv6 reference is no domain", "[2001:db8::1]", NULL },
	{ "a port is no part of a domain", "contoso.com:5061", NULL },
	{ "a number alone is an address", "3221225985", NULL },
	{ "a label of 63 is the longest", L63 ".com", L63 ".com" },
	{ "a label of 64 is too long", L63 "a.com", NULL },
	{ "253 octets are the longest name", D189 "." L63, D189 "." L63 },
	{ "253 octets and the root's dot are as good", D189 "." L63 ".", D189 "." L63 },
	{ "254 octets are too long", "a." D189 "a." L60 "a", NULL },
};

static void reads_names(void)
{	CU_ASSERT_EQUAL(strlen(D189 "." L63), DOMAIN_MAX);
	CU_ASSERT_EQUAL(strlen("a." D189 "a." L60 "a"), DOMAIN_MAX + 1);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct domain d;
		bool good = domain_parse(&d, texts[i].text, strlen(texts[i].text));
		const char *read = texts[i].read ? texts[i].read : "";

		HOLDS(good == (texts[i].read != NULL), texts[i].promise);
		HOLDS(strcmp(d.text, read) == 0 && d.length == strlen(read), texts[i].promise);
	}
}

static void stops_at_its_length(void)
{
	struct domain d;

	CU_ASSERT_TRUE(domain_parse(&d, "contoso.commerce", 11));
	CU_ASSERT_STRING_EQUAL(d.text, "contoso.com");
	CU_ASSERT_FALSE(domain_parse(&d, "contoso.com\0.evil.example", 25));
	CU_ASSERT_FALSE(domain_parse(&d, "contoso.com\0", 12));
	CU_ASSERT_EQUAL(d.length, 0);
}

static void reads_its_own_text(void)
{
	struct domain d;

	CU_ASSERT_TRUE(domain_parse(&d, "it.contoso.com", 14));
	CU_ASSERT_TRUE(domain_parse(&d, d.text + 3, 11));
	CU_ASSERT_STRING_EQUAL(d.text, "contoso.com");
}

static struct domain name(const char *text)
{
	struct domain d;

	domain_parse(&d, text, strlen(text));
	return d;
}

static void lies_within(void)
{
	static const struct {
		const char *promise, *name, *zone;
		bool within;
	} rows[] = {
		{ "a domain lies within itself", "contoso.com", "contoso.com", true },
		{ "a sub-domain lies within", "it.contoso.com", "contoso.com", true },
		{ "a sub-sub-domain lies within", "a.it.contoso.com", "contoso.com", true },
		{ "a longer label is another domain", "subcontoso.com", "contoso.com", false },
		{ "a parent does not lie within its child", "contoso.com", "it.contoso.com", false },
		{ "another domain of that length is another", "fabriko.com", "contoso.com", false },
		{ "the beginning does not count", "contoso.com.example", "contoso.com", false },
		{ "no domain holds nothing", "contoso.com", "", false },
		{ "no domain lies within nothing", "", "contoso.com", false },
		{ "no domain lies not even within none", "", "", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct domain n = name(rows[i].name), zone = name(rows[i].zone);

		HOLDS(domain_within(&n, &zone) == rows[i].within, rows[i].promise);
	}
}

static void is_the_same(void)
{
	struct domain a = name("contoso.com"), b = name("CONTOSO.COM."), c = name("contoso.co"), d = name("fabriko.com");

	CU_ASSERT_TRUE(domain_same(&a, &b));
	CU_ASSERT_FALSE(domain_same(&a, &c));
	CU_ASSERT_FALSE(domain_same(&c, &a));
	CU_ASSERT_FALSE(domain_same(&a, &d));
}

static void has_a_parent(void)
{
	CU_ASSERT_STRING_EQUAL(domain_parent("it.contoso.com"), "contoso.com");
	CU_ASSERT_STRING_EQUAL(domain_parent("contoso.com"), "com");
	CU_ASSERT_PTR_NULL(domain_parent("com"));
}

CU_TestInfo domain_tests[] = {
	{ "only a checked name is a domain, in lower case", reads_names },
	{ "what stands behind the length is not read, a NUL inside is refused", stops_at_its_length },
	{ "a domain may be read from its own text", reads_its_own_text },
	{ "a zone holds itself and its sub-domains, at label boundaries", lies_within },
	{ "the same domain is the same whatever its case", is_the_same },
	{ "the parent is what stands behind the first dot", has_a_parent },
	CU_TEST_INFO_NULL
};
