/* The law as data: what is put in is found again, once. */
#include <stdio.h>
#include <string.h>

#include "../../policy/ruleset.h"
#include "unit.h"

#define MANY 20000

static struct domain name(const char *text)
{
	struct domain d;

	domain_parse(&d, text, strlen(text));
	return d;
}

static struct place line(int number)
{
	return (struct place){ "policy.conf", number };
}

static enum clash allow(struct ruleset *r, const char *domain, const char *provider, int at, struct place *where)
{
	struct allow entry = { .domain = name(domain), .place = line(at) };

	strcpy(entry.provider, provider);
	return ruleset_add_allow(r, &entry, where);
}

static enum clash block(struct ruleset *r, const char *domain, int at, struct place *where)
{
	struct block entry = { .domain = name(domain), .place = line(at) };

	return ruleset_add_block(r, &entry, where);
}

static enum clash provider(struct ruleset *r, const char *called, const char *edge, int at, struct place *where)
{
	struct domain domains[] = { name("a.example"), name("b.example") };
	struct provider entry = { .edge = name(edge), .domains = domains, .domain_count = 2, .place = line(at) };

	strcpy(entry.name, called);
	return ruleset_add_provider(r, &entry, where);
}

static void has_the_defaults(void)
{
	struct ruleset *r = ruleset_new();
	const struct limits *l = ruleset_limits(r);
	struct place where = line(1);

	CU_ASSERT_TRUE(l->rate.count == 20 && l->rate.period_us == 1000000);
	CU_ASSERT_TRUE(l->suspicious_rate.count == 1 && l->suspicious_rate.period_us == 1000000);
	CU_ASSERT_TRUE(l->max_delay_us == 2000000 && l->max_waiting == 64 && l->ending_delay_us == 5000000);
	CU_ASSERT_EQUAL(l->refuse_status, 503);
	CU_ASSERT_TRUE(l->distinct_uris == 1000 && l->watch_blocks == WATCH_BLOCKS_ALL);
	CU_ASSERT_TRUE(l->watch_window_us == INT64_C(86400000000) && l->watch_hold_us == INT64_C(86400000000));
	CU_ASSERT_TRUE(l->suspicion_window_us == 300000000 && l->suspicion_hold_us == INT64_C(3600000000));
	CU_ASSERT_TRUE(l->min_responses == 20 && l->failure_share == 0.5);
	CU_ASSERT_PTR_NULL(l->rate_place.file);
	CU_ASSERT_TRUE(ruleset_enabled(r, &where) && !where.file);
	CU_ASSERT_TRUE(ruleset_discovery(r, &where) && !where.file);
	CU_ASSERT_FALSE(ruleset_observe(r));
	ruleset_unref(r);
}

static void keeps_settings_with_their_places(void)
{
	struct ruleset *r = ruleset_new();
	struct limits limits = { .rate = { 7, 5 } };
	struct place where;

	ruleset_set_limits(r, &limits);
	CU_ASSERT_EQUAL(ruleset_limits(r)->rate.count, 7);
	ruleset_set_federation(r, false, true, false, line(3), line(4));
	CU_ASSERT_TRUE(!ruleset_enabled(r, &where) && where.line == 3);
	CU_ASSERT_TRUE(ruleset_discovery(r, &where) && where.line == 4);
	CU_ASSERT_FALSE(ruleset_observe(r));
	ruleset_set_federation(r, true, false, true, line(5), line(6));
	CU_ASSERT_TRUE(ruleset_enabled(r, &where) && where.line == 5);
	CU_ASSERT_TRUE(!ruleset_discovery(r, &where) && where.line == 6);
	CU_ASSERT_TRUE(ruleset_observe(r));
	ruleset_unref(r);
}

static void a_name_stands_once(void)
{
	struct ruleset *r = ruleset_new();
	const struct allow *allows;
	const struct block *blocks;
	struct place where = { 0 };

	CU_ASSERT_EQUAL(allow(r, "contoso.com", "", 9, &where), CLASH_NONE);
	CU_ASSERT_EQUAL(block(r, "spim.example", 10, &where), CLASH_NONE);
	CU_ASSERT_EQUAL(allow(r, "contoso.com", "", 11, &where), CLASH_ALLOWED);
	CU_ASSERT_EQUAL(where.line, 9);
	CU_ASSERT_EQUAL(block(r, "spim.example", 12, &where), CLASH_BLOCKED);
	CU_ASSERT_EQUAL(where.line, 10);
	CU_ASSERT_EQUAL(block(r, "contoso.com", 13, &where), CLASH_ALLOWED);
	CU_ASSERT_EQUAL(where.line, 9);
	CU_ASSERT_EQUAL(allow(r, "spim.example", "", 14, &where), CLASH_BLOCKED);
	CU_ASSERT_EQUAL(where.line, 10);
	CU_ASSERT_EQUAL(block(r, "it.contoso.com", 15, &where), CLASH_NONE);
	CU_ASSERT_EQUAL(ruleset_allows(r, &allows), 1);
	CU_ASSERT_EQUAL(ruleset_blocks(r, &blocks), 2);
	CU_ASSERT_EQUAL(ruleset_find_allow(r, "contoso.com")->place.line, 9);
	ruleset_unref(r);
}

