/* The C and its Lua twin live the same random lives and must agree on all that either
 * tells. TWIN_STEPS and TWIN_SEED make other runs; what differs is told with the seed of its life. */
#include "unit.h"

#include "chance.h"
#include "twin_redis.h"

#define TENANTS  3 /* two of their own and those beyond max-tenants */
#define LIVES    64 /* between two FLUSHALLs */
#define START_US INT64_C(2000000000000000)

struct life {
	struct twin_redis *redis;
	struct chance chance;
	uint64_t seed;
	bool large, tenants;
	int64_t now;
	uint32_t targets;
	struct record own[TENANTS], provider;
	struct entry entries[TENANTS];
	unsigned admitted, refused, watched, suspicious, stopped, paced; /* that the lives are not dull */
};

static uint64_t number_of(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : usual;
}

static int64_t pick(struct chance *chance, const int64_t *from, uint32_t count)
{
	return from[chance_below(chance, count)];
}

static struct rate some_rate(struct chance *chance, bool large)
{
	static const int64_t periods[] = { 1000000, 1000000, 300000000, 10000 };

	if (!large)
		return (struct rate){ 1 + chance_below(chance, 6), 1 + chance_below(chance, 12) };
	return (struct rate){ 2 + chance_below(chance, chance_below(chance, 3) ? 40 : 1000), pick(chance, periods, 4) };
}

/* Small numbers on a clock of few ticks, so that all limits are met often; or large ones, so that
 * lists and sets are long. */
static struct limits some_limits(struct chance *chance, bool large)
{
	const uint32_t unit = large ? 1000000 : 1;

	return (struct limits){
		.rate = some_rate(chance, large), .suspicious_rate = some_rate(chance, large),
		.max_delay_us = (int64_t)chance_below(chance, 12) * unit,
		.max_waiting = large ? 64 : chance_below(chance, 5),
		.ending_delay_us = (int64_t)chance_below(chance, 25) * unit,
		.distinct_uris = large ? chance_below(chance, 300) : chance_below(chance, 6),
		.watch_window_us = (int64_t)(1 + chance_below(chance, 60)) * unit,
		.watch_hold_us = (int64_t)(1 + chance_below(chance, 60)) * unit,
		.watch_blocks = chance_below(chance, 2) ? WATCH_BLOCKS_ALL : WATCH_BLOCKS_NEW,
		.suspicion_window_us = (int64_t)(1 + chance_below(chance, 70)) * unit,
		.suspicion_hold_us = (int64_t)chance_below(chance, 40) * unit,
		.min_responses = chance_below(chance, 6), .failure_share = 0.1 * chance_below(chance, 10) + 0.05,
	};
}

static void change_limits(struct life *l)
{
	struct limits limits = some_limits(&l->chance, l->large), provider_limits = some_limits(&l->chance, l->large);

	if (!chance_below(&l->chance, 8))
		provider_limits.rate.count = 0;
	for (int i = 0; i < TENANTS; i++) {
		l->entries[i].limits = limits;
		l->entries[i].provider_limits = provider_limits;
	}
}

static void name_partner(struct life *l, int i, uint64_t number)
{
	static const char *const names[TENANTS] = { "one", "two", NULL };
	struct entry *e = &l->entries[i];
	struct partner *p = &e->partner;

	*e = (struct entry){ .stance = STANCE_DISCOVER, .limited = true, .has_provider = l->tenants, .max_tenants = 1000 };
	p->kind = l->tenants ? PARTNER_TENANT : PARTNER_DISCOVERED;
	if (names[i])
		p->domain.length = (uint8_t)snprintf(p->domain.text, sizeof(p->domain.text), "%s%llu.example", names[i],
		    (unsigned long long)number);
	if (!l->tenants)
		return;
	snprintf(p->provider, sizeof(p->provider), "hosted%llu", (unsigned long long)number);
	e->provider.kind = PARTNER_PROVIDER;
	memcpy(e->provider.provider, p->provider, sizeof(p->provider));
}

