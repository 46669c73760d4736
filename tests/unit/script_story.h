/* What the tests of the scripts tell their stories with: a Redis, messages, merges. */
#ifndef TESTS_UNIT_SCRIPT_STORY_H
#define TESTS_UNIT_SCRIPT_STORY_H

#include "store_story.h"
#include "twin_redis.h"

#define NOW   INT64_C(2000000000000000)
#define EDGE  "edge1.example"
#define HOLDS(h) ((h).watched_until_us || (h).suspicious_until_us)

static inline const struct siphash_key *pool_key(void)
{
	static const struct siphash_key key = { "0123456789abcde" };

	return &key;
}

/* Each test file has its own. */
static struct twin_redis redis;

static inline void begin(void)
{
	redis = twin_redis_start();
}

static inline void end(void)
{
	twin_redis_stop(&redis);
}

static inline struct script_reading ask(const struct entry *e, uint64_t target, int64_t now)
{
	const struct demand demand = { .target = target, .has_target = target != 0 };

	return twin_admit(&redis, e, &demand, true, now);
}

static inline unsigned fill(const struct entry *e, unsigned count, int64_t now)
{
	unsigned at_once = 0;

	for (unsigned i = 0; i < count; i++) {
		struct script_reading r = ask(e, 0, now);

		at_once += r.seen.admitted && !r.seen.wait_us;
	}
	return at_once;
}

static inline struct script_reading enumerate(const struct entry *e, int64_t *now)
{
	struct script_reading r = { .now_us = 0 };

	for (uint64_t target = 1; target <= e->limits.distinct_uris + 1; target++) {
		*now += SECOND;
		r = ask(e, target, *now);
	}
	return r;
}

static inline int64_t text_integer(const char *command)
{
	return twin_ask(&redis, command);
}

static inline struct script_standing merge(const struct entry *e, const struct script_merge *m, int64_t now)
{
	struct script_call call;

	script_merge(&call, EDGE, &e->partner, &e->limits, m, now);
	return twin_standing(&redis, &call);
}

static inline void pack(char *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(value >> (8 * i));
}

#endif
