/* Operators' decisions over a pool: edges before a real redis-server. */
#include "unit.h"

#include "pooled_bench.h"

#define S INT64_C(1000000)

struct ordered_bench {
	struct pooled_bench one, two;
};

static void begin(struct ordered_bench *b)
{
	*b = (struct ordered_bench){ .one.asked = 0 };
	pooled_bench_start(&b->one);
	b->two.server = b->one.server;
	pooled_bench_open(&b->two, "edge2.example.com", 1000);
	AWAIT(b->two.loop, pooled_bench_joined(&b->two) && pooled_of_bench(&b->two)->news_up && pooled_of_bench(&b->two)->orders_read);
	AWAIT(b->one.loop, pooled_of_bench(&b->one)->orders_read);
}

static void end(struct ordered_bench *b)
{
	pooled_bench_close(&b->two);
	pooled_bench_end(&b->one);
}

static enum orders_put decide(struct pooled_bench *b, enum order_list list, const char *domain, int64_t for_us)
{
	struct order o = { .list = list };
	const char *edge = pooled_of_bench(b)->house.edge;

	domain_parse(&o.domain, domain, strlen(domain));
	domain_parse(&o.edge, edge, strlen(edge));
	order_set_who(&o, "alice");
	o.made_us = orders_stamp(b->store->orders, &o.domain, b->store->clock_us(b->store) + b->store->wall_ahead_us);
	o.until_us = for_us ? o.made_us + for_us : 0;
	return b->store->ops->order(b->store, &o);
}

static bool has(const struct pooled_bench *b, enum order_list list, const char *domain)
{
	const struct order *o = orders_find(b->store->orders, domain);

	return o && orders_holds(o) && o->list == list;
}

static bool has_none(const struct pooled_bench *b, const char *domain)
{
	const struct order *o = orders_find(b->store->orders, domain);

	return !o || !orders_holds(o);
}

static bool is_written(struct pooled_bench *b)
{
	const struct pooled *p = pooled_of_bench(b);

	b->store->ops->tick(b->store);
	return p->orders_read && !p->orders_unsent && !p->order_sent && !p->orders_asked && !p->orders_behind;
}

static void every_edge_hears_of_a_decision(void)
{
	struct ordered_bench b;

	begin(&b);
	CU_ASSERT_EQUAL(decide(&b.one, ORDER_ALLOW, "contoso.example", 0), ORDERS_TAKEN);
	CU_ASSERT_TRUE(has(&b.one, ORDER_ALLOW, "contoso.example"));
	AWAIT(b.one.loop, is_written(&b.one));
	AWAIT(b.two.loop, has(&b.two, ORDER_ALLOW, "contoso.example"));
	CU_ASSERT_STRING_EQUAL(orders_find(b.two.store->orders, "contoso.example")->edge.text, "edge1.example.com");
	decide(&b.two, ORDER_BLOCK, "contoso.example", 0);
	AWAIT(b.two.loop, is_written(&b.two));
	AWAIT(b.one.loop, has(&b.one, ORDER_BLOCK, "contoso.example"));
	decide(&b.one, ORDER_UNBLOCK, "contoso.example", 0);
	AWAIT(b.one.loop, is_written(&b.one));
	AWAIT(b.two.loop, has_none(&b.two, "contoso.example"));
	end(&b);
}

static void who_joins_reads_all(void)
{
	struct pooled_bench one = { .asked = 0 }, late;
	char domain[40];

	pooled_bench_start(&one);
	AWAIT(one.loop, is_written(&one));
	for (int i = 0; i < 100; i++) {
		snprintf(domain, sizeof domain, "d%d.example", i);
		decide(&one, i % 2 ? ORDER_BLOCK : ORDER_ALLOW, domain, 0);
	}
	AWAIT(one.loop, is_written(&one));
	CU_ASSERT_EQUAL(redis_server_do(&one.server, "HLEN fg:1:{orders}"), 100);
	late = (struct pooled_bench){ .server = one.server };
	pooled_bench_open(&late, "edge2.example.com", 1000);
	AWAIT(late.loop, orders_in_effect(late.store->orders) == 100);
	CU_ASSERT_TRUE(has(&late, ORDER_BLOCK, "d99.example") && has(&late, ORDER_ALLOW, "d0.example"));
	pooled_bench_close(&late);
	pooled_bench_end(&one);
}

static void a_redis_that_lost_all_gets_it_back(void)
{
	struct ordered_bench b;

	begin(&b);
	decide(&b.one, ORDER_BLOCK, "contoso.example", 0);
	decide(&b.one, ORDER_ALLOW, "fabrikam.example", 0);
	AWAIT(b.one.loop, is_written(&b.one));
	AWAIT(b.two.loop, has(&b.two, ORDER_ALLOW, "fabrikam.example"));
	redis_server_do(&b.one.server, "FLUSHALL SYNC");
	decide(&b.two, ORDER_UNALLOW, "fabrikam.example", 0);
	b.one.store->ops->tick(b.one.store);
	b.two.store->ops->tick(b.two.store);
	AWAIT(b.one.loop, is_written(&b.one) && redis_server_do(&b.one.server, "HEXISTS fg:1:{orders} contoso.example") == 1);
	AWAIT(b.two.loop, is_written(&b.two));
	AWAIT(b.one.loop, has_none(&b.one, "fabrikam.example"));
	CU_ASSERT_TRUE(has(&b.one, ORDER_BLOCK, "contoso.example") && has(&b.two, ORDER_BLOCK, "contoso.example"));
	end(&b);
}

