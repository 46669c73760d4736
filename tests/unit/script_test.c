/* What the scripts promise beyond being twins: who pays, how long keys live, a clock
 * that steps back, what a merge may bring back, and that nothing else is read as a reply. */
#include "unit.h"

#include "store_story.h"
#include "twin_redis.h"

#define NOW   INT64_C(2000000000000000)
#define EDGE  "edge1.example"
#define HOLDS(h) ((h).watched_until_us || (h).suspicious_until_us)

static const struct siphash_key target_key = { "0123456789abcde" };

static struct twin_redis redis;

static void begin(void)
{
	redis = twin_redis_start();
}

static void end(void)
{
	twin_redis_stop(&redis);
}

static struct script_reading ask(const struct entry *e, uint64_t target, int64_t now)
{
	const struct demand demand = { .target = target, .has_target = target != 0 };

	return twin_admit(&redis, e, &demand, true, now);
}

static unsigned fill(const struct entry *e, unsigned count, int64_t now)
{
	unsigned at_once = 0;

	for (unsigned i = 0; i < count; i++) {
		struct script_reading r = ask(e, 0, now);

		at_once += r.seen.admitted && !r.seen.wait_us;
	}
	return at_once;
}

static struct script_reading enumerate(const struct entry *e, int64_t *now)
{
	struct script_reading r = { .now_us = 0 };

	for (uint64_t target = 1; target <= e->limits.distinct_uris + 1; target++) {
		*now += SECOND;
		r = ask(e, target, *now);
	}
	return r;
}

static int64_t text_integer(const char *command)
{
	return twin_ask(&redis, command);
}

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

static struct script_standing merge(const struct entry *e, const struct script_merge *m, int64_t now)
{
	struct script_call call;

	script_merge(&call, EDGE, &e->partner, &e->limits, m, now);
	return twin_standing(&redis, &call);
}

