/* Which domains a certificate's name speaks for. */
#include <string.h>

#include "../../policy/certname.h"
#include "holds.h"
#include "unit.h"

#define L63 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"
#define D187 L63 "." L63 ".abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghi"

static void reads_names(void)
{
	static const struct {
		const char *promise, *text, *domain; /* domain NULL: no name */
		bool wildcard;
	} rows[] = {
		{ "a host is a name", "Sip.Contoso.com", "sip.contoso.com", false },
		{ "a wildcard is what stands behind it", "*.Contoso.com", "contoso.com", true },
		{ "a wildcard right below a suffix is read, whatever it proves", "*.com", "com", true },
		{ "a wildcard of everything is no name", "*", NULL, false },
		{ "a wildcard of the root is no name", "*.", NULL, false },
		{ "a wildcard does not stand for part of a label", "s*.contoso.com", NULL, false },
		{ "a wildcard does not end a label", "*sip.contoso.com", NULL, false },
		{ "a wildcard stands on the left only", "sip.*.com", NULL, false },
		{ "one wildcard is enough", "*.*.contoso.com", NULL, false },
		{ "an address is no name", "192.0.2.1", NULL, false },
		{ "an empty text is no name", "", NULL, false },
		{ "a wildcard of 253 octets is the longest", "*." D187 "." L63, D187 "." L63, true },
		{ "a wildcard of 254 octets is no name", "*." D187 "a." L63, NULL, false },
	};

	CU_ASSERT_EQUAL(strlen("*." D187 "." L63), DOMAIN_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct certname name;
		bool good = certname_parse(&name, rows[i].text, strlen(rows[i].text));

		HOLDS(good == (rows[i].domain != NULL), rows[i].promise);
		HOLDS(strcmp(name.domain.text, rows[i].domain ? rows[i].domain : "") == 0, rows[i].promise);
		HOLDS(name.wildcard == rows[i].wildcard, rows[i].promise);
		HOLDS(name.organisation.length == 0, rows[i].promise);
	}
}

static void refuses_a_nul(void)
{
	struct certname name;

	CU_ASSERT_FALSE(certname_parse(&name, "contoso.com\0.evil.example", 25));
	CU_ASSERT_FALSE(certname_parse(&name, "*.contoso.com\0", 14));
}

static void matches(void)
{
	static const struct {
		const char *promise, *name, *organisation, *domain;
		bool matches;
	} rows[] = {
		{ "a name matches itself", "contoso.com", "contoso.com", "contoso.com", true },
		{ "a name without organisation still is itself", "co.uk", "", "co.uk", true },
		{ "a name does not match its sub-domain", "contoso.com", "contoso.com", "it.contoso.com", false },
		{ "a name does not match its parent", "it.contoso.com", "contoso.com", "contoso.com", false },
		{ "a wildcard matches one label", "*.contoso.com", "contoso.com", "it.contoso.com", true },
		{ "a wildcard does not match two labels", "*.contoso.com", "contoso.com", "a.it.contoso.com", false },
		{ "a wildcard does not match what is behind it", "*.contoso.com", "contoso.com", "contoso.com", false },
		{ "a wildcard keeps to label boundaries", "*.contoso.com", "contoso.com", "itcontoso.com", false },
		{ "a wildcard below the organisation matches", "*.it.contoso.com", "contoso.com", "a.it.contoso.com", true },
		{ "a wildcard right below a public suffix proves nothing", "*.com", "", "contoso.com", false },
		{ "a wildcard below a longer public suffix neither", "*.co.uk", "", "contoso.co.uk", false },
		{ "no domain is matched by nothing", "contoso.com", "contoso.com", "", false },
		{ "no domain is matched by no wildcard", "*.contoso.com", "contoso.com", "", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct certname name;
		struct domain d;

		certname_parse(&name, rows[i].name, strlen(rows[i].name));
		domain_parse(&name.organisation, rows[i].organisation, strlen(rows[i].organisation));
		domain_parse(&d, rows[i].domain, strlen(rows[i].domain));
		HOLDS(certname_matches(&name, &d) == rows[i].matches, rows[i].promise);
	}
}

static void no_name_matches_no_domain(void)
{
	struct certname name = { 0 };
	struct domain none = { 0 };

	CU_ASSERT_FALSE(certname_matches(&name, &none));
}

CU_TestInfo certname_tests[] = {
	{ "a certificate's name is a domain, or a wildcard of one in the left-most label", reads_names },
	{ "a name with a NUL is no name", refuses_a_nul },
	{ "a name matches itself, a wildcard one label more, never right below a public suffix", matches },
	{ "an empty name does not match an empty domain", no_name_matches_no_domain },
	CU_TEST_INFO_NULL
};
