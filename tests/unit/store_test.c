/* The embedded store without files: who is charged, what is forgotten, what it costs. */
#include <malloc.h>
#include <time.h>

#include "unit.h"

#include "../../gateway/partners.h"
#include "chance.h"
#include "store_story.h"

/* So many ticks that every row is looked at. */
static void sweep(struct store *s)
{
	for (int i = 0; i < 60; i++)
		s->ops->tick(s);
}

static void measures(void)
{
	struct store *s = story_open("", 10);
	struct entry e = story_discovered("contoso.com");
	struct reading seen = { 0 };

	for (int i = 0; i < 20; i++)
		CU_ASSERT_TRUE(story_ask(s, &e, 0).admitted);
	seen = story_ask(s, &e, 7);
	CU_ASSERT_TRUE(seen.known && seen.admitted);
	CU_ASSERT_EQUAL(seen.wait_us, SECOND);
	CU_ASSERT_EQUAL(story_find(s, "dcontoso.com").row.rate_now, 20);
	CU_ASSERT_EQUAL(story_find(s, "dcontoso.com").row.distinct_uris, 1);
	e.partner.kind = PARTNER_NONE;
	CU_ASSERT_FALSE(story_ask(s, &e, 7).known);
	CU_ASSERT_EQUAL(story_find(s, NULL).rows, 1);
	s->ops->close(s);
}

static void allowed_is_counted(void)
{
	struct store *s = story_open(NULL, 1);
	struct entry e = story_allowed("contoso.com", 0, 0);
	struct story_search found;

	story_count(s, &e, REASON_ALLOWED);
	story_count(s, &e, REASON_ALLOWED);
	story_fail(s, &e);
	for (int i = 0; i < 100; i++)
		s->ops->outcome(s, &e, OUTCOME_FAILURE);
	found = story_find(s, "acontoso.com");
	CU_ASSERT_TRUE(found.found);
	CU_ASSERT_EQUAL(found.row.counts.verdicts[VERDICT_FORWARD], 2);
	CU_ASSERT_EQUAL(found.row.counts.verdicts[VERDICT_REFUSE], 0);
	CU_ASSERT_EQUAL(found.row.class, CLASS_ALLOWED);
	CU_ASSERT_EQUAL(found.row.failures, 0);
	s->ops->close(s);
}

/* Its own period is longer than any of the general ones. */
static void own_rate_reaches_back(void)
{
	struct store *s = story_open(NULL, 10);
	struct entry e = story_allowed("contoso.com", 2, 300 * SECOND);

	story_ask(s, &e, 0);
	story_ask(s, &e, 0);
	story_pass(200 * SECOND);
	sweep(s);
	CU_ASSERT_FALSE(story_ask(s, &e, 0).admitted);
	story_pass(100 * SECOND);
	CU_ASSERT_TRUE(story_ask(s, &e, 0).admitted);
	s->ops->close(s);
}

