/* The pool's store when Redis goes and comes back, and in other trouble; before a real one. */
#include "unit.h"

#include "pooled_bench.h"

/* As another edge would put it on the watch list. */
static void watch_elsewhere(const struct pooled_bench *b, const char *key)
{
	redis_server_do(&b->server, "EVAL %s 1 %s", "local now = redis.call('TIME')[1] * 1000000 + redis.call('TIME')[2] "
	    "redis.call('HSET', 'fg:1:{' .. KEYS[1] .. '}:s', 'n', string.format('%.0f', now), 'h', "
	    "string.format('0 %.0f %.0f 0 0 0', now, now + 3.6e9))", key);
}

/* Does Redis say that it is on it? */
static bool is_watched_there(const struct pooled_bench *b, const char *key)
{
	return redis_server_do(&b->server, "EVAL %s 1 %s", "local h = redis.call('HGET', 'fg:1:{' .. KEYS[1] .. '}:s', 'h') "
	    "return h and string.match(h, '^%d+ %d+ [1-9]') and 1 or 0", key) == 1;
}

/* A tenant of a provider that may name far more than one partner. */
static struct entry tenant_of(const struct pooled_bench *b, const char *domain)
{
	struct entry entry = pooled_stranger(b, domain);

	entry.partner.kind = PARTNER_TENANT;
	strcpy(entry.partner.provider, "hosted");
	entry.has_provider = true;
	entry.provider = pooled_partner("phosted");
	entry.provider_limits = entry.limits;
	entry.provider_limits.rate = entry.provider_limits.suspicious_rate = (struct rate){ 400, 1000000 };
	entry.provider_limits.distinct_uris = 20000;
	entry.provider_limits.min_responses = 0;
	entry.max_tenants = 1000;
	return entry;
}

static void what_a_provider_taught_is_merged_by_its_own_limits(void)
{
	struct pooled_bench b = { .asked = 0 };
	char name[40];

	pooled_bench_start(&b);
	pooled_cut(&b);
	for (int tenant = 0; tenant < 60; tenant++) {
		struct entry entry;

		snprintf(name, sizeof name, "t%d.example", tenant);
		entry = tenant_of(&b, name);
		entry.limits.rate = entry.provider_limits.rate = (struct rate){ 100000, 1000000 };
		for (uint64_t i = 1; i <= 20; i++)
			pooled_ask(&b, &entry, (uint64_t)tenant * 100 + i);
	}
	CU_ASSERT_EQUAL(b.admitted, 1200);
	pooled_back(&b);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "HGET fg:1:{phosted}:s c"), 4);
	CU_ASSERT_FALSE(is_watched_there(&b, "phosted"));
	pooled_bench_end(&b);
}

/* It has a rate of its own, which reaches back further than that of strangers. */
static struct entry slow_entry(const struct pooled_bench *b)
{
	struct entry entry = pooled_stranger(b, "slow.example");

	entry.stance = STANCE_ALLOW;
	entry.partner.kind = PARTNER_ALLOWED;
	entry.limits.rate = entry.limits.suspicious_rate = (struct rate){ 10, 300000000 };
	entry.limits.distinct_uris = entry.limits.min_responses = 0;
	return entry;
}

static void the_slots_of_a_long_rate_outlive_a_merge(void)
{
	struct pooled_bench b = { .conf.timeout_us = 200000 };
	struct entry entry;

	pooled_bench_start(&b);
	entry = slow_entry(&b);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_TRUE(pooled_read(&b, &entry, 0)->admitted);
	turn_for(b.loop, 1200);
	redis_server_freeze(&b.server); /* it keeps what it has */
	pooled_read(&b, &entry, 0);     /* decided here, and by Redis too, later */
	redis_server_thaw(&b.server);
	AWAIT(b.loop, pooled_merged(&b));
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "LLEN fg:1:{aslow.example}:w"), 7);
	for (int i = 0; i < 20; i++)
		pooled_read(&b, &entry, 0);
	CU_ASSERT_EQUAL(b.admitted, 9); /* one of them has two slots */
	pooled_bench_end(&b);
}

