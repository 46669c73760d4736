/* A link to Redis under test: its loop, its configuration, and what it has told. */
#ifndef TESTS_UNIT_REDIS_BENCH_H
#define TESTS_UNIT_REDIS_BENCH_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/redis.h"
#include "await.h"

struct redis_bench {
	struct loop *loop;
	struct streams streams;
	struct resolver *resolver;
	struct redis_place places[4];
	char hosts[4][64], path[108];
	struct redis_conf conf;
	SSL_CTX *context;
	struct redis *redis;
	unsigned ups, downs, messages;
	bool up;
	char why[400], message[200], all[4000]; /* the last reason, and all of them */
	/* of commands */
	unsigned replies, misses, errors, disorder;
	bool was_up;               /* within the last reply */
	char reply[200];
};

static inline bool bench_says(const char *text, const char *part)
{
	bool found = strstr(text, part) != NULL;

	if (!found)
		printf("\n  \"%s\" is not in \"%s\"\n", part, text);
	return found;
}

static inline void bench_up(void *arg)
{
	struct redis_bench *b = arg;

	CU_ASSERT_TRUE(redis_is_up(b->redis));
	b->ups++;
	b->up = true;
}

static inline void bench_down(void *arg, const char *why)
{
	struct redis_bench *b = arg;

	CU_ASSERT_FALSE(redis_is_up(b->redis));
	b->downs++;
	b->up = false;
	snprintf(b->why, sizeof b->why, "%s", why);
	snprintf(b->all + strlen(b->all), sizeof b->all - strlen(b->all), "%s\n", why);
}

static inline void bench_message(void *arg, const char *payload, size_t length)
{
	struct redis_bench *b = arg;

	b->messages++;
	snprintf(b->message, sizeof b->message, "%.*s", (int)length, payload);
}

static const struct redis_calls bench_calls = { bench_up, bench_down, bench_message };

static inline void bench_replied(void *arg, const redisReply *reply)
{
	struct redis_bench *b = arg;

	b->was_up = redis_is_up(b->redis);
	if (!reply) {
		b->misses++;
		return;
	}
	b->errors += reply->type == REDIS_REPLY_ERROR;
	if (reply->type == REDIS_REPLY_INTEGER)
		snprintf(b->reply, sizeof b->reply, "%lld", reply->integer);
	else
		snprintf(b->reply, sizeof b->reply, "%s", reply->str ? reply->str : "");
	b->disorder += strtoul(b->reply, NULL, 10) != b->replies;
	b->replies++;
}

static inline bool bench_send(struct redis_bench *b, const char *one, const char *two, const char *three)
{
	const char *argv[] = { one, two, three };
	size_t lengths[] = { strlen(one), two ? strlen(two) : 0, three ? strlen(three) : 0 };

	return redis_send(b->redis, three ? 3 : two ? 2 : 1, argv, lengths, bench_replied, b);
}

static inline void bench_init(struct redis_bench *b)
{
	char why[200];

	signal(SIGPIPE, SIG_IGN);
	*b = (struct redis_bench){ .conf = { .master = "", .user = "", .password = "", .ca = "", .timeout_us = 10000000 } };
	b->loop = loop_new();
	b->resolver = resolver_open(b->loop, "127.0.0.1:9", why, sizeof why);
	if (!b->loop || !b->resolver)
		abort();
	streams_init(&b->streams, b->loop);
	b->conf.servers = b->places;
}

static inline void bench_add(struct redis_bench *b, const char *host, unsigned port)
{
	struct redis_place *place = &b->places[b->conf.server_count];
	char *copy = b->hosts[b->conf.server_count++];

	snprintf(copy, sizeof b->hosts[0], "%s", host);
	*place = (struct redis_place){ .host = copy, .port = port, .path = "" };
}

static inline void bench_open(struct redis_bench *b, const char *channel)
{
	char why[300];

	if (!redis_context(&b->context, &b->conf, why, sizeof why))
		printf("%s\n", why);
	b->redis = redis_open(b->loop, &b->streams, b->resolver, &b->conf, b->context, channel, &bench_calls, b);
}

/* A link to 127.0.0.1:PORT, or to where `places` says. */
static inline void bench_start(struct redis_bench *b, unsigned port)
{
	bench_init(b);
	bench_add(b, "127.0.0.1", port);
	bench_open(b, NULL);
}

static inline void bench_end(struct redis_bench *b)
{
	unsigned ups = b->ups, downs = b->downs;

	redis_close(b->redis);
	turn_once(b->loop);
	CU_ASSERT_EQUAL(b->ups, ups);
	CU_ASSERT_EQUAL(b->downs, downs);
	CU_ASSERT_EQUAL(b->streams.open, 0);
	streams_clear(&b->streams);
	SSL_CTX_free(b->context);
	resolver_close(b->resolver);
	loop_free(b->loop);
}

#endif