/* An edge that was cut off when a decision was taken back does not bring it back. */
static void what_was_taken_back_stays_so(void)
{
	struct ordered_bench b;

	begin(&b);
	decide(&b.one, ORDER_BLOCK, "contoso.example", 0);
	AWAIT(b.one.loop, is_written(&b.one));
	AWAIT(b.two.loop, has(&b.two, ORDER_BLOCK, "contoso.example"));
	pooled_part(&b.two);
	decide(&b.one, ORDER_UNBLOCK, "contoso.example", 0);
	AWAIT(b.one.loop, is_written(&b.one));
	pooled_rejoin(&b.two);
	AWAIT(b.two.loop, has_none(&b.two, "contoso.example"));
	AWAIT(b.two.loop, is_written(&b.two));
	AWAIT(b.one.loop, is_written(&b.one));
	CU_ASSERT_TRUE(has_none(&b.one, "contoso.example"));
	end(&b);
}

/* Decided while Redis was away: it holds here at once, and for the others when they meet again. */
static void what_was_decided_apart_is_the_pools(void)
{
	struct ordered_bench b;

	begin(&b);
	pooled_part(&b.two);
	decide(&b.two, ORDER_BLOCK, "contoso.example", 3600 * S);
	CU_ASSERT_TRUE(has(&b.two, ORDER_BLOCK, "contoso.example"));
	turn_for(b.one.loop, 20);
	CU_ASSERT_TRUE(has_none(&b.one, "contoso.example"));
	pooled_rejoin(&b.two);
	AWAIT(b.two.loop, is_written(&b.two));
	AWAIT(b.one.loop, has(&b.one, ORDER_BLOCK, "contoso.example"));
	CU_ASSERT_EQUAL(orders_find(b.one.store->orders, "contoso.example")->until_us,
	    orders_find(b.two.store->orders, "contoso.example")->until_us);
	end(&b);
}

static void what_others_wrote_hurts_nobody(void)
{
	struct pooled_bench b = { .asked = 0 };

	pooled_bench_start(&b);
	AWAIT(b.loop, is_written(&b));
	redis_server_do(&b.server, "HSET fg:1:{orders} spim.example nonsense");
	redis_server_do(&b.server, "ZADD fg:1:{orders}:at 1 spim.example 2 gone.example");
	redis_server_do(&b.server, "SET fg:1:{held} x");
	redis_server_do(&b.server, "PUBLISH fg:1:class x\n=orders\n");
	decide(&b, ORDER_BLOCK, "contoso.example", 0);
	AWAIT(b.loop, is_written(&b));
	CU_ASSERT_EQUAL(redis_server_do(&b.server, "HEXISTS fg:1:{orders} contoso.example"), 1);
	CU_ASSERT_EQUAL(orders_in_effect(b.store->orders), 1);
	redis_server_do(&b.server, "SET fg:1:{orders} x");
	decide(&b, ORDER_BLOCK, "fabrikam.example", 0);
	AWAIT(b.loop, is_written(&b) && redis_server_do(&b.server, "HLEN fg:1:{orders}") == 2);
	pooled_bench_end(&b);
}

static void what_is_over_is_forgotten_there_too(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct order old = { .list = ORDER_UNBLOCK };

	pooled_bench_start(&b);
	AWAIT(b.loop, is_written(&b));
	domain_parse(&old.domain, "old.example", strlen("old.example"));
	domain_parse(&old.edge, "edge1.example.com", strlen("edge1.example.com"));
	order_set_who(&old, "alice");
	old.made_us = clock_wall_us() - 2 * ORDERS_KEPT_US;
	orders_put(b.store->orders, &old, clock_wall_us());
	ordered_begin(pooled_of_bench(&b));
	decide(&b, ORDER_BLOCK, "contoso.example", 0);
	AWAIT(b.loop, redis_server_do(&b.server, "HLEN fg:1:{orders}") == 2);
	b.store->wall_ahead_us += 3600 * S; /* it looks once in a while only */
	ordered_second(pooled_of_bench(&b));
	CU_ASSERT_PTR_NULL(orders_find(b.store->orders, "old.example"));
	AWAIT(b.loop, is_written(&b) && redis_server_do(&b.server, "HLEN fg:1:{orders}") == 1);
	pooled_bench_end(&b);
}

CU_TestInfo ordered_tests[] = {
	{ "every edge hears of a decision, and of its being taken back", every_edge_hears_of_a_decision },
	{ "who joins reads all, in pages", who_joins_reads_all },
	{ "a Redis that lost all gets the decisions back", a_redis_that_lost_all_gets_it_back },
	{ "an edge that was away brings back nothing that was taken back", what_was_taken_back_stays_so },
	{ "what was decided without Redis is the pool's when it is back", what_was_decided_apart_is_the_pools },
	{ "what somebody else writes there hurts nobody", what_others_wrote_hurts_nobody },
	{ "what has been over for long is forgotten in Redis too", what_is_over_is_forgotten_there_too },
	CU_TEST_INFO_NULL
};