static void providers_share_neither_name_nor_edge(void)
{
	struct ruleset *r = ruleset_new();
	const struct provider *first;
	struct place where = { 0 };

	CU_ASSERT_EQUAL(provider(r, "one", "edge.one.example", 1, &where), CLASH_NONE);
	CU_ASSERT_EQUAL(provider(r, "one", "edge.two.example", 2, &where), CLASH_PROVIDER);
	CU_ASSERT_EQUAL(where.line, 1);
	CU_ASSERT_EQUAL(provider(r, "two", "edge.one.example", 3, &where), CLASH_EDGE);
	CU_ASSERT_EQUAL(where.line, 1);
	CU_ASSERT_EQUAL(provider(r, "two", "edge.two.example", 4, &where), CLASH_NONE);
	CU_ASSERT_EQUAL(ruleset_providers(r, &first), 2);
	CU_ASSERT_EQUAL(ruleset_find_provider(r, "two")->place.line, 4);
	CU_ASSERT_PTR_NULL(ruleset_find_provider(r, "three"));
	CU_ASSERT_PTR_NULL(ruleset_find_provider(r, "edge.one.example"));
	/* The caller's list of domains was on its stack. */
	CU_ASSERT_TRUE(first->domain_count == 2 && strcmp(first->domains[1].text, "b.example") == 0);
	ruleset_unref(r);
}

static void lists_are_told_apart(void)
{
	struct ruleset *r = ruleset_new();
	struct domain ours = name("example.com"), below = name("it.example.com"), theirs = name("contoso.com");
	struct place where;

	ruleset_add_local(r, &ours);
	ruleset_add_local(r, &ours);
	allow(r, "contoso.com", "", 1, &where);
	block(r, "spim.example", 2, &where);
	CU_ASSERT_TRUE(ruleset_is_local(r, &ours));
	CU_ASSERT_FALSE(ruleset_is_local(r, &below));
	CU_ASSERT_FALSE(ruleset_is_local(r, &theirs));
	CU_ASSERT_PTR_NULL(ruleset_find_allow(r, "example.com"));
	CU_ASSERT_PTR_NULL(ruleset_find_allow(r, "spim.example"));
	CU_ASSERT_PTR_NULL(ruleset_find_block(r, "contoso.com"));
	CU_ASSERT_PTR_NULL(ruleset_find_allow(r, "it.contoso.com"));
	CU_ASSERT_PTR_NULL(ruleset_find_allow(r, "com"));
	CU_ASSERT_PTR_NOT_NULL(ruleset_find_block(r, "spim.example"));
	ruleset_unref(r);
}

static void a_reference_must_lead_somewhere(void)
{
	struct ruleset *r = ruleset_new();
	const struct allow *dangling;
	struct place where;

	allow(r, "contoso.com", "", 1, &where);
	allow(r, "tenant.example", "hosted-uc", 2, &where);
	dangling = ruleset_seal(r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(dangling);
	CU_ASSERT_EQUAL(dangling->place.line, 2);
	provider(r, "hosted-uc", "sipfed.hosted-uc.example", 3, &where);
	CU_ASSERT_PTR_NULL(ruleset_seal(r));
	ruleset_unref(r);
}

static void many_are_found(void)
{
	struct ruleset *r = ruleset_new();
	const struct allow *allows;
	struct place where;
	char text[40];
	int missing = 0;

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "n%d.example", i);
		missing += (i % 2 ? allow(r, text, "", i, &where) : block(r, text, i, &where)) != CLASH_NONE;
	}
	CU_ASSERT_PTR_NULL(ruleset_seal(r));
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "n%d.example", i);
		if (i % 2)
			missing += ruleset_find_block(r, text) || ruleset_find_allow(r, text)->place.line != i;
		else
			missing += ruleset_find_allow(r, text) || ruleset_find_block(r, text)->place.line != i;
	}
	CU_ASSERT_EQUAL(missing, 0);
	CU_ASSERT_EQUAL(ruleset_allows(r, &allows), MANY / 2);
	CU_ASSERT_STRING_EQUAL(allows[7].domain.text, "n15.example");
	ruleset_unref(r);
}

static void a_file_has_one_name(void)
{
	struct ruleset *r = ruleset_new();
	char text[] = "policy.conf";
	const char *first = ruleset_file(r, text);

	CU_ASSERT_PTR_NOT_EQUAL(first, text);
	CU_ASSERT_STRING_EQUAL(first, "policy.conf");
	CU_ASSERT_STRING_EQUAL(ruleset_file(r, "other.conf"), "other.conf");
	CU_ASSERT_STRING_EQUAL(ruleset_file(r, "third.conf"), "third.conf");
	CU_ASSERT_PTR_EQUAL(ruleset_file(r, "policy.conf"), first);
	ruleset_unref(r);
}

static void lives_as_long_as_it_is_used(void)
{
	struct ruleset *r = ruleset_new();
	struct ruleset *other = ruleset_ref(r);
	struct place where;

	CU_ASSERT_PTR_EQUAL(other, r);
	ruleset_unref(r);
	CU_ASSERT_TRUE(ruleset_enabled(other, &where));
	ruleset_unref(other);
	ruleset_unref(NULL);
}

CU_TestInfo ruleset_tests[] = {
	{ "an empty policy has the defaults of the manual", has_the_defaults },
	{ "settings come back with the lines that say so", keeps_settings_with_their_places },
	{ "a name stands on one list, once, and the clash names the other line", a_name_stands_once },
	{ "two providers share neither name nor edge", providers_share_neither_name_nor_edge },
	{ "a name on one list is not on another, and stands for itself only", lists_are_told_apart },
	{ "an allow entry's provider must exist before the law is sealed", a_reference_must_lead_somewhere },
	{ "among thousands of entries each is found", many_are_found },
	{ "a file's name is kept once", a_file_has_one_name },
	{ "the last reference ends it", lives_as_long_as_it_is_used },
	CU_TEST_INFO_NULL
};
