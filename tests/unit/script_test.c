/* What admit.lua and its parts promise beyond being twins: who pays, how long keys live, a
 * clock that steps back, what it costs in memory and in rights. */
#include "unit.h"

#include "script_story.h"

static void digests(void)
{
	begin();
	for (int script = 0; script < SCRIPTS; script++) {
		redisReply *reply = redisCommand(redis.link, "SCRIPT LOAD %s", script_text((enum script)script));

		CU_ASSERT_FATAL(reply && reply->type == REDIS_REPLY_STRING);
		CU_ASSERT_STRING_EQUAL(reply->str, script_digest((enum script)script));
		freeReplyObject(reply);
	}
	end();
}

static void own_clock(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_reading r;

	begin();
	r = ask(&e, 1, -1);
	CU_ASSERT_TRUE(r.seen.admitted && r.created && !r.shared && !r.unknown);
	CU_ASSERT_TRUE(r.now_us > INT64_C(1600000000000000));
	CU_ASSERT_FALSE(ask(&e, 1, -1).created);
	end();
}

static void not_added(void)
{
	struct entry e = story_discovered("contoso.example"), t = story_tenant("one.example");
	const struct demand plain = { 0 };
	struct script_standing s;
	struct script_call call;

	begin();
	CU_ASSERT_TRUE(twin_admit(&redis, &e, &plain, false, NOW).unknown);
	CU_ASSERT_TRUE(twin_admit(&redis, &t, &plain, false, NOW).unknown);
	script_outcome(&call, EDGE, &e.partner, &e.limits, "f", 1, false, NOW);
	s = twin_standing(&redis, &call);
	CU_ASSERT_TRUE(s.unknown);
	CU_ASSERT_EQUAL(text_integer("DBSIZE"), 0);
	ask(&e, 0, NOW);
	CU_ASSERT_FALSE(twin_admit(&redis, &e, &plain, false, NOW).unknown);
	end();
}

static struct script_reading ask_tenant(const char *domain, int64_t now)
{
	struct entry e = story_tenant(domain);

	return ask(&e, 0, now);
}

static void tenants(void)
{
	const int64_t day = 24 * HOUR;
	struct entry shared = story_tenant("");
	struct script_reading r;

	begin();
	CU_ASSERT_TRUE(ask_tenant("one.example", NOW).created);
	CU_ASSERT_TRUE(ask_tenant("two.example", NOW + 1).created);
	CU_ASSERT_TRUE(ask_tenant("three.example", NOW + 2).created);
	r = ask_tenant("four.example", NOW + 3);
	CU_ASSERT_TRUE(r.shared && !r.created && r.seen.admitted);
	CU_ASSERT_FALSE(ask_tenant("one.example", NOW + day - 1).shared);
	CU_ASSERT_TRUE(ask_tenant("four.example", NOW + day).shared);
	r = ask_tenant("four.example", NOW + day + 1); /* two.example has its place no longer */
	CU_ASSERT_TRUE(r.created && !r.shared);
	CU_ASSERT_FALSE(ask_tenant("three.example", NOW + day + 2).created);
	CU_ASSERT_TRUE(ask_tenant("two.example", NOW + day + 3).shared);
	CU_ASSERT_TRUE(ask(&shared, 0, NOW + day + 4).shared);
	CU_ASSERT_EQUAL(text_integer("ZCARD fg:1:{phosted}:t"), 3);
	CU_ASSERT_EQUAL(text_integer("LLEN fg:1:{phosted}/:w"), 4);
	end();
}

static void restricted_tenant(void)
{
	struct entry e = story_tenant("one.example");
	int64_t now = NOW;
	struct script_reading r;

	begin();
	e.limits.watch_hold_us = 48 * HOUR;
	CU_ASSERT_TRUE(enumerate(&e, &now).seen.became_watched);
	now += 25 * HOUR;
	ask_tenant("two.example", now);
	ask_tenant("three.example", now);
	ask_tenant("four.example", now);
	r = ask(&e, 0, now + 1);
	CU_ASSERT_TRUE(!r.shared && !r.seen.admitted && r.seen.class == CLASS_WATCHED);
	end();
}

