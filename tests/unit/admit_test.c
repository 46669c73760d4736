/* Rows 7 to 10: a few told by hand, then random lives against the plain model. */
#include "unit.h"

#include "../../policy/admit.h"
#include "admit_model.h"
#include "chance.h"

#define SECOND INT64_C(1000000)

static const struct limits usual = {
	.rate = { 20, SECOND }, .suspicious_rate = { 1, SECOND },
	.max_delay_us = 2 * SECOND, .max_waiting = 64, .ending_delay_us = 5 * SECOND,
	.distinct_uris = 1000, .watch_window_us = 86400 * SECOND, .watch_hold_us = 86400 * SECOND,
	.suspicion_window_us = 300 * SECOND, .suspicion_hold_us = 3600 * SECOND,
	.min_responses = 20, .failure_share = 0.5,
};

static const struct demand plain = { 0, false, false };
static const struct demand ending = { 0, false, true };

static struct reading ask(struct record *r, const struct limits *limits, const struct demand *demand, int64_t now)
{
	return admit(r, limits, NULL, NULL, demand, now);
}

static struct reading name(struct record *r, const struct limits *limits, uint64_t target, int64_t now)
{
	const struct demand demand = { target, true, false };

	return ask(r, limits, &demand, now);
}

static void fill(struct record *r, const struct limits *limits, int messages, int64_t now)
{
	while (messages-- > 0)
		CU_ASSERT_TRUE(ask(r, limits, &plain, now).admitted);
}

static void tokens(void)
{
	static const char *const told[CLASSES] = { "none", "allowed", "discovered", "suspicious", "watched", "blocked" };

	for (int class = 0; class < CLASSES; class++)
		CU_ASSERT_STRING_EQUAL(class_token((enum class)class), told[class]);
}

static void inclusive(void)
{
	struct limits limits = usual;
	struct reading seen;
	struct record r;

	record_init(&r);
	limits.max_delay_us = SECOND;
	fill(&r, &limits, 20, 0);
	seen = ask(&r, &limits, &plain, 0);
	CU_ASSERT_TRUE(seen.admitted && seen.known);
	CU_ASSERT_EQUAL(seen.wait_us, SECOND);
	record_clear(&r);
	fill(&r, &limits, 20, 0);
	limits.max_delay_us = SECOND - 1;
	seen = ask(&r, &limits, &plain, 0);
	CU_ASSERT_FALSE(seen.admitted);
	CU_ASSERT_EQUAL(seen.retry_us, SECOND);
	CU_ASSERT_EQUAL(seen.refused_until_us, 1);
	CU_ASSERT_TRUE(ask(&r, &limits, &plain, 1).admitted);
	record_clear(&r);
}

static void no_pacing(void)
{
	struct limits limits = usual;
	struct record r;
	struct reading seen;

	record_init(&r);
	limits.max_delay_us = 0;
	fill(&r, &limits, 20, -5);
	seen = ask(&r, &limits, &plain, -5);
	CU_ASSERT_FALSE(seen.admitted);
	CU_ASSERT_EQUAL(seen.refused_until_us, SECOND - 5);
	CU_ASSERT_FALSE(ask(&r, &limits, &plain, SECOND - 6).admitted);
	seen = ask(&r, &limits, &plain, SECOND - 5);
	CU_ASSERT_TRUE(seen.admitted && !seen.wait_us);
	record_clear(&r);
}

static void sixty_four(void)
{
	struct limits limits = usual;
	struct record r;
	struct reading seen;

	record_init(&r);
	limits.rate.count = 100;
	fill(&r, &limits, 164, 0);
	seen = ask(&r, &limits, &plain, SECOND / 2);
	CU_ASSERT_FALSE(seen.admitted);
	CU_ASSERT_EQUAL(seen.retry_us, SECOND / 2);
	CU_ASSERT_EQUAL(seen.refused_until_us, SECOND);
	for (int i = 0; i < 64; i++)
		CU_ASSERT_TRUE(ask(&r, &limits, &ending, SECOND / 2).admitted);
	CU_ASSERT_FALSE(ask(&r, &limits, &ending, SECOND / 2).admitted);
	record_clear(&r);
}

static void ends_call(void)
{
	struct record r;
	struct reading seen;

	record_init(&r);
	fill(&r, &usual, 60, 0);
	CU_ASSERT_FALSE(ask(&r, &usual, &plain, 0).admitted);
	for (int i = 0; i < 60; i++)
		CU_ASSERT_EQUAL(ask(&r, &usual, &ending, 0).wait_us, (3 + i / 20) * SECOND);
	seen = ask(&r, &usual, &ending, 0);
	CU_ASSERT_FALSE(seen.admitted);
	CU_ASSERT_EQUAL(seen.retry_us, 6 * SECOND);
	CU_ASSERT_EQUAL(seen.refused_until_us, 0);
	record_clear(&r);
}