static void an_edge_mirrors_as_many_as_there_are(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct store_health health;

	redis_server_start(&b.server, "");
	redis_server_do(&b.server, "EVAL %s 0", "local now = redis.call('TIME')[1] * 1000000 "
	    "for i = 1, 50000 do local key = 'd' .. i .. '.a-longer-name-than-most.example' "
	    "local untl = string.format('%.0f', now + 3.6e9 + math.floor(i / 200)) "
	    "redis.call('ZADD', 'fg:1:{held}', untl, key) "
	    "redis.call('HSET', 'fg:1:{' .. key .. '}:s', 'n', string.format('%.0f', now), 'h', "
	    "string.format('0 %.0f %s 0 0 0', now, untl)) end");
	pooled_bench_open(&b, "edge1.example.com", 200000);
	AWAIT(b.loop, (b.store->ops->tick(b.store), b.store->ops->health(b.store, &health), health.restricted == 50000));
	CU_ASSERT_PTR_NULL(strstr(b.events, "lost"));
	pooled_bench_end(&b);
}

static void what_began_after_a_release_stays(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct entry entry;
	struct partner other = pooled_partner("dfabrikam.example");

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, "contoso.example");
	pooled_part(&b);
	b.store->ops->release(b.store, &entry.partner);
	b.store->ops->release(b.store, &other);
	turn_for(b.loop, 50);
	for (uint64_t i = 1; i <= 5; i++)
		pooled_ask(&b, &entry, i);
	watch_elsewhere(&b, "dfabrikam.example");
	turn_for(b.loop, 50);
	pooled_rejoin(&b);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "ZCARD fg:1:{dcontoso.example}:c"), 5);
	CU_ASSERT_TRUE(is_watched_there(&b, "dfabrikam.example"));
	pooled_bench_end(&b);
}

static void a_release_outlives_the_connection_that_told_it(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct partner partner = pooled_partner("dcontoso.example");

	redis_server_start(&b.server, "appendonly yes\nappendfsync always\n");
	pooled_bench_open(&b, "edge1.example.com", 1000);
	AWAIT(b.loop, pooled_bench_joined(&b));
	watch_elsewhere(&b, "dcontoso.example");
	redis_server_freeze(&b.server);
	b.store->ops->release(b.store, &partner);
	turn_for(b.loop, 50);
	redis_server_kill(&b.server);
	redis_server_restart(&b.server);
	CU_ASSERT_TRUE(is_watched_there(&b, "dcontoso.example"));
	AWAIT(b.loop, pooled_of_bench(&b)->state != POOL_JOINED);
	AWAIT(b.loop, pooled_merged(&b));
	CU_ASSERT_FALSE(is_watched_there(&b, "dcontoso.example"));
	pooled_bench_end(&b);
}

/* Redis' clock was set since it was heard of last. */
static void waits_after_clock_was_set(int64_t by_us)
{
	struct pooled_bench b = { .asked = 0 };
	struct entry entry;

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, "contoso.example");
	pooled_of_bench(&b)->redis_ahead_us -= by_us;
	for (int i = 0; i < 30; i++)
		CU_ASSERT_TRUE(pooled_read(&b, &entry, 0)->admitted);
	CU_ASSERT(b.seen.wait_us > 0);
	CU_ASSERT(b.seen.slot_us > clock_monotonic_us());
	CU_ASSERT(b.seen.slot_us < clock_monotonic_us() + 2000000);
	pooled_bench_end(&b);
}

static void no_slot_is_hours_off_when_a_clock_was_set(void)
{
	waits_after_clock_was_set(INT64_C(7200000000));
	waits_after_clock_was_set(-INT64_C(7200000000));
}

/* Any class change of it that another edge tells. */
static void news_of(const struct pooled_bench *b, const char *key, const char *hold)
{
	redis_server_do(&b->server, "EVAL %s 1 %s %s", "local now = redis.call('TIME')[1] * 1000000 + redis.call('TIME')[2] "
	    "return redis.call('PUBLISH', 'fg:1:class', 'edge2.example.com\\n' .. KEYS[1] .. '\\n' .. "
	    "string.gsub(ARGV[1], '([+-]%d+)', function (s) return string.format('%.0f', now + s * 1e6) end))", key, hold);
}