static void provider_limit(void)
{
	struct entry one = story_tenant("one.example"), two = story_tenant("two.example");
	struct script_reading r;

	begin();
	one.provider_limits.rate.count = two.provider_limits.rate.count = 30;
	CU_ASSERT_EQUAL(fill(&one, 40, NOW), 20);
	CU_ASSERT_EQUAL(fill(&two, 10, NOW), 10);
	r = ask(&two, 0, NOW);
	CU_ASSERT_TRUE(r.seen.admitted && r.seen.provider_decided);
	CU_ASSERT_EQUAL(r.seen.wait_us, SECOND);
	end();
}

/* Hundreds of one provider wait: the gap is found as in C, in steps of 64 and from the tail. */
static void long_queue(void)
{
	enum { TENANTS = 30 };
	struct record own[TENANTS], provider;
	struct entry e = story_tenant("x.example");
	char name[32];
	bool same = true;

	begin();
	e.provider_limits.rate = (struct rate){ 150, SECOND };
	e.max_tenants = TENANTS;
	record_init(&provider);
	for (int i = 0; i < TENANTS; i++)
		record_init(&own[i]);
	for (int i = 0; i < 60 * TENANTS && same; i++) {
		int at = i % 7 * i % TENANTS;
		struct demand demand = { .ends_call = i % 3 == 0 };
		struct reading c = admit(&own[at], &e.limits, &provider, &e.provider_limits, &demand, NOW + i * 100);
		struct script_reading lua;

		snprintf(name, sizeof(name), "x%d.example", at);
		e.partner = story_partner(PARTNER_TENANT, name, "hosted");
		lua = twin_admit(&redis, &e, &demand, true, NOW + i * 100);
		same = c.admitted == lua.seen.admitted && c.wait_us == lua.seen.wait_us && c.retry_us == lua.seen.retry_us &&
		    c.refused_until_us == lua.seen.refused_until_us;
	}
	CU_ASSERT_TRUE(same);
	CU_ASSERT_TRUE(provider.window.count > 600);
	for (int i = 0; i < TENANTS; i++)
		record_clear(&own[i]);
	record_clear(&provider);
	end();
}

static unsigned without_expiry(unsigned *keys)
{
	redisReply *all = redisCommand(redis.link, "KEYS *");
	unsigned lacking = 0;

	*keys = (unsigned)all->elements;
	for (size_t i = 0; i < all->elements; i++)
		lacking += twin_ask(&redis, "PTTL %b", all->element[i]->str, (size_t)all->element[i]->len) < 60000;
	freeReplyObject(all);
	return lacking;
}

/* Once the targets are spread, the first one for another of the sixteen keys makes it. */
static void late_key_expires(void)
{
	struct entry e = story_discovered("contoso.example");
	unsigned keys;

	begin();
	e.limits.distinct_uris = 500;
	e.limits.rate.count = 1000;
	for (uint64_t target = 1; target < 120; target++)
		ask(&e, target * 16, NOW);
	CU_ASSERT_EQUAL(text_integer("EXISTS fg:1:{dcontoso.example}:c5"), 0);
	ask(&e, 5, NOW);
	CU_ASSERT_EQUAL(text_integer("EXISTS fg:1:{dcontoso.example}:c5"), 1);
	CU_ASSERT_EQUAL(without_expiry(&keys), 0);
	end();
}