static void life_begin(struct life *l, uint64_t number)
{
	l->large = !chance_below(&l->chance, 8);
	l->tenants = chance_below(&l->chance, 2);
	l->now = START_US + chance_below(&l->chance, 1000000);
	l->targets = l->large ? 20 + chance_below(&l->chance, 500) : 1 + chance_below(&l->chance, 12);
	for (int i = 0; i < TENANTS; i++) {
		name_partner(l, i, number);
		record_init(&l->own[i]);
	}
	record_init(&l->provider);
	change_limits(l);
}

static void life_end(struct life *l)
{
	for (int i = 0; i < TENANTS; i++)
		record_clear(&l->own[i]);
	record_clear(&l->provider);
}

/* Often to the very moment at which something ends, or just before. */
static void let_time_pass(struct life *l, const struct record *r)
{
	const struct limits *limits = &l->entries[0].limits;
	int64_t ends[] = {
		r->watched_until_us, r->standing.until_us, l->provider.watched_until_us, l->now + limits->rate.period_us,
		l->now + limits->suspicious_rate.period_us, l->now + limits->watch_window_us, l->now + limits->suspicion_window_us,
	};
	int64_t to = pick(&l->chance, ends, 7) - chance_below(&l->chance, 2);

	switch (chance_below(&l->chance, l->large ? 400 : 16)) {
	case 0:
		l->now += chance_below(&l->chance, l->large ? 100000000 : 100);
		break;
	case 1:
		l->now = to > l->now ? to : l->now;
		break;
	case 2: case 3: case 4: case 5: case 6:
		l->now += chance_below(&l->chance, l->large ? 30000 : 3);
		break;
	default:
		break;
	}
}

static bool same_reading(const struct reading *c, const struct reading *lua)
{
	return c->class == lua->class && c->admitted == lua->admitted && c->wait_us == lua->wait_us &&
	    (!c->admitted || c->slot_us == lua->slot_us) && c->usual_decided == lua->usual_decided &&
	    c->retry_us == lua->retry_us && c->refused_until_us == lua->refused_until_us &&
	    c->suspicious == lua->suspicious && c->became_watched == lua->became_watched &&
	    c->provider_decided == lua->provider_decided && c->stopped_watched == lua->stopped_watched &&
	    c->stopped_suspicious == lua->stopped_suspicious &&
	    c->provider_stopped_watched == lua->provider_stopped_watched && c->known == lua->known;
}

static bool same_hold(const struct record *c, const struct script_hold *lua)
{
	return (c->watched ? c->watched_since_us : 0) == lua->watched_since_us &&
	    (c->watched ? c->watched_until_us : 0) == lua->watched_until_us &&
	    (c->standing.suspicious ? c->standing.since_us : 0) == lua->suspicious_since_us &&
	    (c->standing.suspicious ? c->standing.until_us : 0) == lua->suspicious_until_us;
}

static void tell(const char *who, const struct reading *r)
{
	printf("\n  %s: class %d admitted %d wait %lld retry %lld until %lld suspicious %d became %d provider %d stopped %d %d %d",
	    who, (int)r->class, r->admitted, (long long)r->wait_us, (long long)r->retry_us, (long long)r->refused_until_us,
	    r->suspicious, r->became_watched, r->provider_decided, r->stopped_watched, r->stopped_suspicious,
	    r->provider_stopped_watched);
}

static void count(struct life *l, const struct reading *seen)
{
	l->admitted += seen->admitted;
	l->refused += !seen->admitted;
	l->paced += seen->wait_us > 0;
	l->watched += seen->became_watched;
	l->suspicious += seen->suspicious;
	l->stopped += seen->stopped_watched || seen->stopped_suspicious || seen->provider_stopped_watched;
}