static struct restriction held_here(struct pooled_bench *b, const char *key)
{
	struct partner partner = pooled_partner(key);
	struct restriction r;

	apart_restriction(pooled_of_bench(b)->apart, &partner, &r);
	return r;
}

static bool is_watched_here(struct pooled_bench *b, const char *key)
{
	return held_here(b, key).watched_until_us != 0;
}

/* A watch that began here while Redis was away, before the pool hears of it. */
static void news_of_others_end_nothing_that_was_learned_here(void)
{
	struct pooled_bench b = { .asked = 0 };
	const char *key = "dcontoso.example";
	struct entry entry;

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, key + 1);
	entry.limits.distinct_uris = 2;
	pooled_of_bench(&b)->state = POOL_APART; /* late, and yet the news come */
	for (uint64_t i = 1; i <= 3; i++)
		pooled_ask(&b, &entry, i);
	CU_ASSERT_TRUE(is_watched_here(&b, key));
	news_of(&b, key, "0 0 -1 +60 0 +0");
	AWAIT(b.loop, held_here(&b, key).suspicious_since_us);
	CU_ASSERT_TRUE(is_watched_here(&b, key));
	turn_for(b.loop, 20);
	news_of(&b, key, "0 0 0 0 +0 +0");
	AWAIT(b.loop, !is_watched_here(&b, key));
	CU_ASSERT_FALSE(held_here(&b, key).suspicious_since_us);
	pooled_bench_end(&b);
}

/* Beyond its hold it goes on here for a while; that is not told the pool as a longer hold. */
static void a_suspicion_is_made_no_longer_by_a_rejoin(void)
{
	struct pooled_bench b = { .asked = 0 };
	const char *key = "dcontoso.example";

	pooled_bench_start(&b);
	redis_server_do(&b.server, "EVAL %s 1 %s", "local now = redis.call('TIME')[1] * 1000000 "
	    "redis.call('HSET', 'fg:1:{' .. KEYS[1] .. '}:s', 'n', string.format('%.0f', now), 'h', "
	    "string.format('0 0 0 %.0f %.0f 0', now - 3.6e9, now + 3e7)) return 0", key);
	news_of(&b, key, "0 0 -3600 +30 0 +0");
	AWAIT(b.loop, held_here(&b, key).suspicious_since_us);
	pooled_part(&b);
	pooled_rejoin(&b);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 1 %s", "local now = redis.call('TIME')[1] * 1000000 "
	    "local s = string.match(redis.call('HGET', 'fg:1:{' .. KEYS[1] .. '}:s', 'h'), '(%d+) %d+$') "
	    "return s + 0 < now + 4e7 and 1 or 0", key), 1);
	pooled_bench_end(&b);
}

/* A provider that names ever more tenants; and all that is kept of them in Redis. */
static void names_without_end_leave_few_keys(void)
{
	struct pooled_bench b = { .asked = 0 };
	char name[40];

	pooled_bench_start(&b);
	for (int i = 0; i < 300; i++) {
		struct entry entry;

		snprintf(name, sizeof name, "t%d.example", i);
		entry = tenant_of(&b, name);
		entry.max_tenants = 5;
		pooled_read(&b, &entry, 0);
		pooled_count(&b, &entry, REASON_WITHIN_LIMITS);
	}
	for (int i = 0; i < 3; i++) {
		b.store->ops->tick(b.store);
		turn_for(b.loop, 200);
	}
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "ZCARD fg:1:{seen}"), 5);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 0", "return #redis.call('KEYS', 'fg:1:{phosted}*:n')"), 7);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 0", "return redis.call('HGET', 'fg:1:{phosted}/:n', 'forward') + 0"), 295);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 0", "return redis.call('HGET', 'fg:1:{phosted}:n', 'forward') + 0"), 300);
	pooled_bench_end(&b);
}