static void every_key_expires(void)
{
	struct entry e = story_discovered("contoso.example"), t = story_tenant("one.example");
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = "" };
	struct script_call call;
	unsigned keys;

	begin();
	e.limits.distinct_uris = 500;
	e.limits.rate.count = 1000;
	for (uint64_t target = 1; target < 400; target++) {
		ask(&e, target * UINT64_C(0x9e3779b97f4a7c15), NOW);
		ask(&t, target, NOW);
		if (target % 25 == 0)
			CU_ASSERT_EQUAL(without_expiry(&keys), 0);
	}
	twin_outcome(&redis, &e, "sfsf", 4, NOW);
	merge(&t, &m, NOW);
	twin_release(&redis, &t.partner, HOUR, NOW);
	ask_tenant("two.example", NOW);
	ask(&t, 1, NOW + 10 * SECOND);
	script_announce(&call, EDGE, "a", "b", pool_key(), NOW);
	freeReplyObject(twin_call(&redis, &call));
	CU_ASSERT_EQUAL(without_expiry(&keys), 0);
	CU_ASSERT_TRUE(keys > 25);
	end();
}

/* The expiry follows, but not at every message; and it covers what is longest. */
static void expiry_is_lazy(void)
{
	struct entry e = story_discovered("contoso.example");
	const char *base = "fg:1:{dcontoso.example}";
	int64_t until, now = NOW;

	begin();
	ask(&e, 1, now);
	until = twin_field(&redis, base, "x");
	CU_ASSERT_EQUAL(until, NOW + 25 * HOUR);
	ask(&e, 2, NOW + HOUR);
	CU_ASSERT_EQUAL(twin_field(&redis, base, "x"), until);
	ask(&e, 3, NOW + HOUR + 1);
	CU_ASSERT_EQUAL(twin_field(&redis, base, "x"), NOW + 26 * HOUR + 1);
	e.limits.watch_hold_us = 240 * HOUR;
	CU_ASSERT_TRUE(enumerate(&e, &now).seen.became_watched);
	CU_ASSERT_TRUE(twin_ask(&redis, "PTTL %s:s", base) > 240 * 3600 * 1000);
	twin_release(&redis, &e.partner, 480 * HOUR, now);
	CU_ASSERT_TRUE(twin_ask(&redis, "PTTL %s:s", base) > 479 * 3600 * INT64_C(1000));
	twin_flush(&redis);
	e.limits.suspicion_hold_us = 240 * HOUR;
	CU_ASSERT_TRUE(twin_outcome(&redis, &e, "ffffffffffffffffffff", 20, now).became_suspicious);
	CU_ASSERT_TRUE(twin_ask(&redis, "PTTL %s:a", base) > 240 * 3600 * 1000);
	end();
}

static void clock_steps_back(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_reading r;
	int64_t now = NOW;

	begin();
	CU_ASSERT_EQUAL(fill(&e, 20, now), 20);
	now -= HOUR;
	r = ask(&e, 0, now);
	CU_ASSERT_EQUAL(r.seen.wait_us, SECOND);
	CU_ASSERT_EQUAL(r.now_us, now);
	CU_ASSERT_EQUAL(ask(&e, 0, now + SECOND / 4).seen.wait_us, SECOND * 3 / 4);
	CU_ASSERT_EQUAL(fill(&e, 20, now + SECOND), 18);
	now += 10 * SECOND;
	CU_ASSERT_TRUE(enumerate(&e, &now).seen.became_watched);
	r = ask(&e, 1, now - 5 * HOUR);
	CU_ASSERT_FALSE(r.seen.admitted);
	CU_ASSERT_EQUAL(r.own.watched_until_us, now - 5 * HOUR + e.limits.watch_hold_us);
	CU_ASSERT_EQUAL(r.seen.refused_until_us, r.own.watched_until_us);
	now += e.limits.watch_hold_us - 5 * HOUR;
	CU_ASSERT_FALSE(ask(&e, 1, now - 1).seen.admitted);
	CU_ASSERT_TRUE(ask(&e, 1, now).seen.stopped_watched);
	end();
}