static void newcomers_share(void)
{
	struct store *s = story_open(NULL, 2);
	struct entry a = story_discovered("a.example"), b = story_discovered("b.example");
	struct entry c = story_discovered("c.example"), d = story_discovered("d.example");
	struct entry good = story_allowed("good.example", 2, SECOND);

	story_ask(s, &a, 1);
	story_ask(s, &b, 1);
	for (int i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(story_ask(s, i % 2 ? &c : &d, 1).wait_us, 0);
	CU_ASSERT_EQUAL(story_ask(s, &c, 1).wait_us, SECOND);
	CU_ASSERT_TRUE(story_ask(s, &c, 1).common);
	CU_ASSERT_FALSE(story_ask(s, &a, 1).common);
	CU_ASSERT_TRUE(story_find(s, "nnewcomers").found);
	CU_ASSERT_FALSE(story_find(s, "dc.example").found);
	CU_ASSERT_EQUAL(story_ask(s, &a, 1).wait_us, 0);
	/* Strangers never push aside whom the policy names. */
	CU_ASSERT_EQUAL(story_ask(s, &good, 0).wait_us, 0);
	CU_ASSERT_TRUE(story_find(s, "agood.example").found);
	/* Sets leave their window: there is room again. */
	story_pass(25 * HOUR);
	CU_ASSERT_EQUAL(story_ask(s, &c, 1).wait_us, 0);
	CU_ASSERT_FALSE(story_ask(s, &c, 1).common);
	CU_ASSERT_TRUE(story_find(s, "dc.example").found);
	s->ops->close(s);
}

/* Watched are the newcomers, not this one: it has a record of its own as soon as there is room, so
 * nobody is told to refuse it until then. */
static void newcomer_may_come_back(void)
{
	struct store *s = story_open(NULL, 1);
	struct entry a = story_discovered("a.example"), b = story_discovered("b.example");
	struct reading seen;

	story_ask(s, &a, 1);
	story_pass(23 * HOUR);
	CU_ASSERT_TRUE(story_enumerate(s, &b).became_watched);
	seen = story_ask(s, &b, 1);
	CU_ASSERT_TRUE(!seen.admitted && seen.common);
	CU_ASSERT_EQUAL(seen.refused_until_us, 0);
	story_pass(2 * HOUR);
	CU_ASSERT_TRUE(story_ask(s, &b, 1).admitted);
	CU_ASSERT_EQUAL(story_class(s, "nnewcomers"), CLASS_WATCHED);
	s->ops->close(s);
}

/* They are known for the report only: that gives way. */
static void empty_gives_way(void)
{
	struct store *s = story_open(NULL, 2);
	struct entry a = story_discovered("a.example"), b = story_discovered("b.example"), c = story_discovered("c.example");

	story_ask(s, &a, 0);
	story_ask(s, &b, 7);
	story_pass(5 * SECOND);
	story_ask(s, &c, 0);
	CU_ASSERT_TRUE(story_find(s, "dc.example").found);
	CU_ASSERT_TRUE(story_find(s, "db.example").found);
	CU_ASSERT_FALSE(story_find(s, "da.example").found);
	s->ops->close(s);
}

static void restricted_stay(void)
{
	struct store *s = story_open(NULL, 1);
	struct entry a = story_discovered("a.example"), b = story_discovered("b.example");

	a.limits.watch_hold_us = 24 * HOUR;
	CU_ASSERT_TRUE(story_enumerate(s, &a).became_watched);
	for (int i = 0; i < 23; i++) {
		story_pass(HOUR);
		story_ask(s, &b, 1);
		sweep(s);
	}
	CU_ASSERT_EQUAL(story_class(s, "da.example"), CLASS_WATCHED);
	CU_ASSERT_FALSE(story_find(s, "db.example").found);
	story_pass(HOUR);
	sweep(s);
	CU_ASSERT_FALSE(story_find(s, "da.example").found);
	s->ops->close(s);
}

static void classes_are_counted(void)
{
	struct store *s = story_open(NULL, 100);
	struct entry watched = story_discovered("a.example"), failing = story_discovered("b.example");
	struct entry other = story_discovered("c.example"), allowed = story_allowed("d.example", 0, 0);
	const uint32_t *classes = s->figures.classes;

	story_enumerate(s, &watched);
	story_ask(s, &failing, 1);
	story_fail(s, &failing);
	story_ask(s, &other, 1);
	s->ops->count(s, &allowed, &(struct store_visit){ .reason = REASON_ALLOWED });
	s->ops->tick(s);
	CU_ASSERT(classes[CLASS_WATCHED] == 1 && classes[CLASS_SUSPICIOUS] == 1);
	CU_ASSERT(classes[CLASS_DISCOVERED] == 1 && classes[CLASS_ALLOWED] == 1);
	s->ops->release(s, &watched.partner);
	s->ops->tick(s);
	CU_ASSERT(classes[CLASS_WATCHED] == 0 && classes[CLASS_DISCOVERED] == 2);
	story_pass(25 * HOUR);
	sweep(s);
	CU_ASSERT_EQUAL(classes[CLASS_DISCOVERED] + classes[CLASS_ALLOWED] + classes[CLASS_SUSPICIOUS], 0);
	s->ops->close(s);
}

static void tenants_are_bounded(void)
{
	struct store *s = story_open(NULL, 100);
	struct entry e[5];
	char name[32];

	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "t%d.example", i);
		e[i] = story_tenant(name);
		story_pass(SECOND);
		CU_ASSERT_EQUAL(story_ask(s, &e[i], 1).common, i >= 3);
	}
	CU_ASSERT_EQUAL(story_find(s, "phosted").row.tenants, 3);
	CU_ASSERT_EQUAL(story_find(s, "phosted").row.distinct_uris, 1);
	CU_ASSERT_TRUE(story_find(s, "thosted/t2.example").found);
	CU_ASSERT_FALSE(story_find(s, "thosted/t3.example").found);
	CU_ASSERT_TRUE(story_find(s, "thosted").found);
	/* A day after its last message a tenant is known no more, another one may be. */
	story_pass(23 * HOUR);
	story_ask(s, &e[0], 1);
	story_pass(2 * HOUR);
	sweep(s);
	CU_ASSERT_EQUAL(story_find(s, "phosted").row.tenants, 1);
	story_ask(s, &e[3], 1);
	CU_ASSERT_TRUE(story_find(s, "thosted/t3.example").found);
	CU_ASSERT_EQUAL(story_find(s, "phosted").row.tenants, 2);
	s->ops->close(s);
}

