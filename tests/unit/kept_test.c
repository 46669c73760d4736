/* What the embedded store keeps in files: over a crash, a clean stop, a wrong
 * clock, a full disk, another edge. Files that are not as they should be: restore_test.c. */
#include <sys/stat.h>

#include "unit.h"

#include "kept_story.h"

static void survives_a_crash(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");

	story_crash(file, story_restrict);
	for (int i = 0; i < 3; i++) {
		struct store *s = story_open(file, 100);

		CU_ASSERT_EQUAL(story_class(s, "dwatched.example"), CLASS_WATCHED);
		CU_ASSERT_EQUAL(story_class(s, "dfailing.example"), CLASS_SUSPICIOUS);
		CU_ASSERT_EQUAL(story_find(s, NULL).restricted, 2);
		s->ops->close(s);
	}
	scratch_free(&d);
}

static void let_go(struct store *s)
{
	struct entry freed = story_discovered("freed.example");

	s->ops->release(s, &freed.partner);
}

static void nothing(struct store *s)
{
	(void)s;
}

/* The set of the last snapshot is not to come back after a release, however
 * often the edge crashes. */
static void release_survives(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");
	struct entry freed = story_discovered("freed.example");
	struct store *s = story_open(file, 100);

	for (uint64_t target = 1; target <= 10; target++)
		story_ask(s, &freed, target);
	story_fail(s, &freed);
	s->ops->close(s);
	story_crash(file, let_go);
	story_crash(file, nothing);
	s = story_open(file, 100);
	CU_ASSERT_EQUAL(story_class(s, "dfreed.example"), CLASS_DISCOVERED);
	CU_ASSERT_EQUAL(story_find(s, "dfreed.example").row.distinct_uris, 0);
	s->ops->close(s);
	scratch_free(&d);
}

static void decide(struct store *s, enum order_list list, const char *domain, int64_t for_us)
{
	struct order o = { .list = list };

	domain_parse(&o.domain, domain, strlen(domain));
	domain_parse(&o.edge, "edge1.example.com", strlen("edge1.example.com"));
	order_set_who(&o, "alice");
	o.made_us = orders_stamp(s->orders, &o.domain, s->clock_us(s) + s->wall_ahead_us);
	o.until_us = for_us ? o.made_us + for_us : 0;
	CU_ASSERT_EQUAL(s->ops->order(s, &o), ORDERS_TAKEN);
}

static bool decided(struct store *s, enum order_list list, const char *domain)
{
	const struct order *o = orders_find(s->orders, domain);

	return o && orders_holds(o) && o->list == list;
}

static void decide_some(struct store *s)
{
	decide(s, ORDER_ALLOW, "contoso.example", HOUR);
	decide(s, ORDER_BLOCK, "spim.example", 0);
	decide(s, ORDER_BLOCK, "fabrikam.example", 0);
	decide(s, ORDER_UNBLOCK, "fabrikam.example", 0);
}

static void decisions_survive(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");

	story_crash(file, decide_some);
	for (int i = 0; i < 3; i++) {
		struct store *s = story_open(file, 100);

		CU_ASSERT_TRUE(decided(s, ORDER_ALLOW, "contoso.example"));
		CU_ASSERT_TRUE(decided(s, ORDER_BLOCK, "spim.example"));
		CU_ASSERT_PTR_NOT_NULL(orders_find(s->orders, "fabrikam.example"));
		CU_ASSERT_EQUAL(orders_in_effect(s->orders), 2);
		s->ops->close(s);
	}
	scratch_free(&d);
}

/* What is left of its time is at most the whole of it. */
static void decisions_and_clocks(void)
{
	static const int64_t steps[] = { -100000 * HOUR, -HOUR / 2, 0, HOUR / 2, HOUR, 100000 * HOUR };

	int64_t usual = wall;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct scratch d = scratch_new();
		const char *file = scratch_name(&d, "state");
		const struct order *o;
		int64_t now;
		struct store *s;

		wall = 500000 * HOUR;
		story_crash(file, decide_some);
		wall += steps[i];
		s = story_open(file, 100);
		now = s->clock_us(s) + s->wall_ahead_us;
		o = orders_find(s->orders, "contoso.example");
		CU_ASSERT_PTR_NOT_NULL_FATAL(o);
		CU_ASSERT_TRUE(o->until_us - now <= HOUR);
		CU_ASSERT_EQUAL(orders_holds(o), steps[i] < HOUR);
		CU_ASSERT_TRUE(decided(s, ORDER_BLOCK, "spim.example"));
		s->ops->close(s);
		scratch_free(&d);
	}
	wall = usual;
}

