/* What an edge remembers of partners for reports, and for how many. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../gateway/profile.h"

#define SECOND INT64_C(1000000)

static const struct siphash_key key = { { 7 } };

static void note(struct profiles *p, const char *name, enum reason reason, const char *source, int64_t now_us)
{
	struct store_visit visit = { .reason = reason, .subject = "CN=sip.contoso.com", .issuer = "CN=ca", .serial = "01" };
	struct entry entry = { .observe = false };
	struct domain domain;

	if (source && domain_parse(&domain, source, strlen(source)))
		visit.source = &domain;
	profiles_note(p, name, strlen(name), &entry, &visit, now_us);
}

static const struct profile *find(const struct profiles *p, const char *name)
{
	return profiles_find(p, name, strlen(name));
}

static void last_sources(void)
{
	struct profiles p;
	const struct profile *at;
	char source[30];

	profiles_init(&p, &key);
	for (int i = 0; i < 12; i++) {
		snprintf(source, sizeof source, "s%d.contoso.com", i);
		note(&p, "dcontoso.com", REASON_WITHIN_LIMITS, source, SECOND);
		note(&p, "dcontoso.com", REASON_WITHIN_LIMITS, "contoso.com", SECOND);
	}
	at = find(&p, "dcontoso.com");
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	CU_ASSERT_EQUAL(at->source_count, STORE_SOURCES_MAX);
	CU_ASSERT_STRING_EQUAL(at->sources[0], "contoso.com");
	CU_ASSERT_STRING_EQUAL(at->sources[1], "s11.contoso.com");
	CU_ASSERT_STRING_EQUAL(at->subject, "CN=sip.contoso.com");
	CU_ASSERT_EQUAL(at->verdicts[VERDICT_FORWARD], 24);
	profiles_clear(&p);
}

static void limited_for_a_while(void)
{
	struct profiles p;
	const struct profile *at;

	profiles_init(&p, &key);
	note(&p, "dcontoso.com", REASON_WATCH_LIST, NULL, SECOND);
	at = find(&p, "dcontoso.com");
	CU_ASSERT_FALSE(profile_is_limited(at, SECOND));
	note(&p, "dcontoso.com", REASON_PACED, NULL, 10 * SECOND);
	note(&p, "dcontoso.com", REASON_RATE_LIMIT, NULL, 20 * SECOND);
	note(&p, "dcontoso.com", REASON_WITHIN_LIMITS, NULL, 30 * SECOND);
	CU_ASSERT_EQUAL(at->limited_by, REASON_RATE_LIMIT);
	CU_ASSERT_EQUAL(at->limited_since_us, 10 * SECOND);
	CU_ASSERT_TRUE(profile_is_limited(at, 20 * SECOND + STORE_LIMITED_US));
	CU_ASSERT_FALSE(profile_is_limited(at, 21 * SECOND + STORE_LIMITED_US));
	note(&p, "dcontoso.com", REASON_PACED, NULL, 21 * SECOND + STORE_LIMITED_US);
	CU_ASSERT_EQUAL(at->limited_since_us, 21 * SECOND + STORE_LIMITED_US);
	profiles_clear(&p);
}

/* The limit that decided was the provider's. */
static void limited_by_the_provider(void)
{
	struct store_visit visit = { .reason = REASON_RATE_LIMIT, .provider_decided = true };
	struct entry entry = { .observe = true };
	struct profiles p;

	profiles_init(&p, &key);
	profiles_note(&p, "tuc/a.example", 13, &entry, &visit, SECOND);
	profiles_note(&p, "puc", 3, &entry, &visit, SECOND);
	CU_ASSERT_FALSE(profile_is_limited(find(&p, "tuc/a.example"), SECOND));
	CU_ASSERT_TRUE(profile_is_limited(find(&p, "puc"), SECOND));
	CU_ASSERT_TRUE(find(&p, "puc")->observe);
	profiles_clear(&p);
}

/* Offenders give way to offenders only, and are then like any other. */
static void strangers_push_out_no_offender(void)
{
	struct profiles p;
	char name[40];

	profiles_init(&p, &key);
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "dbad%d.example", i);
		note(&p, name, i % 2 ? REASON_RATE_LIMIT : REASON_WATCH_LIST, "bad.example", SECOND);
	}
	for (int i = 0; i < 3 * PROFILES_MOST; i++) {
		snprintf(name, sizeof name, "dp%d.example", i);
		note(&p, name, REASON_WITHIN_LIMITS, "p.example", SECOND);
	}
	CU_ASSERT_PTR_NOT_NULL(find(&p, "dbad0.example"));
	CU_ASSERT_PTR_NOT_NULL(find(&p, "dbad2.example"));
	CU_ASSERT_PTR_NULL(find(&p, "dp0.example"));
	CU_ASSERT_PTR_NOT_NULL(find(&p, name));
	for (int i = 0; i < 3 * PROFILES_MOST; i++) {
		snprintf(name, sizeof name, "do%d.example", i);
		note(&p, name, REASON_PACED, "o.example", SECOND);
	}
	CU_ASSERT_PTR_NULL(find(&p, "dbad0.example"));
	CU_ASSERT_EQUAL(p.lines[0].count, PROFILES_MOST);
	CU_ASSERT_EQUAL(p.lines[1].count, PROFILES_MOST);
	CU_ASSERT_TRUE(p.places <= 2 * PROFILES_MOST);
	profiles_clear(&p);
}

static void newcomers_show_no_certificate(void)
{
	struct profiles p;

	profiles_init(&p, &key);
	note(&p, "nnewcomers", REASON_WITHIN_LIMITS, "a.example", SECOND);
	CU_ASSERT_PTR_NULL(find(&p, "nnewcomers")->subject);
	profiles_clear(&p);
}

CU_TestInfo profile_tests[] = {
	{ "of the domains that it spoke for the last eight are remembered", last_sources },
	{ "a partner counts as limited for a while behind the last message that a rate held up", limited_for_a_while },
	{ "whose limit decided is limited, of a tenant and its provider", limited_by_the_provider },
	{ "strangers without end push out none who gave offence, and all is bounded", strangers_push_out_no_offender },
	{ "the newcomers have no certificate", newcomers_show_no_certificate },
	CU_TEST_INFO_NULL
};