/* The provider heard of another tenant since: each has a clock of its own. */
static void clocks_differ(void)
{
	struct entry one = story_tenant("one.example"), two = story_tenant("two.example"), three = story_tenant("three.example");
	struct script_reading r;

	begin();
	one.provider_limits.rate.count = two.provider_limits.rate.count = three.provider_limits.rate.count = 30;
	fill(&one, 20, NOW);
	CU_ASSERT_EQUAL(fill(&two, 10, NOW + SECOND / 2), 10);
	CU_ASSERT_EQUAL(ask(&three, 0, NOW - HOUR).seen.wait_us, SECOND / 2);
	r = ask(&two, 0, NOW - HOUR);
	CU_ASSERT_EQUAL(r.seen.wait_us, SECOND / 2);
	CU_ASSERT_TRUE(r.seen.provider_decided);
	r = ask(&one, 0, NOW - HOUR);
	CU_ASSERT_EQUAL(r.seen.wait_us, SECOND);
	CU_ASSERT_FALSE(r.seen.provider_decided);
	r = ask(&one, 0, NOW - HOUR + SECOND);
	CU_ASSERT_EQUAL(r.seen.wait_us, 0);
	end();
}

static int64_t call_integer(struct script_call *call)
{
	redisReply *reply = twin_call(&redis, call);
	int64_t integer = reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;

	freeReplyObject(reply);
	return integer;
}

static void counts_and_mending(void)
{
	struct script_counted counted = { .verdicts = { 3, 0, 2, 1 }, .certificate = "", .sources = "" };
	struct entry e = story_discovered("contoso.example");
	struct script_call call;

	begin();
	script_count(&call, EDGE, &e.partner, &counted, true);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	CU_ASSERT_EQUAL(twin_ask(&redis, "HLEN %s", "fg:1:{dcontoso.example}:n"), 5);
	ask(&e, 1, NOW);
	freeReplyObject(redisCommand(redis.link, "DEL fg:1:{dcontoso.example}:w"));
	freeReplyObject(redisCommand(redis.link, "SET fg:1:{dcontoso.example}:w foreign"));
	script_mend(&call, &e.partner);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	CU_ASSERT_EQUAL(call_integer(&call), 0);
	CU_ASSERT_TRUE(ask(&e, 1, NOW + SECOND).seen.admitted);
	end();
}

/* The reply that `got` borrows from is the caller's. */
static redisReply *report(struct script_report *got, const struct entry *e, int64_t now)
{
	struct script_call call;
	redisReply *reply;

	script_report(&call, &e->partner, &e->limits, e->limits.rate.period_us, now);
	reply = twin_call(&redis, &call);
	CU_ASSERT_TRUE(script_read_report(got, reply));
	return reply;
}

/* What the memory store says of the same story is told in store_test.c. */
static void reports(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_report got;
	int64_t now = NOW;

	begin();
	freeReplyObject(report(&got, &e, NOW));
	CU_ASSERT_TRUE(got.unknown);
	for (int i = 0; i < 2; i++) {
		twin_release(&redis, &e.partner, HOUR, NOW - 2 * SECOND + i);
		freeReplyObject(report(&got, &e, NOW));
		CU_ASSERT_TRUE(got.unknown); /* nobody has seen it */
	}
	for (int i = 0; i < 5; i++)
		ask(&e, (uint64_t)i + 1, now + i * SECOND / 10);
	twin_outcome(&redis, &e, "ssf", 3, now + 4 * SECOND / 10);
	freeReplyObject(report(&got, &e, now + SECOND / 2));
	CU_ASSERT_FALSE(got.unknown);
	CU_ASSERT_EQUAL(got.seen_us, now + 4 * SECOND / 10);
	CU_ASSERT_EQUAL(got.rate_now, 5);
	CU_ASSERT_EQUAL(got.distinct_uris, 5);
	CU_ASSERT_EQUAL(got.successes, 2);
	CU_ASSERT_EQUAL(got.failures, 1);
	freeReplyObject(report(&got, &e, now + SECOND + SECOND / 10));
	CU_ASSERT_EQUAL(got.rate_now, 3);
	freeReplyObject(report(&got, &e, now + e.limits.watch_window_us + SECOND / 10));
	CU_ASSERT_EQUAL(got.distinct_uris, 3);
	CU_ASSERT_EQUAL(got.successes + got.failures, 0);
	CU_ASSERT_TRUE(enumerate(&e, &now).seen.became_watched);
	freeReplyObject(report(&got, &e, now));
	CU_ASSERT_EQUAL(got.own.watched_since_us, now);
	freeReplyObject(report(&got, &e, now + e.limits.watch_hold_us));
	CU_ASSERT_EQUAL(got.own.watched_until_us, 0);
	CU_ASSERT_TRUE(ask(&e, 1, now + e.limits.watch_hold_us).seen.stopped_watched); /* the report ended nothing */
	end();
}