/* The clock is set while the edge runs: what is for an hour is so by the clock that there is then. */
static void decisions_follow_the_clock(void)
{
	static const int64_t steps[] = { -8 * HOUR, 8 * HOUR };
	int64_t usual = wall;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct scratch d = scratch_new();
		const char *file = scratch_name(&d, "state");
		struct store *s;

		wall = 500000 * HOUR;
		s = story_open(file, 100);
		wall += steps[i];
		s->ops->tick(s);
		decide_some(s);
		CU_ASSERT_EQUAL(orders_find(s->orders, "contoso.example")->until_us, wall + HOUR);
		s->ops->close(s);
		s = story_open(file, 100);
		CU_ASSERT_TRUE(decided(s, ORDER_ALLOW, "contoso.example"));
		s->ops->close(s);
		scratch_free(&d);
	}
	wall = usual;
}

static void clean_stop(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");
	struct store *s = story_open(file, 100);
	struct entry e = story_discovered("a.example"), slow = story_allowed("slow.example", 2, 300 * SECOND);
	struct siphash_key key = s->target_key;
	struct story_search found;

	for (uint64_t target = 1; target <= 9; target++)
		story_ask(s, &e, target);
	for (int i = 0; i < 9; i++)
		s->ops->outcome(s, &e, i < 5 ? OUTCOME_SUCCESS : OUTCOME_FAILURE);
	story_count(s, &e, REASON_WATCH_LIST);
	for (int i = 0; i < 31; i++)
		story_ask(s, &e, 0);
	story_ask(s, &slow, 0);
	story_ask(s, &slow, 0);
	s->ops->close(s);
	monotonic -= 1000 * HOUR; /* the machine was started again */
	wall += SECOND / 2;
	s = story_open(file, 100);
	found = story_find(s, "da.example");
	CU_ASSERT_EQUAL(found.row.distinct_uris, 9);
	CU_ASSERT_EQUAL(found.row.successes, 5);
	CU_ASSERT_EQUAL(found.row.failures, 4);
	CU_ASSERT_EQUAL(found.row.counts.verdicts[VERDICT_REFUSE], 1);
	CU_ASSERT_EQUAL(memcmp(&key, &s->target_key, sizeof(key)), 0);
	/* Twenty went at 0 and twenty are to go at 1 s. */
	CU_ASSERT_EQUAL(story_ask(s, &e, 9).wait_us, 3 * SECOND / 2);
	CU_ASSERT_FALSE(story_ask(s, &slow, 0).admitted);
	CU_ASSERT_TRUE(story_ask(s, &e, 10).admitted);
	CU_ASSERT_TRUE(story_ask(s, &e, 11).became_watched);
	s->ops->close(s);
	scratch_free(&d);
}

static void tenants_stay_counted(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");
	struct store *s = story_open(file, 100);
	struct entry a = story_tenant("a.example"), b = story_tenant("b.example"), c = story_tenant("c.example");
	struct entry one_more = story_tenant("d.example");

	story_ask(s, &a, 1);
	story_ask(s, &b, 1);
	story_ask(s, &c, 1);
	s->ops->close(s);
	story_pass(23 * HOUR);
	s = story_open(file, 100);
	CU_ASSERT_EQUAL(story_find(s, "phosted").row.tenants, 3);
	story_ask(s, &one_more, 1);
	CU_ASSERT_FALSE(story_find(s, "thosted/d.example").found);
	story_pass(2 * HOUR);
	s->ops->tick(s);
	CU_ASSERT_EQUAL(story_find(s, "phosted").row.tenants, 0);
	s->ops->close(s);
	scratch_free(&d);
}

/* The longest that any restriction still lasts. */
static void longest(void *arg, const struct store_row *row)
{
	int64_t *most_us = arg;

	if (row->class != CLASS_WATCHED && row->class != CLASS_SUSPICIOUS)
		return;
	CU_ASSERT_TRUE(row->since_us <= monotonic);
	if (row->until_us - monotonic > *most_us)
		*most_us = row->until_us - monotonic;
}

