/* Looking changes nothing, and sees what a message would. */
#include <string.h>

#include "../../policy/peek.h"
#include "chance.h"
#include "unit.h"

#define STEPS 20000

struct life {
	struct chance chance;
	struct record own, provider;
	struct limits limits, provider_limits;
	int64_t now;
	unsigned admitted, refused, watched, suspicious;
};

static struct limits some_limits(struct chance *chance)
{
	return (struct limits){
		.rate = { 1 + chance_below(chance, 6), 1 + chance_below(chance, 12) },
		.suspicious_rate = { 1 + chance_below(chance, 6), 1 + chance_below(chance, 12) },
		.max_delay_us = chance_below(chance, 12), .max_waiting = chance_below(chance, 5), .ending_delay_us = chance_below(chance, 25),
		.distinct_uris = chance_below(chance, 6), .watch_window_us = 1 + chance_below(chance, 60),
		.watch_hold_us = 1 + chance_below(chance, 60),
		.watch_blocks = chance_below(chance, 2) ? WATCH_BLOCKS_ALL : WATCH_BLOCKS_NEW,
		.suspicion_window_us = 1 + chance_below(chance, 70), .suspicion_hold_us = chance_below(chance, 40),
		.min_responses = chance_below(chance, 6), .failure_share = 0.1 * chance_below(chance, 10) + 0.05,
	};
}

/* All octets that a record owns. */
static size_t image_of(const struct record *r, char *out, size_t room)
{
	const struct { const void *at; size_t size; } parts[] = {
		{ r, sizeof *r }, { r->window.slots, r->window.room * sizeof *r->window.slots },
		{ r->contacts.table, r->contacts.room * (sizeof(uint64_t) + sizeof(int64_t)) },
		{ r->standing.slots, r->standing.count * (sizeof(int64_t) + 2 * sizeof(uint32_t)) },
	};
	size_t size = 0;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (!parts[i].size || size + parts[i].size > room)
			continue;
		memcpy(out + size, parts[i].at, parts[i].size);
		size += parts[i].size;
	}
	return size;
}

static bool same_reading(struct reading a, struct reading b)
{
	/* Of a hold that ended the message itself tells. */
	b.stopped_watched = b.stopped_suspicious = b.provider_stopped_watched = false;
	return a.class == b.class && a.admitted == b.admitted && a.wait_us == b.wait_us && a.slot_us == b.slot_us &&
	    a.retry_us == b.retry_us && a.refused_until_us == b.refused_until_us && a.suspicious == b.suspicious &&
	    a.usual_decided == b.usual_decided && a.became_watched == b.became_watched && a.provider_decided == b.provider_decided &&
	    a.stopped_watched == b.stopped_watched && a.stopped_suspicious == b.stopped_suspicious &&
	    a.provider_stopped_watched == b.provider_stopped_watched && a.known == b.known;
}

static bool step(struct life *l)
{
	static char before[2][65536], after[2][65536];
	struct demand demand = {
		.target = chance_below(&l->chance, 9), .has_target = chance_below(&l->chance, 4), .ends_call = !chance_below(&l->chance, 5),
	};
	const struct limits *provider_limits = chance_below(&l->chance, 2) ? &l->provider_limits : NULL;
	size_t sizes[2] = { image_of(&l->own, before[0], 65536), image_of(&l->provider, before[1], 65536) };
	struct glimpse g;
	struct reading seen;

	peek(&g, &l->own, &l->limits, &l->provider, provider_limits, &demand, l->now);
	if (image_of(&l->own, after[0], 65536) != sizes[0] || memcmp(before[0], after[0], sizes[0]) ||
	    image_of(&l->provider, after[1], 65536) != sizes[1] || memcmp(before[1], after[1], sizes[1]))
		return false;
	seen = admit(&l->own, &l->limits, provider_limits ? &l->provider : NULL, provider_limits, &demand, l->now);
	l->admitted += seen.admitted;
	l->refused += !seen.admitted;
	l->watched += seen.became_watched;
	l->suspicious += seen.suspicious;
	return same_reading(g.seen, seen);
}

static void looks_and_changes_nothing(void)
{
	struct life l = { .chance = chance_new(), .now = 1000000 };
	bool good = true;

	record_init(&l.own);
	record_init(&l.provider);
	for (int i = 0; good && i < chance_rounds(STEPS); i++) {
		if (i % 200 == 0) {
			l.limits = some_limits(&l.chance);
			l.provider_limits = some_limits(&l.chance);
		}
		if (!chance_below(&l.chance, 3))
			l.now += chance_below(&l.chance, 12);
		if (!chance_below(&l.chance, 4))
			standing_record(&l.own.standing, &l.limits, chance_below(&l.chance, 2) ? OUTCOME_FAILURE : OUTCOME_SUCCESS, l.now);
		good = step(&l);
		if (!good)
			printf("step %d ", i);
	}
	CU_ASSERT_TRUE(good);
	CU_ASSERT_TRUE(l.admitted && l.refused && l.watched && l.suspicious);
	record_clear(&l.own);
	record_clear(&l.provider);
}

static void who_is_not_known_is_new(void)
{
	struct limits limits;
	struct demand demand = { .target = 7, .has_target = true };
	struct glimpse g;

	limits_default(&limits);
	peek(&g, NULL, &limits, NULL, &limits, &demand, 5);
	CU_ASSERT_TRUE(g.seen.known && g.seen.admitted && !g.seen.wait_us);
	CU_ASSERT_TRUE(!g.own.used && !g.own.distinct_uris && !g.own.target_known && !g.provider.used);
}

static void tells_the_figures(void)
{
	struct limits limits;
	struct demand demand = { .target = 7, .has_target = true };
	struct record r;
	struct glimpse g;

	limits_default(&limits);
	record_init(&r);
	for (int i = 0; i < 25; i++)
		admit(&r, &limits, NULL, NULL, &demand, 1000);
	standing_record(&r.standing, &limits, OUTCOME_FAILURE, 1000);
	peek(&g, &r, &limits, NULL, NULL, &demand, 1000);
	CU_ASSERT_EQUAL(g.own.used, 20);
	CU_ASSERT_EQUAL(g.own.waiting, 5);
	CU_ASSERT_EQUAL(g.own.distinct_uris, 1);
	CU_ASSERT_TRUE(g.own.target_known);
	CU_ASSERT_EQUAL(g.own.failures, 1);
	demand.target = 8;
	peek(&g, &r, &limits, NULL, NULL, &demand, 1000);
	CU_ASSERT_FALSE(g.own.target_known);
	record_clear(&r);
}

CU_TestInfo peek_tests[] = {
	{ "a look leaves every octet as it was, and hears what the message then hears", looks_and_changes_nothing },
	{ "who is not known is looked at as one that is new", who_is_not_known_is_new },
	{ "a look tells what is counted", tells_the_figures },
	CU_TEST_INFO_NULL
};