static void watched_all(void)
{
	struct limits limits = usual;
	struct record r;
	struct reading seen;

	record_init(&r);
	limits.distinct_uris = 2;
	CU_ASSERT_TRUE(name(&r, &limits, 1, 0).admitted);
	CU_ASSERT_TRUE(name(&r, &limits, 2, 1).admitted);
	CU_ASSERT_TRUE(name(&r, &limits, 1, 2).admitted);
	seen = name(&r, &limits, 3, 3);
	CU_ASSERT_TRUE(!seen.admitted && seen.became_watched && seen.class == CLASS_WATCHED);
	CU_ASSERT_EQUAL(seen.refused_until_us, limits.watch_hold_us + 3);
	CU_ASSERT_EQUAL(seen.retry_us, 0);
	CU_ASSERT_EQUAL(r.window.count, 3);
	CU_ASSERT_EQUAL(r.watched_since_us, 3);
	CU_ASSERT_PTR_NULL(r.contacts.table);
	seen = name(&r, &limits, 1, 4);
	CU_ASSERT_TRUE(!seen.admitted && !seen.became_watched && seen.class == CLASS_WATCHED);
	CU_ASSERT_TRUE(ask(&r, &limits, &ending, 4).admitted);
	CU_ASSERT_FALSE(ask(&r, &limits, &plain, limits.watch_hold_us + 2).admitted);
	seen = name(&r, &limits, 4, limits.watch_hold_us + 3);
	CU_ASSERT_TRUE(seen.admitted && seen.stopped_watched && seen.class == CLASS_DISCOVERED);
	CU_ASSERT_EQUAL(r.contacts.count, 1);
	record_clear(&r);
}

static void watched_new(void)
{
	struct limits limits = usual;
	struct record r;
	struct reading seen;

	record_init(&r);
	limits.distinct_uris = 2;
	limits.watch_window_us = 10;
	limits.watch_blocks = WATCH_BLOCKS_NEW;
	name(&r, &limits, 1, 0);
	name(&r, &limits, 2, 0);
	seen = name(&r, &limits, 3, 9);
	CU_ASSERT_TRUE(!seen.admitted && seen.became_watched);
	CU_ASSERT_EQUAL(seen.refused_until_us, 0);
	seen = name(&r, &limits, 1, 100);
	CU_ASSERT_TRUE(seen.admitted && seen.class == CLASS_WATCHED);
	CU_ASSERT_TRUE(ask(&r, &limits, &plain, 100).admitted);
	CU_ASSERT_FALSE(name(&r, &limits, 3, 100).admitted);
	record_expire(&r, &limits, 1000);
	CU_ASSERT_EQUAL(r.contacts.count, 2);
	record_clear(&r);
}

static void out_of_window(void)
{
	struct limits limits = usual;
	struct record r;

	record_init(&r);
	limits.distinct_uris = 2;
	name(&r, &limits, 1, 0);
	name(&r, &limits, 2, 5);
	CU_ASSERT_TRUE(name(&r, &limits, 3, limits.watch_window_us).admitted);
	CU_ASSERT_TRUE(name(&r, &limits, 3, limits.watch_window_us + 4).admitted);
	CU_ASSERT_FALSE(name(&r, &limits, 4, limits.watch_window_us + 4).admitted);
	record_clear(&r);
}

static void delayed_then_watched(void)
{
	struct limits limits = usual;
	struct record r;

	record_init(&r);
	limits.distinct_uris = 20;
	for (uint64_t i = 0; i < 20; i++)
		name(&r, &limits, i, 0);
	CU_ASSERT_TRUE(name(&r, &limits, 99, 0).became_watched);
	CU_ASSERT_EQUAL(r.window.count, 20);
	record_clear(&r);
}

static void refused_names_nothing(void)
{
	struct limits limits = usual;
	struct record r;

	record_init(&r);
	limits.max_delay_us = 0;
	for (uint64_t i = 0; i < 100; i++)
		name(&r, &limits, i, 0);
	CU_ASSERT_EQUAL(r.contacts.count, 20);
	CU_ASSERT_EQUAL(r.window.count, 20);
	record_clear(&r);
}