static void wrong_clock(void)
{
	static const int64_t steps[] = { -100000 * HOUR, -5 * HOUR, -1, 0, 5 * HOUR, 23 * HOUR, 100000 * HOUR, INT64_MAX / 2 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct scratch d = scratch_new();
		const char *file = scratch_name(&d, "state");
		struct entry e = story_discovered("busy.example");
		int64_t before = wall, most_us = 0;
		struct store *s;

		story_crash(file, story_restrict);
		s = story_open(file, 100);
		for (uint64_t target = 0; target < 40; target++)
			story_ask(s, &e, target % 5);
		s->ops->close(s);
		wall += steps[i];
		s = story_open(file, 100);
		story_walk(s, STORE_RESTRICTED, longest, &most_us);
		CU_ASSERT_TRUE(most_us <= 24 * HOUR);
		CU_ASSERT_EQUAL(most_us > 0, steps[i] < 24 * HOUR);
		story_pass(2 * SECOND);
		CU_ASSERT_TRUE(story_ask(s, &e, 1).admitted);
		story_pass(24 * HOUR);
		s->ops->tick(s);
		CU_ASSERT_EQUAL(story_find(s, NULL).restricted, 0);
		s->ops->close(s);
		wall = before;
		scratch_free(&d);
	}
}

/* Opens copies of the files as they are now: what a crash would leave. */
static struct store *open_copies(struct scratch *d)
{
	static const char *const names[][2] = { { "state", "copy" }, { "state.journal", "copy.journal" } };

	for (int i = 0; i < 2; i++) {
		size_t size;
		char *octets = scratch_read(scratch_name(d, names[i][0]), &size);

		CU_ASSERT_PTR_NOT_NULL_FATAL(octets);
		scratch_write(scratch_name(d, names[i][1]), octets, size);
		free(octets);
	}
	return story_open(scratch_name(d, "copy"), 100);
}

static void full_disk(void)
{
	struct scratch d = scratch_new();
	struct store *s = story_open(scratch_name(&d, "state"), 100), *after;
	struct entry e = story_discovered("late.example"), next = story_discovered("next.example");
	struct store_health health;
	size_t size;

	story_restrict(s);
	free(scratch_read(scratch_name(&d, "state.journal"), &size));
	scratch_limit((long)size + 20);
	CU_ASSERT_TRUE(story_enumerate(s, &e).became_watched);
	s->ops->health(s, &health);
	CU_ASSERT_FALSE(health.keeps);
	CU_ASSERT_EQUAL(health.unkept, 1);
	CU_ASSERT_STRING_NOT_EQUAL(health.trouble, "");
	CU_ASSERT_EQUAL(story_class(s, "dlate.example"), CLASS_WATCHED);
	scratch_limit(-1);
	/* Half a record must not stand before what is written next. */
	CU_ASSERT_TRUE(story_enumerate(s, &next).became_watched);
	after = open_copies(&d);
	CU_ASSERT_EQUAL(story_class(after, "dnext.example"), CLASS_WATCHED);
	after->ops->close(after);
	CU_ASSERT_TRUE(story_recovers(s));
	after = open_copies(&d);
	CU_ASSERT_EQUAL(story_class(after, "dlate.example"), CLASS_WATCHED);
	CU_ASSERT_EQUAL(story_find(after, NULL).restricted, 4);
	after->ops->close(after);
	s->ops->close(s);
	scratch_free(&d);
}

static void missing_directory(void)
{
	struct scratch d = scratch_new();
	char file[160];
	struct store *s;
	struct entry e = story_discovered("a.example");
	struct store_health health;

	snprintf(file, sizeof(file), "%s/state", scratch_name(&d, "later"));
	s = story_open(file, 100);
	s->ops->health(s, &health);
	CU_ASSERT_FALSE(health.keeps);
	CU_ASSERT_TRUE(story_enumerate(s, &e).became_watched);
	CU_ASSERT_EQUAL(mkdir(scratch_name(&d, "later"), 0700), 0);
	CU_ASSERT_TRUE(story_recovers(s));
	s->ops->close(s);
	s = story_open(file, 100);
	CU_ASSERT_EQUAL(story_class(s, "da.example"), CLASS_WATCHED);
	s->ops->close(s);
	snprintf(d.directory + strlen(d.directory), sizeof(d.directory) - strlen(d.directory), "/later");
	scratch_free(&d);
	*strrchr(d.directory, '/') = '\0';
	scratch_free(&d);
}

