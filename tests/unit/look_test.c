/* Looking changes nothing in either store: all that Redis holds is the same octet by octet, with the same
 * expiry; and of the embedded store nothing that it tells. */
#include "unit.h"

#include "script_story.h"

#define LOOKS 1000
#define WORDS_MAX (1 << 20)

/* All keys in their order, what they hold and when they end. */
static size_t picture(char *out)
{
	static const char script[] = "local all = redis.call('KEYS', '*') table.sort(all) local out = {} "
	    "for i, key in ipairs(all) do out[i] = key .. redis.call('DUMP', key) .. redis.call('PEXPIRETIME', key) end return table.concat(out)";
	redisReply *reply = redisCommand(redis.link, "EVAL %s 0", script);
	size_t size = reply->type == REDIS_REPLY_STRING ? (size_t)reply->len : 0;

	CU_ASSERT_FATAL(size > 0 && size < WORDS_MAX);
	memcpy(out, reply->str, size);
	freeReplyObject(reply);
	return size;
}

/* A watched one, a suspicious one, one that waits, tenants of a provider, and strangers. */
static void look_a_thousand_times(struct entry *const *entries, size_t count, int64_t now)
{
	for (int i = 0; i < LOOKS; i++) {
		struct demand demand = { .target = (uint64_t)i % 13, .has_target = i % 3, .ends_call = i % 5 == 0 };
		struct script_glimpse got = twin_peek(&redis, entries[(size_t)i % count], &demand, i % 7, now + i * SECOND / 50);

		CU_ASSERT_TRUE(got.now_us > 0);
	}
}

static void redis_is_as_it_was(void)
{
	static char before[WORDS_MAX], after[WORDS_MAX];
	struct entry watched = story_discovered("w.example"), suspicious = story_discovered("s.example"), busy = story_discovered("b.example");
	struct entry tenant = story_tenant("one.example"), other = story_tenant("two.example"), stranger = story_discovered("x.example");
	struct entry *entries[] = { &watched, &suspicious, &busy, &tenant, &other, &stranger };
	int64_t now = NOW;
	size_t size;

	begin();
	tenant.max_tenants = other.max_tenants = 1;
	CU_ASSERT_TRUE(enumerate(&watched, &now).seen.became_watched);
	fill(&busy, 40, now);
	CU_ASSERT_TRUE(twin_outcome(&redis, &suspicious, "ffffffffffffffffffffffffffffff", 30, now).became_suspicious);
	ask(&suspicious, 3, now);
	ask(&tenant, 4, now);
	watched.limits.rate.period_us *= 3; /* the law has changed since: what it makes forgotten is there yet */
	suspicious.limits.suspicion_window_us /= 2;
	size = picture(before);
	look_a_thousand_times(entries, 6, now + 24 * HOUR - 10 * SECOND); /* the hold ends meanwhile */
	CU_ASSERT_TRUE(picture(after) == size && memcmp(before, after, size) == 0);
	CU_ASSERT_EQUAL(text_integer("EXISTS fg:1:{dx.example}:s"), 0);
	end();
}

static void redis_looks_at_who_is_new(void)
{
	struct entry e = story_discovered("x.example"), t = story_tenant("two.example"), first = story_tenant("one.example");
	struct demand demand = { .target = 5, .has_target = true };
	struct script_glimpse got;

	begin();
	got = twin_peek(&redis, &e, &demand, true, NOW);
	CU_ASSERT_TRUE(got.created && got.glimpse.seen.admitted && !got.glimpse.own.used);
	CU_ASSERT_TRUE(twin_peek(&redis, &e, &demand, false, NOW).unknown);
	first.max_tenants = t.max_tenants = 1;
	ask(&first, 1, NOW);
	CU_ASSERT_TRUE(twin_peek(&redis, &t, &demand, true, NOW).shared);
	CU_ASSERT_FALSE(twin_peek(&redis, &first, &demand, true, NOW).shared);
	CU_ASSERT_FALSE(twin_peek(&redis, &t, &demand, true, NOW + 25 * HOUR).shared); /* the first one's place is free by then */
	end();
}

/* --- the embedded store --- */

static void take_glimpse(void *arg, const struct glimpse *g, bool apart)
{
	CU_ASSERT_FALSE(apart);
	*(struct glimpse *)arg = *g;
}

static struct glimpse look(struct store *s, const struct entry *e, uint64_t target)
{
	struct demand demand = { .target = target, .has_target = target != 0 };
	struct glimpse g;

	s->ops->peek(s, e, &demand, take_glimpse, &g);
	return g;
}

static bool same_reading(const struct reading *a, const struct reading *b)
{
	return a->class == b->class && a->admitted == b->admitted && a->wait_us == b->wait_us && a->retry_us == b->retry_us
	    && a->refused_until_us == b->refused_until_us && a->became_watched == b->became_watched && a->common == b->common;
}

static void memory_is_as_it_was(void)
{
	struct store *s = story_open("", 4), *twin = story_open("", 4);
	struct entry names[] = { story_discovered("a.example"), story_discovered("b.example"), story_tenant("one.example"),
		story_discovered("c.example"), story_discovered("d.example") };
	bool same = true;

	for (int i = 0; i < LOOKS; i++) {
		const struct entry *e = &names[i % 5];
		struct glimpse g = look(s, e, (uint64_t)i % 17);
		struct reading one = story_ask(s, e, (uint64_t)i % 17), other = story_ask(twin, e, (uint64_t)i % 17);

		for (int more = 0; more < 3; more++)
			look(s, &names[more], (uint64_t)more);
		same = same && same_reading(&one, &other) && (one.common || same_reading(&g.seen, &one));
		story_pass(SECOND / 20);
	}
	CU_ASSERT_TRUE(same);
	CU_ASSERT_EQUAL(story_find(s, NULL).rows, story_find(twin, NULL).rows);
	s->ops->close(s);
	twin->ops->close(twin);
}

static void memory_makes_nobody_known(void)
{
	struct store *s = story_open("", 1);
	struct entry a = story_discovered("a.example"), b = story_discovered("b.example");

	CU_ASSERT_TRUE(look(s, &a, 1).seen.admitted);
	CU_ASSERT_EQUAL(story_find(s, NULL).rows, 0);
	story_ask(s, &a, 1);
	CU_ASSERT_TRUE(look(s, &b, 1).seen.common);
	CU_ASSERT_EQUAL(look(s, &a, 1).own.distinct_uris, 1);
	CU_ASSERT_EQUAL(story_find(s, NULL).rows, 1);
	s->ops->close(s);
}

CU_TestInfo look_tests[] = {
	{ "a thousand looks leave Redis as it was, octet by octet", redis_is_as_it_was },
	{ "who is new to Redis is looked at as such, and stays unknown", redis_looks_at_who_is_new },
	{ "a store that is looked at decides as its twin that is not", memory_is_as_it_was },
	{ "a look makes nobody known", memory_makes_nobody_known },
	CU_TEST_INFO_NULL
};