static void pack(char *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(value >> (8 * i));
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
	script_announce(&call, EDGE, "a", "b", &target_key, NOW);
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
	struct entry one = story_tenant("one.example"), two = story_tenant("two.example");
	struct script_reading r;

	begin();
	one.provider_limits.rate.count = two.provider_limits.rate.count = 30;
	fill(&one, 20, NOW);
	CU_ASSERT_EQUAL(fill(&two, 10, NOW + SECOND / 2), 10);
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

static redisContext *listen_to_news(void)
{
	char path[128];
	redisContext *link;

	snprintf(path, sizeof(path), "%s/socket", redis.scratch.directory);
	link = twin_connect(path);
	freeReplyObject(redisCommand(link, "SUBSCRIBE " SCRIPT_CHANNEL));
	return link;
}

static bool hear(redisContext *link, struct script_news *out)
{
	struct timeval patience = { 0, 300000 };
	redisReply *reply = NULL;
	bool good;

	redisSetTimeout(link, patience);
	good = redisGetReply(link, (void **)&reply) == REDIS_OK && reply->elements == 3 &&
	    script_read_news(out, reply->element[2]->str, (size_t)reply->element[2]->len);
	freeReplyObject(reply);
	return good;
}

static void news(void)
{
	struct entry e = story_discovered("contoso.example"), t = story_tenant("one.example");
	struct script_news heard;
	redisContext *link;
	int64_t now = NOW;

	begin();
	link = listen_to_news();
	enumerate(&e, &now);
	CU_ASSERT_TRUE(hear(link, &heard));
	CU_ASSERT_STRING_EQUAL(heard.edge, EDGE);
	CU_ASSERT_STRING_EQUAL(heard.partner.domain.text, "contoso.example");
	CU_ASSERT_TRUE(heard.now_us == now && heard.hold.watched_since_us == now);
	CU_ASSERT_EQUAL(heard.hold.watched_until_us, now + e.limits.watch_hold_us);
	twin_release(&redis, &e.partner, HOUR, now + 5);
	CU_ASSERT_TRUE(hear(link, &heard));
	CU_ASSERT_TRUE(!HOLDS(heard.hold) && heard.hold.released_us == now + 5);
	twin_outcome(&redis, &e, "ffffffffffffffffffffff", 22, now + 6);
	CU_ASSERT_TRUE(hear(link, &heard));
	CU_ASSERT_EQUAL(heard.hold.suspicious_since_us, now + 6);
	CU_ASSERT_TRUE(ask(&e, 0, now + HOUR + 6).seen.stopped_suspicious);
	CU_ASSERT_TRUE(hear(link, &heard) && !HOLDS(heard.hold));
	t.provider_limits.distinct_uris = 5;
	enumerate(&t, &now);
	CU_ASSERT_TRUE(hear(link, &heard));
	CU_ASSERT_EQUAL(heard.partner.kind, PARTNER_PROVIDER);
	CU_ASSERT_TRUE(heard.hold.watched_since_us > 0);
	redisFree(link);
	end();
}

static void news_of_another_shape(void)
{
	static const char *const bad[] = {
		"", "\n", "\n\n", "e\nda.b\n", "e\nda.b\n1 2 3 4 5", "e\nda.b\n1 2 3 4 5 ", "e\nda.b\n1 2 3 4 5 6 ", "e\nda.b\n1 2 3 4 5 6\n",
		"\nda.b\n1 2 3 4 5 6", "e\nA.b\n1 2 3 4 5 6", "e\nda.b\n1 2 3 4 5 -6", "e\nda.b\n1 2  3 4 5 6", "e\nda.b 1 2 3 4 5 6",
		"e\nda.b\n1 2 3 4 5 9007199254740992", "e\nda.b\n1 2 3 4 5 99999999999999999999999999",
	};
	static const char good[] = "e\nda.b\n1 2 3 4 5 6";
	char name[400];
	struct script_news out;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_FALSE(script_read_news(&out, bad[i], strlen(bad[i])));
	CU_ASSERT_TRUE(script_read_news(&out, good, strlen(good)));
	for (size_t length = 0; length < strlen(good); length++)
		CU_ASSERT_FALSE(script_read_news(&out, good, length));
	CU_ASSERT_EQUAL(snprintf(name, sizeof(name), "%0256d%s", 0, good + 1), 256 + (int)strlen(good) - 1);
	CU_ASSERT_FALSE(script_read_news(&out, name, strlen(name)));
	CU_ASSERT_TRUE(script_read_news(&out, name + 1, strlen(name) - 1));
}

static redisReply *reply_of(const char *wire)
{
	redisReader *reader = redisReaderCreate();
	void *reply = NULL;

	redisReaderFeed(reader, wire, strlen(wire));
	CU_ASSERT_EQUAL(redisReaderGetReply(reader, &reply), REDIS_OK);
	redisReaderFree(reader);
	return reply;
}

#define KEY  "$16\r\n0123456789abcdef\r\n"
#define POOL "*7\r\n:1\r\n$2\r\nid\r\n" KEY

static void replies_of_another_shape(void)
{
	static const char *const wires[] = {
		"+OK\r\n", "-ERR no\r\n", ":5\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", "*1\r\n$1\r\n5\r\n", "*1\r\n:-1\r\n", "*2\r\n:1\r\n:2\r\n",
		"*7\r\n:1\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n$1\r\n0\r\n", "*7\r\n:1\r\n:3\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n",
		"*11\r\n:1\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n",
		"*6\r\n:1\r\n:1024\r\n:0\r\n:0\r\n:0\r\n:0\r\n", "*6\r\n:1\r\n:0\r\n:3\r\n:0\r\n:0\r\n:0\r\n",
		"*6\r\n:1\r\n:0\r\n:0\r\n:-1\r\n:0\r\n:0\r\n",
		POOL "$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n", POOL "$3\r\na\0b\r\n$1\r\nb\r\n$1\r\nc\r\n:1\r\n",
		POOL "$1\r\na\r\n:2\r\n$1\r\nc\r\n:1\r\n", "*3\r\n$1\r\n1\r\n$2\r\nid\r\n" KEY, "*3\r\n:1\r\n:2\r\n" KEY,
		"*3\r\n:1\r\n$2\r\nid\r\n$5\r\nshort\r\n",
	};
	static struct script_pool pool;
	struct script_reading reading;
	struct script_standing standing;

	CU_ASSERT_FALSE(script_read_admit(&reading, NULL));
	CU_ASSERT_FALSE(script_read_outcome(&standing, NULL));
	CU_ASSERT_FALSE(script_read_announce(&pool, NULL));
	for (size_t i = 0; i < sizeof(wires) / sizeof(wires[0]); i++) {
		redisReply *reply = reply_of(wires[i]);

		CU_ASSERT_FALSE(script_read_admit(&reading, reply));
		CU_ASSERT_FALSE(script_read_outcome(&standing, reply));
		CU_ASSERT_FALSE(script_read_announce(&pool, reply));
		freeReplyObject(reply);
	}
}

static void key_of_another_type(void)
{
	static const char *const parts[] = { "s", "w", "c", "a" };
	struct entry e = story_discovered("contoso.example");
	const struct demand demand = { .target = 7, .has_target = true };
	struct script_reading out;
	struct script_call call;

	for (size_t i = 0; i < 4; i++) {
		redisReply *reply;

		begin();
		freeReplyObject(redisCommand(redis.link, "SET fg:1:{dcontoso.example}:%s foreign", parts[i]));
		if (i < 3)
			script_admit(&call, EDGE, &e, &demand, true, NOW);
		else
			script_outcome(&call, EDGE, &e.partner, &e.limits, "f", 1, true, NOW);
		reply = twin_call(&redis, &call);
		CU_ASSERT_EQUAL(reply->type, REDIS_REPLY_ERROR);
		CU_ASSERT_FALSE(script_read_admit(&out, reply));
		freeReplyObject(reply);
		CU_ASSERT_EQUAL(twin_ask(&redis, "STRLEN fg:1:{dcontoso.example}:%s", parts[i]), 7);
		freeReplyObject(redisCommand(redis.link, "DEL fg:1:{dcontoso.example}:%s", parts[i]));
		CU_ASSERT_TRUE(ask(&e, 7, NOW).seen.admitted);
		end();
	}
}

static void merged_targets(void)
{
	struct entry e = story_discovered("contoso.example");
	char targets[16 * 12];
	struct script_merge m = { .epoch = "1", .targets = targets, .targets_size = 16 * 8, .answers = "", .slots = "" };

	begin();
	for (uint64_t i = 0; i < 12; i++) {
		pack(targets + 16 * i, 100 + i);
		pack(targets + 16 * i + 8, i == 0 ? (uint64_t)(25 * HOUR) : (uint64_t)HOUR);
	}
	ask(&e, 101, NOW);
	ask(&e, 1, NOW);
	CU_ASSERT_FALSE(HOLDS(merge(&e, &m, NOW).own));
	CU_ASSERT_EQUAL(twin_targets(&redis, "fg:1:{dcontoso.example}"), 8); /* one was too old, one there */
	CU_ASSERT_EQUAL(twin_field(&redis, "fg:1:{dcontoso.example}", "c"), 8);
	ask(&e, 2, NOW + 23 * HOUR);
	ask(&e, 3, NOW + 23 * HOUR);
	CU_ASSERT_TRUE(ask(&e, 4, NOW + 23 * HOUR).seen.admitted); /* those that were an hour old are gone */
	m.epoch = "2";
	m.targets_size = sizeof(targets);
	CU_ASSERT_EQUAL(merge(&e, &m, NOW + 23 * HOUR).own.watched_since_us, NOW + 23 * HOUR);
	end();
}

static void merged_answers(void)
{
	struct entry e = story_discovered("contoso.example");
	char answers[16];
	struct script_merge m = { .epoch = "1", .targets = "", .answers = answers, .answers_size = 16, .slots = "" };
	struct script_standing s;

	begin();
	pack(answers, (uint64_t)(20 * SECOND));
	pack(answers + 8, UINT64_C(12) << 32);
	CU_ASSERT_FALSE(merge(&e, &m, NOW).became_suspicious);
	CU_ASSERT_FALSE(merge(&e, &m, NOW + SECOND).became_suspicious);
	m.epoch = "2";
	s = merge(&e, &m, NOW + 2 * SECOND);
	CU_ASSERT_TRUE(s.became_suspicious);
	CU_ASSERT_EQUAL(s.own.suspicious_until_us, NOW + 2 * SECOND + e.limits.suspicion_hold_us);
	CU_ASSERT_TRUE(ask(&e, 0, NOW + 3 * SECOND).seen.suspicious);
	end();
}

static void merged_holds(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = "" };
	struct script_standing s;
	int64_t now = NOW;

	begin();
	m.hold = (struct script_hold){ 100 * SECOND, HOUR, 50 * SECOND, 2 * HOUR, 0 };
	s = merge(&e, &m, NOW);
	CU_ASSERT_EQUAL(s.own.watched_since_us, NOW - 100 * SECOND);
	CU_ASSERT_EQUAL(s.own.watched_until_us, NOW + HOUR);
	CU_ASSERT_EQUAL(s.own.suspicious_since_us, NOW - 50 * SECOND);
	CU_ASSERT_EQUAL(s.own.suspicious_until_us, NOW + 2 * HOUR);
	CU_ASSERT_EQUAL(ask(&e, 1, NOW).seen.refused_until_us, NOW + HOUR);
	m.epoch = "2";
	m.hold.watched_until_us = HOUR / 2;
	m.hold.suspicious_until_us = 3 * HOUR;
	s = merge(&e, &m, NOW);
	CU_ASSERT_EQUAL(s.own.watched_until_us, NOW + HOUR);
	CU_ASSERT_EQUAL(s.own.suspicious_until_us, NOW + 3 * HOUR);
	twin_flush(&redis);
	enumerate(&e, &now);
	s = merge(&e, &m, now);
	CU_ASSERT_EQUAL(s.own.watched_until_us, now + e.limits.watch_hold_us);
	CU_ASSERT_EQUAL(s.own.watched_since_us, now);
	end();
}