static void strangers_beyond_the_bound_leave_no_keys(void)
{
	struct pooled_bench b = { .asked = 0 };
	char name[40];

	redis_server_start(&b.server, "");
	pooled_bench_open(&b, "edge1.example.com", 20);
	AWAIT(b.loop, pooled_bench_joined(&b));
	for (int i = 0; i < 100; i++) {
		struct entry entry;

		snprintf(name, sizeof name, "d%d.example", i);
		entry = pooled_stranger(&b, name);
		pooled_read(&b, &entry, 0);
		pooled_count(&b, &entry, REASON_WITHIN_LIMITS);
		if (i % 20 == 19)
			for (int turn = 0; turn < 2; turn++) {
				b.store->ops->tick(b.store);
				turn_for(b.loop, 100);
			}
	}
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "ZCARD fg:1:{seen}"), 20);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 0", "return #redis.call('KEYS', 'fg:1:{d*')"), 60);
	pooled_bench_end(&b);
}

/* Redis answers, and takes nothing of what is to be merged: its user may not, here. */
static void what_redis_would_not_take_is_told_again(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct entry entry;

	pooled_bench_start(&b);
	entry = slow_entry(&b);
	pooled_part(&b);
	for (int i = 0; i < 3; i++)
		pooled_ask(&b, &entry, 0);
	redis_server_do(&b.server, "ACL SETUSER default -rpush");
	b.place.port = b.server.port;
	store_redis_configure(b.store, &b.conf, NULL);
	AWAIT(b.loop, strstr(b.events, "the user may not do this"));
	redis_server_do(&b.server, "ACL SETUSER default +@all");
	AWAIT(b.loop, pooled_merged(&b));
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "LLEN fg:1:{aslow.example}:w"), 3);
	pooled_bench_end(&b);
}

/* Redis does one thing at a time: what is merged must leave room for what messages ask. */
static bool merged_by_little(struct pooled_bench *b)
{
	CU_ASSERT(pooled_of_bench(b)->merging_size < 16384);
	return pooled_merged(b);
}

static void much_is_merged_by_little(void)
{
	struct pooled_bench b = { .asked = 0 };
	char name[40];

	pooled_bench_start(&b);
	pooled_part(&b);
	for (int i = 0; i < 20; i++) {
		struct entry entry;

		snprintf(name, sizeof name, "d%d.example", i);
		entry = pooled_stranger(&b, name);
		entry.limits.rate = (struct rate){ 100000, 1000000 };
		for (uint64_t target = 1; target <= 1000; target++)
			pooled_ask(&b, &entry, target);
	}
	b.place.port = b.server.port;
	store_redis_configure(b.store, &b.conf, NULL);
	AWAIT(b.loop, merged_by_little(&b));
	CU_ASSERT_PTR_NOT_NULL(strstr(b.events, "learned of 20 partners by itself is merged"));
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 0", "local sum = 0 for i = 0, 19 do "
	    "sum = sum + redis.call('HGET', 'fg:1:{dd' .. i .. '.example}:s', 'c') end return sum"), 20000);
	pooled_bench_end(&b);
}

static void answers_go_though_the_edge_was_held_up(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct entry entry;

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, "contoso.example");
	pooled_read(&b, &entry, 1);
	b.store->ops->outcome(b.store, &entry, OUTCOME_FAILURE);
	usleep(500000);
	turn_for(b.loop, 200);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "HLEN fg:1:{dcontoso.example}:a"), 1);
	pooled_bench_end(&b);
}

/* A reading that was asked for under the old law refuses nobody under the new one. */
static void a_reload_ends_refusals_on_their_way_too(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct entry entry;

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, "contoso.example");
	entry.limits.distinct_uris = 2;
	for (uint64_t i = 1; i <= 3; i++)
		pooled_ask(&b, &entry, i);
	b.store->ops->reload(b.store, &b.limits, 1000, "fedcba987654");
	AWAIT(b.loop, b.answered == 3);
	CU_ASSERT_EQUAL(b.admitted, 2);
	entry.limits.distinct_uris = 0; /* no watch list any more */
	CU_ASSERT_TRUE(pooled_read(&b, &entry, 4)->admitted);
	pooled_bench_end(&b);
}

