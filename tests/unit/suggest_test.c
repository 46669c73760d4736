/* What counts suggest, and what they do not. */
#include <string.h>

#include "../../policy/suggest.h"
#include "../../policy/orders.h"
#include "holds.h"
#include "told.h"
#include "unit.h"

static const struct {
	const char *promise, *policy, *key;
	enum class class;
	uint64_t forwarded, delayed, refused;
	uint32_t good, bad, uris;
	enum suggestion suggested;
} rows[] = {
	{ "a partner that was delayed and answered well is one to allow", "", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 0, 480, 20, 12, SUGGEST_ALLOW },
	{ "a tenant too", "", "thosted/contoso.com", CLASS_DISCOVERED, 500, 90, 0, 480, 20, 12, SUGGEST_ALLOW },
	{ "who never met a limit needs no entry", "", "dcontoso.com", CLASS_DISCOVERED, 500, 0, 0, 480, 20, 12, SUGGEST_NOTHING },
	{ "who was refused more than let through says nothing by the rest", "", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 600, 480, 20, 12, SUGGEST_NOTHING },
	{ "a tenth of failures is too many with one more", "", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 0, 179, 20, 12, SUGGEST_NOTHING },
	{ "nineteen answers are no evidence", "", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 0, 19, 0, 12, SUGGEST_NOTHING },
	{ "twenty are", "", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 0, 20, 0, 12, SUGGEST_ALLOW },
	{ "who asks for many names is not waved through", "", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 0, 480, 20, 501, SUGGEST_NOTHING },
	{ "whom the file allows it does not need", "allow contoso.com rate 5/s", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 0, 480, 20, 12, SUGGEST_NOTHING },
	{ "nor whom it covers", "allow com", "dcontoso.com", CLASS_DISCOVERED, 500, 90, 0, 480, 20, 12, SUGGEST_NOTHING },
	{ "whom it blocks neither", "block contoso.com", "dcontoso.com", CLASS_SUSPICIOUS, 500, 0, 90, 10, 90, 12, SUGGEST_NOTHING },
	{ "an entry of its own is no stranger", "", "acontoso.com", CLASS_ALLOWED, 500, 90, 0, 480, 20, 12, SUGGEST_NOTHING },
	{ "the newcomers are nobody", "", "nnewcomers", CLASS_DISCOVERED, 500, 90, 0, 480, 20, 12, SUGGEST_NOTHING },
	{ "a suspicious one that goes on failing is one to block", "", "dspim.com", CLASS_SUSPICIOUS, 500, 0, 90, 10, 90, 12, SUGGEST_BLOCK },
	{ "a watched one that fails too", "", "dspim.com", CLASS_WATCHED, 500, 0, 90, 10, 90, 1000, SUGGEST_BLOCK },
	{ "a watched one that does not fail may be anybody", "", "dbig.com", CLASS_WATCHED, 5000, 0, 90, 90, 10, 1000, SUGGEST_NOTHING },
	{ "nor is one without answers", "", "dbig.com", CLASS_WATCHED, 5000, 0, 90, 0, 0, 1000, SUGGEST_NOTHING },
	{ "who fails and is not suspicious yet is not judged here", "", "dspim.com", CLASS_DISCOVERED, 500, 0, 90, 10, 90, 12, SUGGEST_NOTHING },
};

static void evidence_first(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ruleset *law = law_of(rows[i].policy);
		struct partner partner;
		struct conduct c = { .partner = &partner, .class = rows[i].class, .successes = rows[i].good, .failures = rows[i].bad,
			.distinct_uris = rows[i].uris,
			.verdicts = { [VERDICT_FORWARD] = rows[i].forwarded, [VERDICT_DELAY] = rows[i].delayed, [VERDICT_REFUSE] = rows[i].refused } };

		CU_ASSERT_TRUE_FATAL(partner_from_key(&partner, rows[i].key, strlen(rows[i].key)));
		HOLDS(suggest(&c, law) == rows[i].suggested, rows[i].promise);
		ruleset_unref(law);
	}
}

static void operators_too(void)
{
	struct ruleset *file = law_of(""), *law;
	struct orders *orders = orders_new();
	struct order o = { .list = ORDER_ALLOW, .domain = name("contoso.com"), .made_us = 5, .edge = name("edge1.example.com") };
	struct partner partner;
	struct conduct c = { .partner = &partner, .class = CLASS_DISCOVERED, .successes = 100, .verdicts = { 100, 10, 0, 0 } };

	partner_from_key(&partner, "dcontoso.com", strlen("dcontoso.com"));
	CU_ASSERT_EQUAL(suggest(&c, file), SUGGEST_ALLOW);
	order_set_who(&o, "alice");
	orders_put(orders, &o, 10);
	law = orders_law(orders, file);
	CU_ASSERT_EQUAL(suggest(&c, law), SUGGEST_NOTHING);
	ruleset_unref(law);
	ruleset_unref(file);
	orders_free(orders);
}

static void words(void)
{
	struct limits limits;
	struct partner partner;
	struct conduct c = { .partner = &partner, .class = CLASS_DISCOVERED, .successes = 480, .failures = 20, .distinct_uris = 12,
		.verdicts = { 500, 90, 3, 0 } };
	char line[SUGGEST_LINE_MAX], evidence[SUGGEST_EVIDENCE_MAX];

	limits_default(&limits);
	partner_from_key(&partner, "thosted/contoso.com", strlen("thosted/contoso.com"));
	suggest_line(&c, SUGGEST_ALLOW, line);
	CU_ASSERT_STRING_EQUAL(line, "{ domain = \"contoso.com\"; provider = \"hosted\"; },");
	suggest_line(&c, SUGGEST_BLOCK, line);
	CU_ASSERT_STRING_EQUAL(line, "{ domain = \"contoso.com\"; },");
	suggest_evidence(&c, &limits, evidence);
	CU_ASSERT_STRING_EQUAL(evidence, "discovered; 480 of 500 answers in 5m were good; 500 forwarded, 90 delayed, 3 refused; 12 different URIs");
}

CU_TestInfo suggest_tests[] = {
	{ "a line is suggested where the counts support it, and for nobody whom the file names", evidence_first },
	{ "nor for whom an operator has named", operators_too },
	{ "the line and its evidence are told as they are pasted", words },
	CU_TEST_INFO_NULL
};