static void reports_of_edges(void)
{
	static const char other[] = "edge2.example.com";
	struct script_counted counted = { .verdicts = { 3, 0, 2, 0, 1 }, .limited_by = REASON_RATE_LIMIT, .observe = true,
		.certificate = "CN=a\nCN=ca\n01", .sources = "a.example b.example" };
	struct entry e = story_discovered("contoso.example");
	struct script_report got;
	struct script_call call;
	redisReply *reply;
	char old[24];

	begin();
	script_count(&call, EDGE, &e.partner, &counted, true);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	counted.sources = "c.example a.example d.example e.example f.example g.example h.example i.example";
	counted.certificate = "";
	counted.limited_by = REASON_PACED;
	script_count(&call, other, &e.partner, &counted, true);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	reply = report(&got, &e, -1);
	CU_ASSERT_TRUE(got.verdicts[VERDICT_FORWARD] == 6 && got.verdicts[VERDICT_REFUSE] == 4 && got.verdicts[VERDICT_DROP] == 0);
	CU_ASSERT_EQUAL(got.verdicts[COUNTED_OBSERVED], 2);
	CU_ASSERT_EQUAL_FATAL(got.edge_count, 2);
	CU_ASSERT_TRUE(strcmp(got.edges[0], got.edges[1]) != 0);
	CU_ASSERT_EQUAL(got.limited_by, REASON_PACED);
	CU_ASSERT_TRUE(got.limited_since_us && got.limited_since_us <= got.limited_us && got.limited_us <= got.now_us);
	CU_ASSERT_TRUE(got.observe);
	CU_ASSERT_STRING_EQUAL(got.issuer, "CN=ca");
	CU_ASSERT_EQUAL_FATAL(got.source_count, STORE_SOURCES_MAX);
	CU_ASSERT_STRING_EQUAL(got.sources[0], "c.example");
	CU_ASSERT_STRING_EQUAL(got.sources[7], "i.example");
	freeReplyObject(reply);
	snprintf(old, sizeof old, "%lld", (long long)(got.now_us - STORE_EDGE_US - SECOND));
	freeReplyObject(redisCommand(redis.link, "HSET fg:1:{dcontoso.example}:n @edge0.example.com %s", old));
	freeReplyObject(report(&got, &e, -1));
	CU_ASSERT_EQUAL(got.edge_count, 2); /* the one that has gone is not told of */
	freeReplyObject(redisCommand(redis.link, "HSET fg:1:{dcontoso.example}:n certificate %s sources %s @EVIL %s limited %s forward %s",
	    "CN=\x1b[31m\nCN=ca\n01", "a.example <b>", "1", "1 2 malformed", "-7"));
	reply = report(&got, &e, -1);
	CU_ASSERT_PTR_NULL(got.subject);
	CU_ASSERT_EQUAL(got.source_count, 1);
	CU_ASSERT_EQUAL(got.limited_by, REASON_NONE);
	CU_ASSERT_EQUAL(got.verdicts[VERDICT_FORWARD], 0);
	freeReplyObject(reply);
	end();
}