/* Released on another edge while no news came; then Redis goes. */
static void a_release_that_was_not_heard_is_asked_for(void)
{
	struct pooled_bench b = { .asked = 0 };
	const char *key = "dcontoso.example";

	pooled_bench_start(&b);
	watch_elsewhere(&b, key);
	news_of(&b, key, "-1 +3600 0 0 0 +0");
	AWAIT(b.loop, is_watched_here(&b, key));
	turn_for(b.loop, 20);
	redis_server_do(&b.server, "CLIENT KILL TYPE pubsub");
	AWAIT(b.loop, !pooled_of_bench(&b)->news_up);
	redis_server_do(&b.server, "EVAL %s 1 %s", "local now = redis.call('TIME')[1] * 1000000 + redis.call('TIME')[2] "
	    "redis.call('HSET', 'fg:1:{' .. KEYS[1] .. '}:s', 'h', string.format('0 0 0 0 0 %.0f', now))", key);
	AWAIT(b.loop, pooled_of_bench(&b)->news_up);
	AWAIT(b.loop, pooled_merged(&b));
	CU_ASSERT_FALSE(is_watched_here(&b, key));
	pooled_bench_end(&b);
}

/* Its owner closes it last, when whom it would tell is gone. */
static void a_store_that_is_closed_tells_nothing(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct entry entry;

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, "contoso.example");
	news_of(&b, "dcontoso.example", "-1 +1 0 0 0 +0");
	AWAIT(b.loop, is_watched_here(&b, "dcontoso.example"));
	turn_for(b.loop, 1100);
	redis_server_freeze(&b.server);
	pooled_ask(&b, &entry, 1);
	b.events[0] = '\0';
	pooled_bench_close(&b);
	CU_ASSERT_EQUAL(b.answered, 1);
	CU_ASSERT_EQUAL(b.classes, 0);
	CU_ASSERT_STRING_EQUAL(b.events, "");
	redis_server_stop(&b.server);
}

static void counts_go_once_a_second(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct entry entry;

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, "contoso.example");
	entry.partner.kind = PARTNER_ALLOWED;
	pooled_count(&b, &entry, REASON_WITHIN_LIMITS);
	b.store->ops->tick(b.store);
	for (int i = 0; i < 20; i++) {
		pooled_count(&b, &entry, REASON_WITHIN_LIMITS);
		turn_for(b.loop, 5);
	}
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 0", "return redis.call('HGET', 'fg:1:{acontoso.example}:n', 'forward') + 0"), 1);
	b.store->ops->tick(b.store);
	turn_for(b.loop, 100);
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "EVAL %s 0", "return redis.call('HGET', 'fg:1:{acontoso.example}:n', 'forward') + 0"), 21);
	pooled_bench_end(&b);
}

CU_TestInfo pooled_fault_tests[] = {
	{ "what a provider taught is merged by its own limits", what_a_provider_taught_is_merged_by_its_own_limits },
	{ "the slots of a long rate outlive a merge", the_slots_of_a_long_rate_outlive_a_merge },
	{ "an edge mirrors as many as there are", an_edge_mirrors_as_many_as_there_are },
	{ "what began after a release stays", what_began_after_a_release_stays },
	{ "a release outlives the connection that told it", a_release_outlives_the_connection_that_told_it },
	{ "no slot is hours off when a clock was set", no_slot_is_hours_off_when_a_clock_was_set },
	{ "news of others end nothing that was learned here", news_of_others_end_nothing_that_was_learned_here },
	{ "a suspicion is made no longer by a rejoin", a_suspicion_is_made_no_longer_by_a_rejoin },
	{ "names without end leave few keys", names_without_end_leave_few_keys },
	{ "strangers beyond the bound leave no keys", strangers_beyond_the_bound_leave_no_keys },
	{ "what Redis would not take is told again", what_redis_would_not_take_is_told_again },
	{ "much is merged by little", much_is_merged_by_little },
	{ "answers go though the edge was held up", answers_go_though_the_edge_was_held_up },
	{ "a reload ends refusals on their way too", a_reload_ends_refusals_on_their_way_too },
	{ "a release that was not heard is asked for", a_release_that_was_not_heard_is_asked_for },
	{ "a store that is closed tells nothing", a_store_that_is_closed_tells_nothing },
	{ "counts go once a second", counts_go_once_a_second },
	CU_TEST_INFO_NULL
};
