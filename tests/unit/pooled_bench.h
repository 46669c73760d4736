/* The pool's store under test: one edge of a pool before a real redis-server. */
#ifndef TESTS_UNIT_POOLED_BENCH_H
#define TESTS_UNIT_POOLED_BENCH_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/pooled.h"
#include "await.h"
#include "redis_server.h"

struct pooled_bench {
	struct redis_server server;
	struct loop *loop;
	struct streams streams;
	struct resolver *resolver;
	struct redis_place place;
	struct redis_conf conf;
	struct limits limits;
	struct store *store;
	char events[20000];       /* one a line */
	unsigned asked, answered, admitted, classes;
	struct reading seen;      /* the last one */
};

static inline struct pooled *pooled_of_bench(struct pooled_bench *b)
{
	return (struct pooled *)b->store;
}

static inline void pooled_bench_event(void *arg, const char *text)
{
	struct pooled_bench *b = arg;
	size_t used = strlen(b->events);

	snprintf(b->events + used, sizeof b->events - used, "%s\n", text);
}

static inline void pooled_bench_class(void *arg, const struct partner *partner, enum class before, enum class now)
{
	(void)partner;
	(void)before;
	(void)now;
	((struct pooled_bench *)arg)->classes++;
}

static inline bool pooled_bench_joined(struct pooled_bench *b)
{
	return pooled_of_bench(b)->state == POOL_JOINED;
}

/* Opens the store of an edge at the server, which need not run. */
static inline void pooled_bench_open(struct pooled_bench *b, const char *edge, unsigned max_partners)
{
	struct store_redis_house house = { .edge = edge, .address = "127.0.0.1:5061", .policy_digest = "0123456789ab",
		.max_partners = max_partners };
	char why[200];

	signal(SIGPIPE, SIG_IGN);
	b->conf.master = b->conf.user = b->conf.password = b->conf.ca = "";
	b->conf.timeout_us = b->conf.timeout_us ? b->conf.timeout_us : 5000000;
	b->conf.servers = &b->place;
	b->conf.server_count = 1;
	b->place = (struct redis_place){ .host = "127.0.0.1", .port = b->server.port, .path = "" };
	b->loop = loop_new();
	b->resolver = resolver_open(b->loop, "127.0.0.1:9", why, sizeof why);
	if (!b->loop || !b->resolver)
		abort();
	streams_init(&b->streams, b->loop);
	b->streams.in_max = 64 * 1024;
	if (!b->limits.rate.count)
		limits_default(&b->limits);
	house.loop = b->loop;
	house.streams = &b->streams;
	house.resolver = b->resolver;
	house.conf = &b->conf;
	house.limits = &b->limits;
	b->store = store_redis_open(&house);
	b->store->on_event = pooled_bench_event;
	b->store->on_class = pooled_bench_class;
	b->store->on_class_arg = b;
}

static inline void pooled_bench_close(struct pooled_bench *b)
{
	b->store->ops->close(b->store);
	turn_once(b->loop);
	CU_ASSERT_EQUAL(b->streams.open, 0);
	streams_clear(&b->streams);
	resolver_close(b->resolver);
	loop_free(b->loop);
}

/* A server, and an edge that has joined the pool. */
static inline void pooled_bench_start(struct pooled_bench *b)
{
	*b = (struct pooled_bench){ .conf.timeout_us = b->conf.timeout_us };
	redis_server_start(&b->server, "");
	pooled_bench_open(b, "edge1.example.com", 1000);
	AWAIT(b->loop, pooled_bench_joined(b) && pooled_of_bench(b)->news_up);
}

static inline void pooled_bench_end(struct pooled_bench *b)
{
	pooled_bench_close(b);
	redis_server_stop(&b->server);
}

static inline struct partner pooled_partner(const char *key)
{
	struct partner partner;

	if (!partner_from_key(&partner, key, strlen(key)))
		abort();
	return partner;
}

static inline struct entry pooled_stranger(const struct pooled_bench *b, const char *domain)
{
	struct entry entry = { .stance = STANCE_DISCOVER, .limited = true, .limits = b->limits };

	entry.partner.kind = PARTNER_DISCOVERED;
	domain_parse(&entry.partner.domain, domain, strlen(domain));
	return entry;
}

static inline void pooled_measured(void *arg, const struct reading *seen)
{
	struct pooled_bench *b = arg;

	b->seen = *seen;
	b->answered++;
	b->admitted += seen->admitted;
}

/* One message that names this target; 0: none. */
static inline void pooled_ask(struct pooled_bench *b, const struct entry *entry, uint64_t target)
{
	struct demand demand = { .target = target, .has_target = target != 0 };

	b->asked++;
	b->store->ops->measure(b->store, entry, &demand, pooled_measured, b);
}

/* The same, and what it reads. */
static inline const struct reading *pooled_read(struct pooled_bench *b, const struct entry *entry, uint64_t target)
{
	pooled_ask(b, entry, target);
	AWAIT(b->loop, b->answered == b->asked);
	return &b->seen;
}

static inline void pooled_count(struct pooled_bench *b, const struct entry *entry, enum reason reason)
{
	struct store_visit visit = { .reason = reason };

	b->store->ops->count(b->store, entry, &visit);
}

/* Redis goes; what is asked from now on is decided here. */
static inline void pooled_cut(struct pooled_bench *b)
{
	redis_server_kill(&b->server);
	AWAIT(b->loop, pooled_of_bench(b)->state == POOL_APART);
}

/* As if a wire was cut: Redis lives on, for others. */
static inline void pooled_part(struct pooled_bench *b)
{
	b->place.port = 1;
	store_redis_configure(b->store, &b->conf, NULL);
	AWAIT(b->loop, pooled_of_bench(b)->state == POOL_APART);
}

static inline bool pooled_merged(struct pooled_bench *b)
{
	const struct pooled *p = pooled_of_bench(b);

	b->store->ops->tick(b->store);
	return p->state == POOL_JOINED && !p->merge_at && !p->merging && !p->untaken;
}

static inline void pooled_rejoin(struct pooled_bench *b)
{
	b->place.port = b->server.port;
	store_redis_configure(b->store, &b->conf, NULL);
	AWAIT(b->loop, pooled_merged(b));
}

static inline void pooled_back(struct pooled_bench *b)
{
	redis_server_restart(&b->server);
	AWAIT(b->loop, pooled_merged(b));
}

#endif