static int64_t memory_of(const char *base)
{
	redisReply *all = redisCommand(redis.link, "KEYS %s*", base);
	int64_t sum = 0;

	for (size_t i = 0; i < all->elements; i++)
		sum += twin_ask(&redis, "MEMORY USAGE %s SAMPLES 0", all->element[i]->str);
	freeReplyObject(all);
	return sum;
}

static int64_t memory_with(unsigned targets)
{
	struct entry e = story_discovered("contoso.example");
	int64_t octets;

	begin();
	e.limits.distinct_uris = 1000;
	for (uint64_t i = 1; i <= targets; i++)
		ask(&e, i * UINT64_C(0x9e3779b97f4a7c15), NOW + (int64_t)i * SECOND / 19);
	octets = memory_of("fg:1:{dcontoso.example}");
	end();
	return octets;
}

static void memory(void)
{
	int64_t few = memory_with(10), many = memory_with(1000);

	printf("10 targets %lld octets, 1000 targets %lld ... ", (long long)few, (long long)many);
	CU_ASSERT_TRUE(few < 1300);
	CU_ASSERT_TRUE(many < 48 * 1024);
}

static struct order an_order(enum order_list list, const char *domain, int64_t made_us)
{
	struct order o = { .list = list, .made_us = made_us, .who = "alice" };

	domain_parse(&o.domain, domain, strlen(domain));
	domain_parse(&o.edge, EDGE, strlen(EDGE));
	return o;
}

static long long number_of(struct script_call *call)
{
	redisReply *reply = twin_call(&redis, call);
	long long number = reply && reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;

	freeReplyObject(reply);
	return number;
}

static long long tell_order(enum order_list list, const char *domain, int64_t made_us)
{
	struct order o = an_order(list, domain, made_us);
	struct script_call call;
	char text[ORDER_TEXT_MAX];

	order_write(&o, text);
	script_order(&call, EDGE, &o, text);
	return number_of(&call);
}

static long long forget_order(const char *domain, int64_t made_us)
{
	struct order o = an_order(ORDER_UNBLOCK, domain, made_us);
	struct script_call call;

	script_order(&call, EDGE, &o, "");
	return number_of(&call);
}

static struct script_orders ask_orders(int64_t from)
{
	struct script_orders page;
	struct script_call call;
	redisReply *reply;

	script_orders(&call, from);
	reply = twin_call(&redis, &call);
	CU_ASSERT_TRUE_FATAL(script_read_orders(&page, reply));
	freeReplyObject(reply);
	return page;
}

static void orders(void)
{
	struct script_orders page;
	int64_t last;

	begin();
	CU_ASSERT_EQUAL(ask_orders(0).last, 0);
	CU_ASSERT_EQUAL(tell_order(ORDER_ALLOW, "contoso.example", NOW), SCRIPT_ORDER_TAKEN);
	CU_ASSERT_EQUAL(tell_order(ORDER_ALLOW, "contoso.example", NOW), SCRIPT_ORDER_TAKEN);
	CU_ASSERT_EQUAL(tell_order(ORDER_BLOCK, "contoso.example", NOW - 1), SCRIPT_ORDER_OLD);
	page = ask_orders(0);
	CU_ASSERT_TRUE(page.count == 1 && page.orders[0].list == ORDER_ALLOW && page.orders[0].made_us == NOW);
	last = page.last;
	CU_ASSERT_EQUAL(ask_orders(last).count, 0);
	CU_ASSERT_EQUAL(tell_order(ORDER_BLOCK, "fabrikam.example", NOW), SCRIPT_ORDER_TAKEN);
	CU_ASSERT_EQUAL(tell_order(ORDER_UNALLOW, "contoso.example", NOW + 1), SCRIPT_ORDER_TAKEN);
	page = ask_orders(last);
	CU_ASSERT_TRUE(page.count == 2 && page.orders[0].list == ORDER_BLOCK && page.orders[1].list == ORDER_UNALLOW && page.last > last);
	CU_ASSERT_EQUAL(forget_order("contoso.example", NOW), SCRIPT_ORDER_TAKEN);
	CU_ASSERT_EQUAL(ask_orders(0).count, 2);
	forget_order("contoso.example", NOW + 1);
	CU_ASSERT_EQUAL(ask_orders(0).count, 1);
	CU_ASSERT_TRUE(twin_ask(&redis, "PTTL " SCRIPT_KEY_ORDERS) > 0 && twin_ask(&redis, "PTTL " SCRIPT_KEY_ORDERS_AT) > 0);
	end();
}