static bool same_figures(const struct figures *c, const struct figures *lua)
{
	return c->used == lua->used && c->suspicious_used == lua->suspicious_used && c->waiting == lua->waiting &&
	    c->distinct_uris == lua->distinct_uris && c->successes == lua->successes && c->failures == lua->failures &&
	    c->target_known == lua->target_known && c->watched == lua->watched && c->suspicious == lua->suspicious &&
	    c->watched_since_us == lua->watched_since_us && c->watched_until_us == lua->watched_until_us &&
	    c->suspicious_since_us == lua->suspicious_since_us && c->suspicious_until_us == lua->suspicious_until_us;
}

static void tell_figures(const char *who, const struct figures *f)
{
	printf("\n  %s: used %u %u waiting %u distinct %u answers %u %u target %d watched %d %lld %lld suspicious %d %lld %lld", who, f->used,
	    f->suspicious_used, f->waiting, f->distinct_uris, f->successes, f->failures, f->target_known, f->watched,
	    (long long)f->watched_since_us, (long long)f->watched_until_us, f->suspicious, (long long)f->suspicious_since_us,
	    (long long)f->suspicious_until_us);
}

/* If either changed anything, what is told of messages would soon differ. */
static bool looks_agree(struct life *l, int i, const struct demand *demand)
{
	struct entry *e = &l->entries[i];
	struct glimpse c;
	struct script_glimpse lua = twin_peek(l->redis, e, demand, true, l->now);
	bool good;

	peek(&c, &l->own[i], &e->limits, &l->provider, l->tenants ? &e->provider_limits : NULL, demand, l->now);
	good = lua.now_us == l->now && same_reading(&c.seen, &lua.glimpse.seen) && same_figures(&c.own, &lua.glimpse.own) &&
	    same_figures(&c.provider, &lua.glimpse.provider) && lua.shared == (l->tenants && i == TENANTS - 1);
	if (!good) {
		tell("C looks  ", &c.seen);
		tell("Lua looks", &lua.glimpse.seen);
		tell_figures("C  ", &c.own);
		tell_figures("Lua", &lua.glimpse.own);
		tell_figures("C provider  ", &c.provider);
		tell_figures("Lua provider", &lua.glimpse.provider);
	}
	return good;
}

static bool message_agrees(struct life *l, int i)
{
	struct entry *e = &l->entries[i];
	struct demand demand = {
		.target = (1 + chance_below(&l->chance, l->targets)) * UINT64_C(0x9e3779b97f4a7c15),
		.has_target = chance_below(&l->chance, 4), .ends_call = !chance_below(&l->chance, 5),
	};
	struct reading c;
	struct script_reading lua;
	bool good;

	if (chance_below(&l->chance, 3) == 0 && !looks_agree(l, i, &demand))
		return false;
	c = admit(&l->own[i], &e->limits, l->tenants ? &l->provider : NULL, &e->provider_limits, &demand, l->now);
	lua = twin_admit(l->redis, e, &demand, true, l->now);
	good = lua.now_us == l->now && same_reading(&c, &lua.seen) && same_hold(&l->own[i], &lua.own) &&
	    (!l->tenants || same_hold(&l->provider, &lua.provider)) && lua.shared == (l->tenants && i == TENANTS - 1);

	count(l, &c);
	if (!good) {
		tell("C  ", &c);
		tell("Lua", &lua.seen);
	}
	return good;
}

static bool answers_agree(struct life *l, int i)
{
	char letters[8];
	size_t size = 1 + chance_below(&l->chance, sizeof(letters) - 1);
	struct script_standing lua;
	bool became = false;

	for (size_t at = 0; at < size; at++) {
		letters[at] = chance_below(&l->chance, 5) < 3 ? 'f' : 's';
		became |= standing_record(&l->own[i].standing, &l->entries[i].limits,
		    letters[at] == 'f' ? OUTCOME_FAILURE : OUTCOME_SUCCESS, l->now);
	}
	lua = twin_outcome(l->redis, &l->entries[i], letters, size, l->now);
	return lua.now_us == l->now && lua.became_suspicious == became && same_hold(&l->own[i], &lua.own);
}