static void release_is_newer(void)
{
	struct entry e = story_discovered("contoso.example");
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = "" };
	char targets[16];
	struct script_standing s;

	begin();
	CU_ASSERT_TRUE(twin_release(&redis, &e.partner, 24 * HOUR, NOW).unknown);
	pack(targets, 5);
	pack(targets + 8, (uint64_t)(20 * SECOND));
	m.targets = targets;
	m.targets_size = 16;
	m.hold = (struct script_hold){ 10 * SECOND, HOUR, 10 * SECOND, HOUR, 0 };
	s = merge(&e, &m, NOW + 10 * SECOND);
	CU_ASSERT_FALSE(HOLDS(s.own));
	CU_ASSERT_EQUAL(s.own.released_us, NOW);
	CU_ASSERT_EQUAL(twin_targets(&redis, "fg:1:{dcontoso.example}"), 0);
	m.epoch = "2";
	m.hold.watched_since_us = m.hold.suspicious_since_us = 10 * SECOND - 1;
	s = merge(&e, &m, NOW + 10 * SECOND);
	CU_ASSERT_TRUE(s.own.watched_until_us && s.own.suspicious_until_us);
	m = (struct script_merge){ .epoch = "3", .targets = "", .answers = "", .slots = "", .hold.released_us = 5 * SECOND };
	s = merge(&e, &m, NOW + 10 * SECOND); /* released five seconds ago, where Redis could not hear of it */
	CU_ASSERT_FALSE(HOLDS(s.own));
	CU_ASSERT_EQUAL(s.own.released_us, NOW + 5 * SECOND);
	CU_ASSERT_EQUAL(ask(&e, 5, NOW + 10 * SECOND).seen.class, CLASS_DISCOVERED);
	end();
}

