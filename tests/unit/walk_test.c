/* A walk over what the embedded store knows. */
#include "unit.h"

#include "store_story.h"

struct collected {
	unsigned rows, pages, asked_for;
	struct store_row last;
	char names[400];           /* a blank behind each */
	char source[60], subject[60];
	bool over;
};

static void take(void *arg, const struct store_row *row)
{
	struct collected *c = arg;
	char name[PARTNER_TEXT_MAX];

	c->rows++;
	c->last = *row;
	partner_text(&row->partner, name);
	if (strlen(c->names) + strlen(name) + 2 < sizeof c->names)
		strcat(strcat(c->names, name), " ");
	snprintf(c->source, sizeof c->source, "%s", row->source_count ? row->sources[0] : "");
	snprintf(c->subject, sizeof c->subject, "%s", row->subject ? row->subject : "");
}

static void turn_page(void *arg, const struct store_page *page)
{
	struct collected *c = arg;

	c->pages++;
	c->over = page->last;
	CU_ASSERT_TRUE(!page->here && !page->anew && !page->more);
}

static struct collected collect(struct store *s, struct store_wish wish)
{
	struct collected c = { .rows = 0 };
	struct store_walk *walk;

	wish.rate_of = story_rate;
	wish.row = take;
	wish.page = turn_page;
	wish.arg = &c;
	walk = s->ops->walk(s, &wish);
	do
		walk->next(walk);
	while (!c.over);
	walk->end(walk);
	return c;
}

static void visit(struct store *s, const struct entry *e, enum reason reason)
{
	struct store_visit v = { .reason = reason, .source = &e->partner.domain, .subject = "CN=a", .issuer = "CN=ca", .serial = "01" };

	s->ops->count(s, e, &v);
}

static void who_is_in_a_report(void)
{
	struct store *s = story_open(NULL, 100);
	struct entry bad = story_discovered("bad.example"), slow = story_discovered("slow.example"),
		flood = story_discovered("flood.example"), good = story_discovered("good.example");
	struct collected c;

	story_enumerate(s, &bad);
	story_fail(s, &slow);
	story_ask(s, &good, 1);
	visit(s, &good, REASON_WITHIN_LIMITS);
	for (int i = 0; i < 30; i++)
		story_ask(s, &flood, 1);
	visit(s, &flood, REASON_PACED);
	c = collect(s, (struct store_wish){ .part = STORE_RESTRICTED });
	CU_ASSERT_EQUAL(c.rows, 3);
	CU_ASSERT_TRUE(strstr(c.names, "bad.example") && strstr(c.names, "slow.example") && strstr(c.names, "flood.example"));
	story_pass(STORE_LIMITED_US + SECOND);
	c = collect(s, (struct store_wish){ .part = STORE_RESTRICTED });
	CU_ASSERT_EQUAL(c.rows, 2);
	CU_ASSERT_PTR_NULL(strstr(c.names, "flood.example"));
	c = collect(s, (struct store_wish){ .part = STORE_SEEN, .lately_us = SECOND });
	CU_ASSERT_EQUAL(c.rows, 0);
	story_ask(s, &good, 1);
	c = collect(s, (struct store_wish){ .part = STORE_SEEN, .lately_us = SECOND });
	CU_ASSERT_STRING_EQUAL(c.names, "good.example ");
	s->ops->close(s);
}

