/* What a report keeps, in which order, and whom a name means. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../gateway/report.h"
#include "holds.h"

static struct store_row row_of(const char *name, enum class class, enum reason limited_by, uint64_t refused, int64_t seen_us)
{
	struct store_row row = { .class = class, .limited_by = limited_by, .seen_us = seen_us };

	row.partner.kind = PARTNER_DISCOVERED;
	domain_parse(&row.partner.domain, name, strlen(name));
	row.counts.verdicts[VERDICT_REFUSE] = refused;
	return row;
}

/* The names in their order, with a blank behind each. */
static const char *names_of(struct report *r)
{
	static char out[400];
	char name[PARTNER_TEXT_MAX];

	report_sort(r);
	out[0] = '\0';
	for (size_t i = 0; i < report_count(r); i++) {
		partner_text(&report_at(r, i)->partner, name);
		strcat(strcat(out, name), " ");
	}
	return out;
}

static void take_all(struct report *r)
{
	const struct store_row rows[] = {
		row_of("paced.example", CLASS_DISCOVERED, REASON_PACED, 9000, 9),
		row_of("watched.example", CLASS_WATCHED, REASON_NONE, 1, 1),
		row_of("flood.example", CLASS_DISCOVERED, REASON_RATE_LIMIT, 5000, 7),
		row_of("calm.example", CLASS_DISCOVERED, REASON_NONE, 0, 8),
		row_of("worse.example", CLASS_WATCHED, REASON_NONE, 2, 2),
		row_of("suspicious.example", CLASS_SUSPICIOUS, REASON_NONE, 0, 3),
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		report_take(r, &rows[i]);
}

static void worst_first(void)
{
	struct report *r = report_new(REPORT_WORST, 10);

	take_all(r);
	CU_ASSERT_STRING_EQUAL(names_of(r),
	    "worse.example watched.example suspicious.example flood.example paced.example calm.example ");
	CU_ASSERT_EQUAL(report_more(r), 0);
	report_free(r);
}

static void the_worst_are_kept(void)
{
	struct report *r = report_new(REPORT_WORST, 3);

	take_all(r);
	CU_ASSERT_STRING_EQUAL(names_of(r), "worse.example watched.example suspicious.example ");
	CU_ASSERT_EQUAL(report_more(r), 3);
	report_pass(r, 4);
	CU_ASSERT_EQUAL(report_more(r), 7);
	report_void(r);
	CU_ASSERT_TRUE(report_count(r) == 0 && report_more(r) == 0);
	report_free(r);
}

static void the_latest_are_kept(void)
{
	struct report *r = report_new(REPORT_LATEST, 3);

	take_all(r);
	CU_ASSERT_STRING_EQUAL(names_of(r), "paced.example calm.example flood.example ");
	report_free(r);
}

static void texts_are_its_own(void)
{
	char subject[] = "CN=a", source[] = "a.example", edge[] = "edge1.example.com";
	struct store_row row = row_of("a.example", CLASS_WATCHED, REASON_NONE, 0, 0);
	struct report *r = report_new(REPORT_WORST, 1);
	const struct store_row *kept;

	row.subject = subject;
	row.sources[0] = source;
	row.edges[0] = edge;
	row.source_count = row.edge_count = 1;
	report_take(r, &row);
	subject[0] = source[0] = edge[0] = 'x';
	kept = report_at(r, 0);
	CU_ASSERT_STRING_EQUAL(kept->subject, "CN=a");
	CU_ASSERT_STRING_EQUAL(kept->sources[0], "a.example");
	CU_ASSERT_STRING_EQUAL(kept->edges[0], "edge1.example.com");
	CU_ASSERT_PTR_NULL(kept->issuer);
	report_free(r);
}

static void names(void)
{
	static const struct { const char *name, *keys, *promise; } rows[] = {
		{ "contoso.com", "dcontoso.com acontoso.com pcontoso.com tcontoso.com ", "a domain may be discovered, allowed, or a provider's name" },
		{ "Contoso.COM.", "dcontoso.com acontoso.com pContoso.COM. tContoso.COM. ", "a domain has no capitals" },
		{ "hosted-uc/Tenant.example", "thosted-uc/tenant.example ", "a tenant has its provider before it" },
		{ "newcomers", "dnewcomers anewcomers nnewcomers pnewcomers tnewcomers ", "all beyond max-partners" },
		{ "\x1b[31m", "", "what is no name is nobody's" },
		{ "a/b/c", "", "nor what has two slashes" },
		{ "", "", "nor what is empty" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct partner found[REPORT_NAMES_MAX];
		size_t count = report_names(found, rows[i].name), expected = 0;
		char key[PARTNER_KEY_MAX + 1];

		for (const char *at = rows[i].keys; *at; at++)
			expected += *at == ' ';
		HOLDS(count == expected, rows[i].promise);
		for (size_t n = 0; n < count; n++) {
			strcpy(key + partner_key(&found[n], key), " ");
			HOLDS(strstr(rows[i].keys, key) != NULL, rows[i].promise);
		}
	}
}

static void patterns(void)
{
	static const struct { const char *pattern, *name; bool matches; } rows[] = {
		{ "contoso.com", "contoso.com", true }, { "contoso.com", "contoso.com.au", true }, { "contoso.com?", "contoso.com.au", false },
		{ "*.contoso.com", "sip.contoso.com", true }, { "*.contoso.com", "contoso.com", false },
		{ "*", "anything", true }, { "", "anything", true }, { "", "", true }, { "***", "", true },
		{ "hosted/*", "hosted/a.example", true }, { "?ontoso.*", "contoso.com", true }, { "?", "", false },
		{ "Contoso.*", "contoso.com", true }, { "uc/*", "UC/a.example", true },
		{ "contoso", "sip.contoso.com", true }, { "TOSO", "contoso.com", true }, { "contoso", "fabrikam.com", false },
		{ "*a*b", "aaaaaaaab", true }, { "*a*b", "aaaaaaaa", false }, { "a*b*c", "a-b-b-c", true },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		HOLDS(report_matches(rows[i].pattern, rows[i].name) == rows[i].matches, rows[i].pattern);
}

static void laws(void)
{
	struct ruleset *law = ruleset_new();
	struct limits limits;
	struct allow allow = { .rate = { 200, 1000000 } };
	struct provider provider = { .name = "hosted", .rate = { 400, 1000000 }, .distinct_uris = 20000, .any_domain = true };
	struct partner p = { .kind = PARTNER_ALLOWED };
	struct store_row row = row_of("a.example", CLASS_WATCHED, REASON_NONE, 0, 0);
	struct place where;

	limits_default(&limits);
	ruleset_set_limits(law, &limits);
	domain_parse(&allow.domain, "contoso.com", 11);
	domain_parse(&provider.edge, "sip.hosted.example", 18);
	CU_ASSERT_EQUAL(ruleset_add_allow(law, &allow, &where), CLASH_NONE);
	CU_ASSERT_EQUAL(ruleset_add_provider(law, &provider, &where), CLASH_NONE);
	CU_ASSERT_PTR_NULL(ruleset_seal(law));
	p.domain = allow.domain;
	CU_ASSERT_EQUAL(report_rate(law, &p, true).count, 200);
	p.kind = PARTNER_DISCOVERED;
	CU_ASSERT_EQUAL(report_rate(law, &p, false).count, 20);
	CU_ASSERT_EQUAL(report_rate(law, &p, true).count, 1);
	p = (struct partner){ .kind = PARTNER_PROVIDER, .provider = "hosted" };
	CU_ASSERT_EQUAL(report_rate(law, &p, true).count, 400);
	CU_ASSERT_EQUAL(report_distinct_uris(law, &row), 1000);
	row.partner = p;
	CU_ASSERT_EQUAL(report_distinct_uris(law, &row), 20000);
	row.distinct_uris = 7;
	CU_ASSERT_EQUAL(report_distinct_uris(law, &row), 7);
	strcpy(p.provider, "gone");
	CU_ASSERT_EQUAL(report_rate(law, &p, false).count, 0);
	ruleset_unref(law);
}

CU_TestInfo report_tests[] = {
	{ "the worst come first: watched, suspicious, refused by a rate, delayed by one", worst_first },
	{ "of more than there may be the worst are kept, and the others counted", the_worst_are_kept },
	{ "partners are told of by when they were heard of last", the_latest_are_kept },
	{ "a report owns its texts", texts_are_its_own },
	{ "a name may mean several, and is spelt as people do", names },
	{ "a star stands for any letters, a question mark for one", patterns },
	{ "the rate and the number of URIs are those of the law", laws },
	CU_TEST_INFO_NULL
};