static void merged_slots(void)
{
	struct entry e = story_discovered("contoso.example");
	char slots[8 * 10];
	struct script_merge m = { .epoch = "1", .targets = "", .answers = "", .slots = slots, .slots_size = sizeof(slots) };
	struct script_reading r;

	begin();
	for (int i = 0; i < 10; i++)
		pack(slots + 8 * i, (uint64_t)(2 * (SECOND / 2 - i * SECOND / 10)));
	CU_ASSERT_EQUAL(fill(&e, 10, NOW), 10);
	merge(&e, &m, NOW + SECOND / 10);
	merge(&e, &m, NOW + SECOND / 10);
	CU_ASSERT_EQUAL(text_integer("LLEN fg:1:{dcontoso.example}:w"), 20);
	r = ask(&e, 0, NOW + SECOND / 10);
	CU_ASSERT_EQUAL(r.seen.wait_us, SECOND / 2); /* the first of the twenty was 400 ms before the first ask */
	CU_ASSERT_EQUAL(twin_field(&redis, "fg:1:{dcontoso.example}", "q"), NOW + SECOND * 6 / 10);
	end();
}

static int announce(const char *name, int64_t now, struct script_pool *pool, redisReply **reply)
{
	struct script_call call;

	script_announce(&call, name, "pid 7", "a text, with blanks 12", &target_key, now);
	*reply = twin_call(&redis, &call);
	CU_ASSERT_TRUE_FATAL(script_read_announce(pool, *reply));
	CU_ASSERT_EQUAL(pool->now_us, now);
	return pool->count;
}