static void release(void)
{
	struct limits limits = usual;
	struct record r;

	record_init(&r);
	limits.distinct_uris = 1;
	name(&r, &limits, 1, 0);
	name(&r, &limits, 2, 0);
	for (int i = 0; i < 20; i++)
		standing_record(&r.standing, &limits, OUTCOME_FAILURE, 0);
	CU_ASSERT_TRUE(r.watched && r.standing.suspicious);
	record_release(&r);
	CU_ASSERT_TRUE(!r.watched && !r.standing.suspicious);
	CU_ASSERT_EQUAL(r.contacts.count, 0);
	CU_ASSERT_EQUAL(r.window.count, 1);
	CU_ASSERT_EQUAL(name(&r, &limits, 2, 0).class, CLASS_DISCOVERED);
	record_clear(&r);
}

static void forgotten(void)
{
	struct limits limits = usual;
	struct record r;
	const int64_t day = usual.watch_window_us;

	record_init(&r);
	CU_ASSERT_TRUE(record_expire(&r, &limits, 0));
	limits.suspicious_rate.period_us = 10 * SECOND;
	fill(&r, &limits, 1, 0);
	CU_ASSERT_FALSE(record_expire(&r, &limits, 10 * SECOND - 1));
	CU_ASSERT_TRUE(record_expire(&r, &limits, 10 * SECOND));
	name(&r, &limits, 1, 0);
	CU_ASSERT_FALSE(record_expire(&r, &limits, day - 1));
	CU_ASSERT_TRUE(record_expire(&r, &limits, day));
	standing_record(&r.standing, &limits, OUTCOME_SUCCESS, 0);
	CU_ASSERT_FALSE(record_expire(&r, &limits, 290 * SECOND));
	CU_ASSERT_TRUE(record_expire(&r, &limits, 300 * SECOND));
	for (int i = 0; i < 20; i++)
		standing_record(&r.standing, &limits, OUTCOME_FAILURE, 0);
	CU_ASSERT_FALSE(record_expire(&r, &limits, 3600 * SECOND - 1));
	CU_ASSERT_TRUE(record_expire(&r, &limits, 3600 * SECOND));
	limits.distinct_uris = 1;
	name(&r, &limits, 1, 0);
	name(&r, &limits, 2, 0);
	CU_ASSERT_FALSE(record_expire(&r, &limits, day - 1));
	CU_ASSERT_TRUE(record_expire(&r, &limits, day));
	CU_ASSERT_PTR_NULL(r.window.slots);
}

static void own_rate_only(void)
{
	struct limits limits = usual;
	struct record r;

	record_init(&r);
	limits.distinct_uris = 0;
	limits.min_responses = 0;
	limits.rate = (struct rate){ 5000, SECOND };
	for (uint64_t i = 0; i < 5000; i++) {
		CU_ASSERT_FALSE(standing_record(&r.standing, &limits, OUTCOME_FAILURE, 0));
		CU_ASSERT_EQUAL(name(&r, &limits, i, 0).wait_us, 0);
	}
	CU_ASSERT_EQUAL(name(&r, &limits, 1, 0).wait_us, SECOND);
	CU_ASSERT_EQUAL(r.contacts.count, 0);
	record_clear(&r);
}