static void provider_is_charged(void)
{
	struct store *s = story_open(NULL, 100);
	struct entry e = story_tenant("t.example"), other = story_tenant("u.example");
	struct reading seen;

	e.provider_limits.rate.count = other.provider_limits.rate.count = 2;
	story_ask(s, &e, 1);
	story_ask(s, &e, 1);
	seen = story_ask(s, &other, 1);
	CU_ASSERT_EQUAL(seen.wait_us, SECOND);
	CU_ASSERT_TRUE(seen.provider_decided);
	s->ops->close(s);
}

struct change {
	char key[PARTNER_KEY_MAX];
	enum class before, now;
	unsigned count;
};

static void on_class(void *arg, const struct partner *partner, enum class before, enum class now)
{
	struct change *change = arg;

	partner_key(partner, change->key);
	change->before = before;
	change->now = now;
	change->count++;
}

static void changes_are_told(void)
{
	struct store *s = story_open(NULL, 100);
	struct entry e = story_discovered("a.example");
	struct change last = { .count = 0 };

	s->on_class = on_class;
	s->on_class_arg = &last;
	story_fail(s, &e);
	CU_ASSERT_STRING_EQUAL(last.key, "da.example");
	CU_ASSERT_EQUAL(last.now, CLASS_SUSPICIOUS);
	story_pass(2 * HOUR);
	sweep(s);
	CU_ASSERT_EQUAL(last.count, 2);
	CU_ASSERT_EQUAL(last.before, CLASS_SUSPICIOUS);
	CU_ASSERT_EQUAL(last.now, CLASS_DISCOVERED);
	/* By a message: its reading says so. */
	CU_ASSERT_TRUE(story_enumerate(s, &e).became_watched);
	CU_ASSERT_EQUAL(last.count, 2);
	/* Found to be over by a message. */
	story_pass(25 * HOUR);
	CU_ASSERT_TRUE(story_ask(s, &e, 1).stopped_watched);
	CU_ASSERT_EQUAL(last.count, 3);
	CU_ASSERT_EQUAL(last.before, CLASS_WATCHED);
	story_enumerate(s, &e);
	CU_ASSERT_TRUE(s->ops->release(s, &e.partner));
	CU_ASSERT_EQUAL(last.count, 4);
	CU_ASSERT_FALSE(s->ops->release(s, &e.partner));
	CU_ASSERT_EQUAL(story_find(s, "da.example").row.distinct_uris, 0);
	s->ops->close(s);
}

static void shorter_hold(void)
{
	struct store *s = story_open(NULL, 100);
	struct entry e = story_discovered("a.example");
	struct limits limits = story_limits();

	story_enumerate(s, &e);
	limits.watch_hold_us = HOUR;
	s->ops->reload(s, &limits, 100, "");
	sweep(s);
	story_pass(HOUR - 1);
	CU_ASSERT_EQUAL(story_class(s, "da.example"), CLASS_WATCHED);
	story_pass(1);
	CU_ASSERT_NOT_EQUAL(story_class(s, "da.example"), CLASS_WATCHED);
	s->ops->close(s);
}