static int announce_only(const char *name, int64_t now)
{
	static struct script_pool pool;
	redisReply *reply;
	int count = announce(name, now, &pool, &reply);

	freeReplyObject(reply);
	return count;
}

/* Of the edge itself it tells what stood there before. */
static void edges(void)
{
	static struct script_pool pool;
	redisReply *reply;
	char name[32];

	begin();
	CU_ASSERT_EQUAL(announce_only("a.example", NOW), 0);
	CU_ASSERT_EQUAL(announce("a.example", NOW + SECOND, &pool, &reply), 1);
	CU_ASSERT_STRING_EQUAL(pool.edges[0].name, "a.example");
	CU_ASSERT_STRING_EQUAL(pool.edges[0].instance, "pid 7");
	CU_ASSERT_STRING_EQUAL(pool.edges[0].text, "a text, with blanks 12");
	CU_ASSERT_EQUAL(pool.edges[0].age_us, SECOND);
	freeReplyObject(reply);
	CU_ASSERT_EQUAL(announce_only("b.example", NOW + 61 * SECOND), 1);
	CU_ASSERT_EQUAL(announce_only("b.example", NOW + 61 * SECOND + 1), 1);
	CU_ASSERT_EQUAL(announce_only("c.example", NOW - HOUR), 1); /* the clock went back */
	CU_ASSERT_EQUAL(announce_only("c.example", NOW - HOUR + 60 * SECOND + 1), 0);
	freeReplyObject(redisCommand(redis.link, "HSET fg:1:{edges} foreign thing"));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "e%d.example", i);
		announce_only(name, NOW);
	}
	CU_ASSERT_EQUAL(announce_only("e299.example", NOW), SCRIPT_EDGES_MAX);
	CU_ASSERT_EQUAL(text_integer("HLEN fg:1:{edges}"), SCRIPT_EDGES_MAX);
	end();
}