static void provider_shares(void)
{
	struct limits all = usual;
	struct record one, two, provider;
	struct reading seen;

	record_init(&one);
	record_init(&two);
	record_init(&provider);
	all.rate.count = 30;
	for (int i = 0; i < 40; i++)
		admit(&one, &usual, &provider, &all, &plain, 0);
	for (int i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(admit(&two, &usual, &provider, &all, &plain, 0).wait_us, 0);
	seen = admit(&two, &usual, &provider, &all, &plain, 0);
	CU_ASSERT_TRUE(seen.admitted && seen.provider_decided);
	CU_ASSERT_EQUAL(seen.wait_us, SECOND);
	CU_ASSERT_FALSE(admit(&one, &usual, &provider, &all, &plain, 0).provider_decided);
	record_clear(&one);
	record_clear(&two);
	record_clear(&provider);
}

/* Small numbers, so that all limits are met often. */
static struct limits some_limits(struct chance *chance)
{
	return (struct limits){
		.rate = { 1 + chance_below(chance, 5), 1 + chance_below(chance, 9) },
		.suspicious_rate = { 1 + chance_below(chance, 2), 1 + chance_below(chance, 20) },
		.max_delay_us = chance_below(chance, 12), .max_waiting = chance_below(chance, 5),
		.ending_delay_us = chance_below(chance, 25), .distinct_uris = chance_below(chance, 6),
		.watch_window_us = 1 + chance_below(chance, 60), .watch_hold_us = 1 + chance_below(chance, 60),
		.watch_blocks = chance_below(chance, 2) ? WATCH_BLOCKS_ALL : WATCH_BLOCKS_NEW,
		.suspicion_window_us = 1 + chance_below(chance, 29), .suspicion_hold_us = chance_below(chance, 40),
		.min_responses = 1 + chance_below(chance, 5), .failure_share = 0.1 * chance_below(chance, 10) + 0.05,
	};
}

static bool refused_until_agrees(const struct reading *seen, enum refusal refusal, const struct account *own,
    const struct account *provider, const struct case_at *c, int64_t now)
{
	if (refusal == REFUSAL_WATCH)
		return !seen->retry_us && seen->refused_until_us == model_watch_refuses_until(own, provider, c, now);
	if (refusal != REFUSAL_RATE)
		return !seen->refused_until_us && !seen->retry_us;
	if (c->demand.ends_call)
		return seen->retry_us > 0 && !seen->refused_until_us;
	return seen->retry_us > 0 && seen->refused_until_us == model_rate_refuses_until(own, provider, c, now);
}

static bool same(const struct reading *seen, const struct finding *f, int64_t now)
{
	bool paced = f->refusal == REFUSAL_NONE && f->slot > now;
	bool told = paced || f->refusal != REFUSAL_NONE || f->became_watched;

	return seen->admitted == (f->refusal == REFUSAL_NONE) && seen->class == f->class &&
	    seen->became_watched == f->became_watched &&
	    (!told || seen->provider_decided == f->provider_decided) &&
	    seen->wait_us == (paced ? f->slot - now : 0) &&
	    (f->refusal != REFUSAL_RATE || seen->retry_us == f->slot - now);
}

struct life {
	struct record own, provider;
	struct account own_model, provider_model;
	struct case_at c;
};

static bool message_agrees(struct life *l, int64_t now)
{
	struct reading seen = admit(&l->own, l->c.limits, l->c.provider_limits ? &l->provider : NULL,
	    l->c.provider_limits, &l->c.demand, now);
	struct finding f = model_admit(&l->own_model, &l->provider_model, &l->c, now);

	return same(&seen, &f, now) && refused_until_agrees(&seen, f.refusal, &l->own_model, &l->provider_model, &l->c, now);
}

static bool life_agrees(struct chance *chance)
{
	static struct life l;
	const struct limits limits = some_limits(chance), provider_limits = some_limits(chance);
	int64_t now = 1000 - (int64_t)chance_below(chance, 2000);
	bool good = true;

	l = (struct life){ .c = { &limits, chance_below(chance, 2) ? &provider_limits : NULL, { 0 } } };
	for (int i = 0; good && i < 120; i++) {
		now += chance_below(chance, 4) ? chance_below(chance, 3) : chance_below(chance, 40);
		l.c.demand = (struct demand){ chance_below(chance, MODEL_NAMES), chance_below(chance, 4), !chance_below(chance, 5) };
		good = message_agrees(&l, now);
		if (good && !chance_below(chance, 3)) {
			bool failure = chance_below(chance, 2);

			good = model_answer(&l.own_model, &limits, failure, now) ==
			    standing_record(&l.own.standing, &limits, failure ? OUTCOME_FAILURE : OUTCOME_SUCCESS, now);
		}
		if (!chance_below(chance, 6)) {
			model_pass_time(&l.own_model, &limits, now);
			record_expire(&l.own, &limits, now);
		}
	}
	record_clear(&l.own);
	record_clear(&l.provider);
	return good;
}

static void lives(void)
{
	struct chance chance = chance_new();
	int differ = 0;

	for (int round = chance_rounds(800); round > 0; round--)
		differ += !life_agrees(&chance);
	CU_ASSERT_EQUAL(differ, 0);
}

CU_TestInfo admit_tests[] = {
	{ "each class has its token", tokens },
	{ "a message waits for as long as max-delay, and not a microsecond longer", inclusive },
	{ "with max-delay 0 nothing waits, and the twenty-first is refused until the second is over", no_pacing },
	{ "sixty-four messages wait, and no more; call-ending ones are counted apart", sixty_four },
	{ "what ends a call waits up to 5 s where ordinary messages are refused", ends_call },
	{ "one distinct target too many puts the partner on the watch list until hold is over", watched_all },
	{ "with blocks new a watched partner still reaches the targets it knew, however old", watched_new },
	{ "a target counts until it has not been named for exactly the window", out_of_window },
	{ "a message that could wait for its slot still enters the watch list, and books nothing", delayed_then_watched },
	{ "a message refused by the rate names no target and takes no slot", refused_names_nothing },
	{ "a release ends watch and suspicion and empties the set, but gives no slots back", release },
	{ "a record may be forgotten exactly when all that it holds is over", forgotten },
	{ "an allow entry's own rate watches and suspects nobody", own_rate_only },
	{ "tenants share their provider's rate, and the reading says whose limit decided", provider_shares },
	{ "random lives fare as in the plain model, and a refusal lasts exactly until the moment it names", lives },
	CU_TEST_INFO_NULL
};