static bool release_agrees(struct life *l, int i)
{
	struct script_standing lua = twin_release(l->redis, &l->entries[i].partner, 1000000, l->now);

	record_release(&l->own[i]);
	return same_hold(&l->own[i], &lua.own) && lua.own.released_us == l->now;
}

/* What the list holds beyond what window.c has forgotten. */
static bool same_window(struct life *l, const struct record *c, const char *base)
{
	int64_t since = twin_field(l->redis, base, "n") - twin_field(l->redis, base, "k");
	redisReply *list = redisCommand(l->redis->link, "LRANGE %s:w 0 -1", base);
	uint32_t at = 0;
	bool good = true;

	for (size_t i = 0; i < list->elements; i++) {
		int64_t slot = strtoll(list->element[i]->str, NULL, 10);

		if (slot / 2 <= since)
			continue;
		good = good && at < c->window.count && c->window.slots[(c->window.first + at) % c->window.room] == slot;
		at++;
	}
	good = good && at == c->window.count;
	freeReplyObject(list);
	return good;
}

static bool same_record(struct life *l, const struct record *c, const struct partner *partner)
{
	char base[SCRIPT_BASE_MAX];
	int64_t targets;

	script_base(partner, base);
	targets = twin_field(l->redis, base, "c");
	if (twin_field(l->redis, base, "k") < 0)
		return true; /* nothing was asked */
	return (targets < 0 ? 0 : targets) == c->contacts.count && twin_targets(l->redis, base) == c->contacts.count &&
	    same_window(l, c, base);
}

static bool step_agrees(struct life *l)
{
	int i = l->tenants ? (int)chance_below(&l->chance, TENANTS) : 0;
	uint32_t what = chance_below(&l->chance, l->large ? 2000 : 100);

	let_time_pass(l, &l->own[i]);
	if (what == 0)
		change_limits(l);
	if (what == 1)
		return release_agrees(l, i);
	if (what < 20)
		return answers_agree(l, i);
	return message_agrees(l, i);
}

static bool life_agrees(struct life *l, uint64_t number, uint64_t *steps)
{
	uint64_t left;
	bool good = true;

	life_begin(l, number);
	left = l->large ? 3000 : 250;
	for (; good && left > 0 && *steps > 0; left--, (*steps)--)
		good = step_agrees(l);
	for (int i = 0; good && i < (l->tenants ? TENANTS : 1); i++)
		good = same_record(l, &l->own[i], &l->entries[i].partner);
	if (good && l->tenants)
		good = same_record(l, &l->provider, &l->entries[0].provider);
	life_end(l);
	return good;
}

static void lives(void)
{
	struct twin_redis redis = twin_redis_start();
	struct life l = { .redis = &redis, .seed = number_of("TWIN_SEED", 20) };
	uint64_t steps = number_of("TWIN_STEPS", 100000);
	bool good = true;

	printf("seed %llu ... ", (unsigned long long)l.seed);
	for (uint64_t number = 0; good && steps > 0; number++) {
		l.chance.state = l.seed++;
		if (number % LIVES == 0)
			twin_flush(&redis);
		good = life_agrees(&l, number, &steps);
		if (!good)
			printf("\n  TWIN_SEED=%llu shows it at once\n", (unsigned long long)l.seed - 1);
	}
	CU_ASSERT_TRUE(good);
	CU_ASSERT_TRUE(l.admitted && l.refused && l.paced && l.watched && l.suspicious && l.stopped);
	twin_redis_stop(&redis);
}

CU_TestInfo twin_tests[] = {
	{ "C and Lua live the same random lives, message by message and answer by answer", lives },
	CU_TEST_INFO_NULL
};