/* The table against a plain array of flags. */
static void table_holds(void)
{
	enum { NAMES = 3000 };
	struct chance chance = chance_new();
	static bool known[NAMES];
	struct siphash_key key = { { 1 } };
	struct partners table;
	uint32_t count = 0;

	memset(known, 0, sizeof(known));
	partners_init(&table, &key);
	for (int i = 0; i < chance_rounds(60000); i++) {
		uint32_t n = chance_below(&chance, NAMES);
		char name[32];
		size_t length = (size_t)snprintf(name, sizeof(name), "d%u.example", n);
		struct row *row = partners_find(&table, name, length);

		CU_ASSERT_EQUAL(row != NULL, known[n]);
		if (row && chance_below(&chance, 3) == 0) {
			partners_remove(&table, row);
			known[n] = false;
			count--;
		} else if (!row) {
			partners_add(&table, name, length, 0);
			known[n] = true;
			count++;
		}
		CU_ASSERT_EQUAL(table.count, count);
		CU_ASSERT_EQUAL(table.strangers, count);
	}
	partners_clear(&table);
}

static int64_t real_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * SECOND + now.tv_nsec / 1000;
}

#if !defined(__has_feature)
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* Memory and time as they are: with sanitizers they say nothing, and are only printed. */
static void many(void)
{
	enum { PARTNERS = 100000, TARGETS = 10 };
	struct store *s = story_open(NULL, 200000);
	struct entry e = story_discovered("x");
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, octets;
	int64_t worst = 0, begun;

	for (uint64_t i = 0; i < PARTNERS; i++) {
		e.partner.domain.length = (uint8_t)sprintf(e.partner.domain.text, "partner%llu.example.com", (unsigned long long)i);
		begun = real_us();
		for (uint64_t t = 1; t <= TARGETS; t++)
			story_ask(s, &e, i * 1000 + t);
		if (real_us() - begun > worst)
			worst = real_us() - begun;
	}
	octets = (mallinfo2().uordblks + mallinfo2().hblkhd - before) / PARTNERS;
	printf("%zu octets a partner, longest addition %lld us, ", octets, (long long)worst);
	CU_ASSERT_TRUE(SANITIZED || octets < 600);
	story_pass(5 * SECOND);
	worst = 0;
	for (int i = 0; i < 60; i++) {
		begun = real_us();
		s->ops->tick(s);
		if (real_us() - begun > worst)
			worst = real_us() - begun;
	}
	octets = (mallinfo2().uordblks + mallinfo2().hblkhd - before) / PARTNERS;
	printf("%zu at rest, longest tick %lld us ... ", octets, (long long)worst);
	CU_ASSERT_TRUE(SANITIZED || octets < 500);
	CU_ASSERT_EQUAL(story_find(s, "dpartner99999.example.com").row.distinct_uris, TARGETS);
	s->ops->close(s);
}

CU_TestInfo store_tests[] = {
	{ "a message is measured, one of nobody is not known", measures },
	{ "an allowed partner is counted, and never suspected", allowed_is_counted },
	{ "the sweep leaves the slots of an entry's own long period", own_rate_reaches_back },
	{ "newcomers share one record while the table is full of live ones", newcomers_share },
	{ "a newcomer is not kept out for as long as the newcomers are", newcomer_may_come_back },
	{ "a partner of whom nothing is live gives way to a newcomer", empty_gives_way },
	{ "partners are counted by class, round by round", classes_are_counted },
	{ "a restricted partner is not forgotten before its hold ends", restricted_stay },
	{ "tenants beyond max-tenants share, and there is room a window after the last message", tenants_are_bounded },
	{ "a provider is charged for all its tenants", provider_is_charged },
	{ "a class that changes without a message is told once", changes_are_told },
	{ "a hold made shorter by a reload is shorter at once", shorter_hold },
	{ "the table finds what was added and not removed", table_holds },
	{ "a hundred thousand partners with ten targets fit, and nothing takes long", many },
	CU_TEST_INFO_NULL
};