/* The first edge's key is all edges'; an emptied Redis tells by another id. */
static void pool_of_its_own(void)
{
	static struct script_pool first, second;
	static const struct siphash_key other = { { 1, 2, 3 } };
	struct script_call call;
	redisReply *reply;

	begin();
	announce("a.example", NOW, &first, &reply);
	freeReplyObject(reply);
	script_announce(&call, "b.example", "pid 8", "text", &other, NOW + SECOND);
	reply = twin_call(&redis, &call);
	CU_ASSERT_TRUE(script_read_announce(&second, reply));
	freeReplyObject(reply);
	CU_ASSERT_STRING_EQUAL(second.id, first.id);
	CU_ASSERT_EQUAL(memcmp(&second.target_key, &target_key, sizeof(target_key)), 0);
	freeReplyObject(redisCommand(redis.link, "FLUSHALL"));
	announce("b.example", NOW + 2 * SECOND, &second, &reply);
	freeReplyObject(reply);
	CU_ASSERT_STRING_NOT_EQUAL(second.id, first.id);
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
	static const uint32_t verdicts[VERDICTS] = { 3, 0, 2, 1 };
	struct entry e = story_discovered("contoso.example");
	struct script_call call;

	begin();
	script_count(&call, EDGE, &e.partner, verdicts);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	CU_ASSERT_EQUAL(twin_ask(&redis, "HLEN %s", "fg:1:{dcontoso.example}:n"), 4);
	ask(&e, 1, NOW);
	freeReplyObject(redisCommand(redis.link, "DEL fg:1:{dcontoso.example}:w"));
	freeReplyObject(redisCommand(redis.link, "SET fg:1:{dcontoso.example}:w foreign"));
	script_mend(&call, &e.partner);
	CU_ASSERT_EQUAL(call_integer(&call), 1);
	CU_ASSERT_EQUAL(call_integer(&call), 0);
	CU_ASSERT_TRUE(ask(&e, 1, NOW + SECOND).seen.admitted);
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

/* What the head of admit.lua lists is all that the scripts call. */
static void rights(void)
{
	struct entry e = story_discovered("contoso.example"), t = story_tenant("one.example");
	char slots[8] = { 0 }, answers[16] = { 0 };
	struct script_merge m = { .epoch = "1", .targets = "", .answers = answers, .answers_size = 16, .slots = slots, .slots_size = 8 };
	int64_t now = NOW;
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
	CU_ASSERT_TRUE(twin_outcome(&redis, &e, "ffffffffffffffffffffffffffffff", 30, now).became_suspicious);
	CU_ASSERT_EQUAL(twin_release(&redis, &e.partner, HOUR, now).own.released_us, now);
	CU_ASSERT_EQUAL(merge(&e, &m, now).now_us, now);
	script_announce(&call, EDGE, "a", "b", &target_key, -1);
	reply = twin_call(&redis, &call);
	CU_ASSERT_EQUAL(reply->type, REDIS_REPLY_ARRAY);
	freeReplyObject(reply);
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
	{ "the expiry moves at most once an hour, and never ends before a hold or a release", expiry_is_lazy },
	{ "when the clock steps back no time has passed: no burst, and nothing is stuck", clock_steps_back },
	{ "a tenant and its provider each keep their own clock when it steps back", clocks_differ },
	{ "all edges hear when a restriction begins or ends", news },
	{ "news of another shape are none", news_of_another_shape },
	{ "a reply of another shape is none", replies_of_another_shape },
	{ "a key of another type is an error, is left as it is, and is no trouble once it is gone", key_of_another_type },
	{ "merged targets are a union inside the window, and too many of them are watched", merged_targets },
	{ "merged answers are added once for each epoch, and judged", merged_answers },
	{ "of two holds the one that lasts longer stays", merged_holds },
	{ "what is older than a release is not brought back, and a newer release ends it", release_is_newer },
	{ "merged slots count in the window, once", merged_slots },
	{ "edges hear of each other for a minute, whatever the clock does, and are bounded", edges },
	{ "the pool has an id and a key of its own, and loses the id with all else", pool_of_its_own },
	{ "counts add up, and keys of another type are removed", counts_and_mending },
	{ "a partner with ten targets takes a kilobyte, with a thousand forty", memory },
	{ "the commands listed for the Redis user are enough", rights },
	CU_TEST_INFO_NULL
};
