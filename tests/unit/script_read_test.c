/* Replies, news and edges as they are read; and that nothing else is read as one. */
#include "unit.h"

#include "script_story.h"

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
		"*6\r\n:1\r\n:0\r\n:0\r\n:0\r\n:0\r\n:9007199254740992\r\n", "*6\r\n:1\r\n:0\r\n:0\r\n:9223372036854775807\r\n:0\r\n:0\r\n",
		"*1\r\n:9007199254740992\r\n", "*3\r\n:9007199254740992\r\n$2\r\nid\r\n" KEY,
		POOL "$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n", POOL "$3\r\na\0b\r\n$1\r\nb\r\n$1\r\nc\r\n:1\r\n",
		POOL "$1\r\na\r\n:2\r\n$1\r\nc\r\n:1\r\n", "*3\r\n$1\r\n1\r\n$2\r\nid\r\n" KEY, "*3\r\n:1\r\n:2\r\n" KEY,
		"*3\r\n:1\r\n$2\r\nid\r\n$5\r\nshort\r\n",
		/* Beyond 2^53 - 1 no number is one that a script told; the sum of two of them would be none either. */
		"*1\r\n:9007199254740992\r\n", "*6\r\n:1\r\n:1\r\n:0\r\n:9007199254740992\r\n:0\r\n:0\r\n",
		"*6\r\n:9223372036854775807\r\n:1\r\n:0\r\n:9223372036854775807\r\n:0\r\n:0\r\n",
		"*7\r\n:1\r\n:0\r\n:0\r\n:9007199254740992\r\n:0\r\n:0\r\n:0\r\n", "*3\r\n:9007199254740992\r\n$2\r\nid\r\n" KEY,
		POOL "$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n:9007199254740992\r\n",
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

static int announce(const char *name, int64_t now, struct script_pool *pool, redisReply **reply)
{
	struct script_call call;

	script_announce(&call, name, "pid 7", "a text, with blanks 12", pool_key(), now);
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
	CU_ASSERT_EQUAL(memcmp(&second.target_key, pool_key(), sizeof(second.target_key)), 0);
	freeReplyObject(redisCommand(redis.link, "FLUSHALL"));
	announce("b.example", NOW + 2 * SECOND, &second, &reply);
	freeReplyObject(reply);
	CU_ASSERT_STRING_NOT_EQUAL(second.id, first.id);
	end();
}

CU_TestInfo script_read_tests[] = {
	{ "all edges hear when a restriction begins or ends", news },
	{ "news of another shape are none", news_of_another_shape },
	{ "a reply of another shape is none", replies_of_another_shape },
	{ "a key of another type is an error, is left as it is, and is no trouble once it is gone", key_of_another_type },
	{ "edges hear of each other for a minute, whatever the clock does, and are bounded", edges },
	{ "the pool has an id and a key of its own, and loses the id with all else", pool_of_its_own },
	CU_TEST_INFO_NULL
};