static void one_at_a_time(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");
	struct store *first = story_open(file, 100), *second;
	struct entry a = story_discovered("a.example"), b = story_discovered("b.example");
	struct store_health health;

	story_enumerate(first, &a);
	second = story_open(file, 100);
	second->ops->health(second, &health);
	CU_ASSERT_FALSE(health.keeps);
	CU_ASSERT_PTR_NOT_NULL(strstr(health.trouble, "another daemon"));
	story_enumerate(second, &b);
	CU_ASSERT_EQUAL(story_class(second, "da.example"), CLASS_NONE);
	first->ops->close(first);
	CU_ASSERT_TRUE(story_recovers(second));
	CU_ASSERT_EQUAL(story_class(second, "da.example"), CLASS_WATCHED);
	CU_ASSERT_EQUAL(story_class(second, "db.example"), CLASS_WATCHED);
	second->ops->close(second);
	first = story_open(file, 100);
	CU_ASSERT_EQUAL(story_find(first, NULL).restricted, 2);
	first->ops->close(first);
	scratch_free(&d);
}

/* A partner that becomes watched and is let go, again and again, fills the journal. */
static void stays_small(void)
{
	struct scratch d = scratch_new();
	struct store *s = story_open(scratch_name(&d, "state"), 100), *after;
	struct entry e = story_discovered("a.example"), b = story_discovered("b.example");
	struct stat about = { .st_size = 0 };

	e.limits.distinct_uris = 1;
	for (int i = 0; i < 9000; i++) {
		story_enumerate(s, &e);
		s->ops->release(s, &e.partner);
	}
	stat(scratch_name(&d, "state.journal"), &about);
	CU_ASSERT_TRUE(about.st_size > 1048576);
	for (int i = 0; i < 500 && about.st_size > 1048576; i++) {
		story_pass(SECOND);
		s->ops->tick(s);
		if (i == 0)
			story_enumerate(s, &b); /* while the child is at work */
		usleep(10000);
		stat(scratch_name(&d, "state.journal"), &about);
	}
	CU_ASSERT_TRUE(about.st_size < 1000);
	after = open_copies(&d);
	CU_ASSERT_EQUAL(story_class(after, "da.example"), CLASS_DISCOVERED);
	CU_ASSERT_EQUAL(story_class(after, "db.example"), CLASS_WATCHED);
	after->ops->close(after);
	s->ops->close(s);
	scratch_free(&d);
}

static void now_and_then(void)
{
	struct scratch d = scratch_new();
	const char *file = scratch_name(&d, "state");
	struct store *s = story_open(file, 100), *after;
	struct entry e = story_discovered("a.example");
	struct stat first, now;

	stat(file, &first);
	story_ask(s, &e, 1);
	story_pass(299 * SECOND);
	s->ops->tick(s);
	usleep(20000);
	stat(file, &now);
	CU_ASSERT_EQUAL(first.st_ino, now.st_ino);
	for (int i = 0; i < 500 && now.st_size == first.st_size; i++) {
		story_pass(SECOND);
		s->ops->tick(s);
		usleep(10000);
		stat(file, &now);
	}
	CU_ASSERT_TRUE(now.st_size > first.st_size);
	after = open_copies(&d);
	CU_ASSERT_EQUAL(story_find(after, "da.example").row.distinct_uris, 1);
	after->ops->close(after);
	s->ops->close(s);
	scratch_free(&d);
}

CU_TestInfo kept_tests[] = {
	{ "a restriction survives a crash at any time after it, and each start", survives_a_crash },
	{ "a release survives, and the released set stays empty", release_survives },
	{ "an operator's decision survives a crash right behind it, and each start", decisions_survive },
	{ "no setting of the wall clock lengthens a decision that has a time", decisions_and_clocks },
	{ "a decision is for so long by the clock as it was set last", decisions_follow_the_clock },
	{ "a clean stop keeps sets, answers, counts, slots and the key of the targets", clean_stop },
	{ "tenants stay counted over a restart, for their window", tenants_stay_counted },
	{ "no setting of the wall clock lengthens a restriction", wrong_clock },
	{ "a full disk stops nothing, and everything is written when there is room", full_disk },
	{ "a directory that is missing is used as soon as it is there", missing_directory },
	{ "a second edge keeps nothing until the first one ends, then everything", one_at_a_time },
	{ "the journal is made anew when it is mostly history", stays_small },
	{ "a snapshot is written now and then", now_and_then },
	CU_TEST_INFO_NULL
};