static void pages(void)
{
	char domain[40];
	struct script_orders page;
	int64_t from = 0;
	int count = 0;

	begin();
	for (int i = 0; i < 3 * SCRIPT_ORDERS_PAGE; i++) {
		snprintf(domain, sizeof domain, "d%d.example", i);
		tell_order(ORDER_BLOCK, domain, NOW);
	}
	do {
		page = ask_orders(from);
		from = page.last;
		count += page.count;
	} while (page.full);
	CU_ASSERT_EQUAL(count, 3 * SCRIPT_ORDERS_PAGE);
	end();
}

/* As many as there may be: this one first, and behind it as many of this text as are missing. */
static void fill_orders(const char *first, const char *text)
{
	static const char fill[] = "for i = 1, tonumber(ARGV[1]) do local d = 'd' .. i .. '.example' "
	    "redis.call('HSET', KEYS[1], d, i == 1 and ARGV[2] or ARGV[3] .. d .. ' ') redis.call('ZADD', KEYS[2], i, d) end";

	freeReplyObject(redisCommand(redis.link, "EVAL %s 2 %s %s %d %s %s", fill, SCRIPT_KEY_ORDERS, SCRIPT_KEY_ORDERS_AT,
	    3 * ORDERS_MOST, first, text));
}

static void orders_over_give_way(void)
{
	static const char holds[] = "1 0 block 0 alice edge1.example.com d1.example ";

	begin();
	fill_orders(holds, "1 0 unblock 0 alice edge1.example.com ");
	CU_ASSERT_EQUAL(tell_order(ORDER_BLOCK, "contoso.example", NOW), SCRIPT_ORDER_TAKEN);
	CU_ASSERT_TRUE(twin_ask(&redis, "HEXISTS " SCRIPT_KEY_ORDERS " d1.example") == 1);
	CU_ASSERT_TRUE(twin_ask(&redis, "HEXISTS " SCRIPT_KEY_ORDERS " contoso.example") == 1);
	CU_ASSERT_TRUE(twin_ask(&redis, "HEXISTS " SCRIPT_KEY_ORDERS " d2.example") == 0);
	CU_ASSERT_EQUAL(twin_ask(&redis, "HLEN " SCRIPT_KEY_ORDERS), twin_ask(&redis, "ZCARD " SCRIPT_KEY_ORDERS_AT));
	CU_ASSERT_TRUE(twin_ask(&redis, "HLEN " SCRIPT_KEY_ORDERS) >= 3 * ORDERS_MOST - 100);
	fill_orders(holds, "1 2 block 0 alice edge1.example.com ");
	CU_ASSERT_EQUAL(tell_order(ORDER_BLOCK, "fabrikam.example", NOW), SCRIPT_ORDER_TAKEN);
	fill_orders(holds, "1 0 block 0 alice edge1.example.com ");
	CU_ASSERT_EQUAL(tell_order(ORDER_BLOCK, "northwind.example", NOW), SCRIPT_ORDER_FULL);
	CU_ASSERT_TRUE(twin_ask(&redis, "HLEN " SCRIPT_KEY_ORDERS) >= 3 * ORDERS_MOST);
	end();
}