static void all_of_a_row(void)
{
	struct store *s = story_open(NULL, 100);
	struct entry e = story_discovered("contoso.com");
	struct partner named[] = { story_partner(PARTNER_ALLOWED, "contoso.com", ""), e.partner };
	struct store_wish wish = { .part = STORE_NAMED, .named = named, .named_count = 2 };
	struct collected c;

	for (int i = 0; i < 25; i++)
		story_ask(s, &e, (uint64_t)i % 4 + 1);
	visit(s, &e, REASON_RATE_LIMIT);
	s->ops->outcome(s, &e, OUTCOME_SUCCESS);
	c = collect(s, wish);
	CU_ASSERT_EQUAL_FATAL(c.rows, 1);
	CU_ASSERT_EQUAL(c.last.class, CLASS_DISCOVERED);
	CU_ASSERT_EQUAL(c.last.rate.count, 20);
	CU_ASSERT_EQUAL(c.last.period_us, SECOND);
	CU_ASSERT_EQUAL(c.last.rate_now, 20);
	CU_ASSERT_EQUAL(c.last.distinct_uris, 4);
	CU_ASSERT_EQUAL(c.last.limited_by, REASON_RATE_LIMIT);
	CU_ASSERT_EQUAL(c.last.limited_since_us, monotonic);
	CU_ASSERT_EQUAL(c.last.counts.verdicts[VERDICT_REFUSE], 1);
	CU_ASSERT_EQUAL(c.last.successes, 1);
	CU_ASSERT_STRING_EQUAL(c.source, "contoso.com");
	CU_ASSERT_STRING_EQUAL(c.subject, "CN=a");
	story_fail(s, &e);
	c = collect(s, wish);
	CU_ASSERT_EQUAL(c.last.class, CLASS_SUSPICIOUS);
	CU_ASSERT_EQUAL(c.last.rate.count, 1);
	CU_ASSERT_EQUAL(c.last.since_us, monotonic);
	CU_ASSERT_EQUAL(c.last.until_us, monotonic + HOUR);
	s->ops->close(s);
}

static bool is_odd(void *arg, const struct partner *partner)
{
	((struct collected *)arg)->asked_for++;
	return strchr("13579", partner->domain.text[1]) != NULL;
}

static void only_those_wanted(void)
{
	struct store *s = story_open(NULL, 100);
	struct collected c;
	char name[20];

	for (int i = 0; i < 10; i++) {
		struct entry e;

		snprintf(name, sizeof name, "p%d.example", i);
		e = story_discovered(name);
		story_ask(s, &e, 1);
	}
	c = collect(s, (struct store_wish){ .part = STORE_SEEN, .lately_us = HOUR, .wanted = is_odd });
	CU_ASSERT_EQUAL(c.asked_for, 10);
	CU_ASSERT_EQUAL(c.rows, 5);
	s->ops->close(s);
}

/* Rows are forgotten where the table is crowded; a profile tells of them yet. */
static void profiles_outlive_rows(void)
{
	struct store *s = story_open(NULL, 8);
	struct collected c;
	char name[20];

	for (int i = 0; i < 30; i++) {
		struct entry e;

		snprintf(name, sizeof name, "p%d.example", i);
		e = story_discovered(name);
		visit(s, &e, REASON_PACED);
		story_pass(SECOND);
		s->ops->tick(s);
	}
	c = collect(s, (struct store_wish){ .part = STORE_RESTRICTED });
	CU_ASSERT_EQUAL(c.rows, 30);
	CU_ASSERT_EQUAL(c.last.counts.verdicts[VERDICT_DELAY], 1);
	s->ops->close(s);
}

static void pages_are_short(void)
{
	struct store *s = story_open(NULL, 20000);
	struct collected c;
	char name[30];

	for (int i = 0; i < 10000; i++) {
		struct entry e;

		snprintf(name, sizeof name, "p%d.example", i);
		e = story_discovered(name);
		story_ask(s, &e, 1);
	}
	c = collect(s, (struct store_wish){ .part = STORE_SEEN, .lately_us = HOUR });
	CU_ASSERT_EQUAL(c.rows, 10000);
	CU_ASSERT_TRUE(c.pages >= 50);
	c = collect(s, (struct store_wish){ .part = STORE_RESTRICTED });
	CU_ASSERT_EQUAL(c.rows, 0);
	CU_ASSERT_TRUE(c.pages >= 5);
	s->ops->close(s);
}

CU_TestInfo walk_tests[] = {
	{ "a report is about who is watched, suspicious, or was limited lately", who_is_in_a_report },
	{ "a row tells all that is known of a partner", all_of_a_row },
	{ "only those are described that are wanted", only_those_wanted },
	{ "who was limited is told of though its row was forgotten", profiles_outlive_rows },
	{ "a page is a small part of a large table", pages_are_short },
	CU_TEST_INFO_NULL
};