/* What the head of admit.lua lists is all that the scripts call. */
static void rights(void)
{
	struct entry e = story_discovered("contoso.example"), t = story_tenant("one.example"), f = story_discovered("fabrikam.example");
	struct demand demand = { .target = 1, .has_target = true };
	char slots[8] = { 0 }, answers[16] = { 0 };
	struct script_merge m = { .epoch = "1", .targets = "", .answers = answers, .answers_size = 16, .slots = slots, .slots_size = 8 };
	int64_t now = NOW;
	struct script_report got;
	struct script_call call;
	redisReply *reply;

	begin();
	reply = redisCommand(redis.link, "ACL SETUSER edge on >secret ~fg:* &fg:* -@all +eval +evalsha +script|load +time +auth +ping "
	    "+role +select +subscribe +publish " SCRIPT_RIGHTS);
	CU_ASSERT_EQUAL_FATAL(reply->type, REDIS_REPLY_STATUS);
	freeReplyObject(reply);
	freeReplyObject(redisCommand(redis.link, "AUTH edge secret"));
	t.provider_limits.rate.count = 30;
	t.max_tenants = 1;
	CU_ASSERT_TRUE(enumerate(&e, &now).seen.became_watched);
	CU_ASSERT_TRUE(fill(&t, 200, now) > 0 && fill(&t, 50, now + SECOND) < 50);
	CU_ASSERT_TRUE(ask_tenant("two.example", now).now_us == now);
	CU_ASSERT_TRUE(ask(&f, 1, now).created && twin_peek(&redis, &f, &demand, true, now).glimpse.own.distinct_uris == 1);
	CU_ASSERT_TRUE(twin_outcome(&redis, &e, "ffffffffffffffffffffffffffffff", 30, now).became_suspicious);
	now++;
	CU_ASSERT_EQUAL(twin_release(&redis, &e.partner, HOUR, now).own.released_us, now);
	CU_ASSERT_EQUAL(merge(&e, &m, now).now_us, now);
	script_announce(&call, EDGE, "a", "b", pool_key(), -1);
	reply = twin_call(&redis, &call);
	CU_ASSERT_EQUAL(reply->type, REDIS_REPLY_ARRAY);
	freeReplyObject(reply);
	freeReplyObject(report(&got, &e, now));
	CU_ASSERT_FALSE(got.unknown);
	CU_ASSERT_EQUAL(tell_order(ORDER_BLOCK, "contoso.example", 5), SCRIPT_ORDER_TAKEN);
	CU_ASSERT_EQUAL(forget_order("contoso.example", 5), SCRIPT_ORDER_TAKEN);
	CU_ASSERT_EQUAL(ask_orders(0).count, 0);
	end();
}

CU_TestInfo script_tests[] = {
	{ "Redis calls each script by the digest that we do", digests },
	{ "without a time given Redis' own clock decides", own_clock },
	{ "who may not become known is not, and leaves nothing behind", not_added },
	{ "tenants beyond max-tenants pay together, until one of the others was silent for the window", tenants },
	{ "a tenant on the watch list keeps its place however long it is silent", restricted_tenant },
	{ "tenants share their provider's rate", provider_limit },
	{ "where hundreds of a provider wait each gets the slot that C gives", long_queue },
	{ "every key has an expiry, whatever made it", every_key_expires },
	{ "a key that is made late has an expiry too", late_key_expires },
	{ "the expiry moves at most once an hour, and never ends before a hold or a release", expiry_is_lazy },
	{ "when the clock steps back no time has passed: no burst, and nothing is stuck", clock_steps_back },
	{ "a tenant and its provider each keep their own clock when it steps back", clocks_differ },
	{ "counts add up, and keys of another type are removed", counts_and_mending },
	{ "a report tells what is known, and changes nothing", reports },
	{ "what edges tell of a partner adds up, bounded, and what is none of theirs is left out", reports_of_edges },
	{ "a partner with ten targets takes a kilobyte, with a thousand forty", memory },
	{ "of operators' decisions the newest holds, and what changed is read behind what was read", orders },
	{ "many decisions are read in pages, none twice", pages },
	{ "where there are too many decisions those that are over give way, and none that holds", orders_over_give_way },
	{ "the commands listed for the Redis user are enough", rights },
	CU_TEST_INFO_NULL
};
