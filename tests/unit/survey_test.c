/* A walk over the partners of a pool, before a real redis-server. */
#include "unit.h"

#include "pooled_bench.h"

/* All that a walk tells. */
struct tale {
	struct pooled_bench *bench;
	struct store_wish wish;
	struct store_walk *walk;
	struct store_page page;
	bool waiting, over;
	unsigned rows, pages, voids;
	char names[2000];          /* a blank behind each */
	struct store_row row;      /* of `key`, or the last one: without its texts */
	const char *key;
	char edges[200], sources[200], subject[100];
	size_t cut_at;             /* Redis is killed when so many rows have come; 0: never */
};

static struct rate tale_rate(void *arg, const struct partner *partner, bool suspicious)
{
	struct tale *t = arg;

	(void)partner;
	return suspicious ? t->bench->limits.suspicious_rate : t->bench->limits.rate;
}

static void join(char *out, size_t size, const char *const *list, size_t count)
{
	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s ", list[i]);
}

static void tale_row(void *arg, const struct store_row *row)
{
	struct tale *t = arg;
	char key[PARTNER_KEY_MAX];

	t->rows++;
	if (t->cut_at && t->rows == t->cut_at)
		redis_server_kill(&t->bench->server);
	partner_key(&row->partner, key);
	if (strlen(t->names) < sizeof t->names - PARTNER_KEY_MAX)
		strcat(strcat(t->names, key), " ");
	if (t->key && strcmp(t->key, key) != 0)
		return;
	t->row = *row;
	join(t->edges, sizeof t->edges, row->edges, row->edge_count);
	join(t->sources, sizeof t->sources, row->sources, row->source_count);
	snprintf(t->subject, sizeof t->subject, "%s", row->subject ? row->subject : "");
}

static void tale_page(void *arg, const struct store_page *page)
{
	struct tale *t = arg;
	uint64_t more = t->page.more + page->more;

	t->waiting = false;
	t->pages++;
	t->page = *page;
	t->page.more = more;
	if (!page->anew)
		return;
	t->voids++;
	t->rows = 0;
	t->names[0] = '\0';
}

static void tale_begin(struct tale *t, struct pooled_bench *b, enum store_part part)
{
	*t = (struct tale){ .bench = b, .key = t->key, .cut_at = t->cut_at };
	t->wish = (struct store_wish){ .part = part, .lately_us = INT64_C(3600000000), .most = 1000, .rate_of = tale_rate,
		.row = tale_row, .page = tale_page, .arg = t };
}

static void tale_run(struct tale *t)
{
	t->walk = t->bench->store->ops->walk(t->bench->store, &t->wish);
	do {
		t->waiting = true;
		t->walk->next(t->walk);
		AWAIT(t->bench->loop, !t->waiting);
	} while (!t->page.last);
	t->walk->end(t->walk);
}

static struct tale tell(struct pooled_bench *b, enum store_part part, const char *key)
{
	struct tale t = { .key = key };

	tale_begin(&t, b, part);
	tale_run(&t);
	return t;
}

/* As transit does: measured, judged, counted. */
static void visit(struct pooled_bench *b, const struct entry *e, uint64_t target, const char *source)
{
	const struct reading *seen = pooled_read(b, e, target);
	struct domain domain;
	struct store_visit visit = { .source = &domain, .subject = "CN=sip.contoso.example", .issuer = "CN=ca", .serial = "1A" };

	domain_parse(&domain, source, strlen(source));
	visit.reason = !seen->admitted ? (seen->class == CLASS_WATCHED ? REASON_WATCH_LIST : REASON_RATE_LIMIT)
	    : seen->wait_us ? REASON_PACED : REASON_WITHIN_LIMITS;
	b->store->ops->count(b->store, e, &visit);
}

static void a_second(struct pooled_bench *b)
{
	b->store->ops->tick(b->store);
	AWAIT(b->loop, pooled_of_bench(b)->counting == 0 && pooled_of_bench(b)->nears.counted == 0);
	turn_for(b->loop, 20);
}

/* The harvester, a flooder, and one that does nothing. */
static void make_trouble(struct pooled_bench *b)
{
	struct entry bad = pooled_stranger(b, "harvest.example"), flood = pooled_stranger(b, "flood.example"),
		good = pooled_stranger(b, "good.example");

	bad.limits.distinct_uris = 10;
	for (uint64_t i = 1; i <= 12; i++)
		visit(b, &bad, i, "harvest.example");
	for (uint64_t i = 0; i < 150; i++)
		visit(b, &flood, 1, "flood.example");
	visit(b, &good, 1, "good.example");
	a_second(b);
}

static void restricted_and_limited(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct tale t;

	pooled_bench_start(&b);
	make_trouble(&b);
	t = tell(&b, STORE_RESTRICTED, "dharvest.example");
	CU_ASSERT_EQUAL(t.rows, 2);
	CU_ASSERT_EQUAL(t.row.class, CLASS_WATCHED);
	CU_ASSERT_TRUE(t.row.since_us > 0 && t.row.until_us > t.row.since_us);
	CU_ASSERT_TRUE(t.row.counts.verdicts[VERDICT_REFUSE] == 2 && t.row.counts.verdicts[VERDICT_FORWARD] == 10);
	CU_ASSERT_STRING_EQUAL(t.edges, "edge1.example.com ");
	CU_ASSERT_STRING_EQUAL(t.sources, "harvest.example ");
	CU_ASSERT_STRING_EQUAL(t.subject, "CN=sip.contoso.example");
	CU_ASSERT_FALSE(t.page.here);
	t = tell(&b, STORE_RESTRICTED, "dflood.example");
	CU_ASSERT_EQUAL(t.row.class, CLASS_DISCOVERED);
	CU_ASSERT_EQUAL(t.row.limited_by, REASON_RATE_LIMIT);
	CU_ASSERT_TRUE(t.row.limited_since_us > 0 && t.row.limited_since_us <= t.row.limited_us);
	CU_ASSERT_EQUAL(t.row.rate.count, 20);
	CU_ASSERT_TRUE(t.row.counts.verdicts[VERDICT_REFUSE] > 0);
	t = tell(&b, STORE_SEEN, "dgood.example");
	CU_ASSERT_EQUAL(t.rows, 3);
	CU_ASSERT_EQUAL(t.row.distinct_uris, 1);
	CU_ASSERT_EQUAL(t.row.limited_by, REASON_NONE);
	pooled_bench_end(&b);
}

/* An allowed partner and a provider stand in no list of strangers. */
static void named_by_the_policy(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct partner named[] = { pooled_partner("acontoso.example"), pooled_partner("dcontoso.example") };
	struct store_visit visit = { .reason = REASON_ALLOWED };
	struct entry entry;
	struct tale t = { .key = "acontoso.example" };

	pooled_bench_start(&b);
	entry = pooled_stranger(&b, "contoso.example");
	entry.partner.kind = PARTNER_ALLOWED;
	b.store->ops->count(b.store, &entry, &visit);
	a_second(&b);
	tale_begin(&t, &b, STORE_SEEN);
	tale_run(&t);
	CU_ASSERT_STRING_EQUAL(t.names, "acontoso.example ");
	CU_ASSERT_EQUAL(t.row.class, CLASS_ALLOWED);
	CU_ASSERT_TRUE(t.row.seen_us > 0);
	tale_begin(&t, &b, STORE_NAMED);
	t.wish.named = named;
	t.wish.named_count = 2;
	tale_run(&t);
	CU_ASSERT_STRING_EQUAL(t.names, "acontoso.example ");
	pooled_bench_end(&b);
}

/* Of more than are wanted those heard of last are told of, and the others counted. */
static void the_latest_of_many(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct tale t = { .key = NULL };

	pooled_bench_start(&b);
	redis_server_do(&b.server, "EVAL %s 0", "local now = redis.call('TIME') for i = 1, 500 do local p = 'dp' .. i .. '.example' "
	    "redis.call('ZADD', 'fg:1:{seen}', string.format('%.0f', now[1] * 1000000 + i), p) "
	    "redis.call('HSET', 'fg:1:{' .. p .. '}:n', 'forward', i) end return 1");
	tale_begin(&t, &b, STORE_SEEN);
	t.wish.most = 70;
	tale_run(&t);
	CU_ASSERT_EQUAL(t.rows, 70);
	CU_ASSERT_EQUAL(t.page.more, 430);
	CU_ASSERT_TRUE(t.pages > 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.names, "dp500.example "));
	CU_ASSERT_PTR_NULL(strstr(t.names, "dp430.example "));
	t = tell(&b, STORE_SEEN, "dp77.example");
	CU_ASSERT_EQUAL(t.rows, 500);
	CU_ASSERT_EQUAL(t.row.counts.verdicts[VERDICT_FORWARD], 77);
	pooled_bench_end(&b);
}

static void without_redis(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct tale t;

	pooled_bench_start(&b);
	make_trouble(&b);
	pooled_cut(&b);
	t = tell(&b, STORE_RESTRICTED, "dharvest.example");
	CU_ASSERT_TRUE(t.page.here);
	CU_ASSERT_EQUAL(t.row.class, CLASS_WATCHED);
	CU_ASSERT_EQUAL(t.row.counts.verdicts[VERDICT_REFUSE], 2);
	CU_ASSERT_STRING_EQUAL(t.subject, "CN=sip.contoso.example");
	CU_ASSERT_PTR_NOT_NULL(strstr(t.names, "dflood.example "));
	CU_ASSERT_EQUAL(t.rows, 2);
	pooled_bench_end(&b);
}

static void redis_goes_meanwhile(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct tale t = { .key = "dharvest.example", .cut_at = 1 };

	pooled_bench_start(&b);
	make_trouble(&b);
	redis_server_do(&b.server, "EVAL %s 0", "local now = redis.call('TIME') for i = 1, 500 do local p = 'dp' .. i .. '.example' "
	    "redis.call('ZADD', 'fg:1:{seen}', string.format('%.0f', now[1] * 1000000), p) "
	    "redis.call('HSET', 'fg:1:{' .. p .. '}:n', 'forward', i) end return 1");
	tale_begin(&t, &b, STORE_SEEN);
	tale_run(&t);
	CU_ASSERT_EQUAL(t.voids, 1);
	CU_ASSERT_TRUE(t.page.here);
	CU_ASSERT_EQUAL(t.rows, 3);
	CU_ASSERT_EQUAL(t.row.class, CLASS_WATCHED);
	pooled_bench_end(&b);
}

/* Who asked goes while replies are on their way: nobody is told. */
static void ended_in_the_middle(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct tale t = { .key = NULL };

	pooled_bench_start(&b);
	make_trouble(&b);
	for (int ms = 0; ms < 6; ms++) {
		unsigned rows;

		tale_begin(&t, &b, STORE_SEEN);
		t.walk = b.store->ops->walk(b.store, &t.wish);
		t.walk->next(t.walk);
		if (ms)
			turn_for(b.loop, ms);
		t.walk->end(t.walk);
		rows = t.rows;
		turn_for(b.loop, 20);
		CU_ASSERT_EQUAL(t.rows, rows);
	}
	pooled_bench_end(&b);
}

/* A partner that Redis' lists name, and that was released or forgotten since, is nobody's trouble. */
static void released_since(void)
{
	struct pooled_bench b = { .asked = 0 };
	struct partner bad = pooled_partner("dharvest.example");
	struct tale t;

	pooled_bench_start(&b);
	make_trouble(&b);
	b.store->ops->release(b.store, &bad);
	turn_for(b.loop, 50);
	t = tell(&b, STORE_RESTRICTED, NULL);
	CU_ASSERT_STRING_EQUAL(t.names, "dflood.example ");
	pooled_bench_end(&b);
}

CU_TestInfo survey_tests[] = {
	{ "a pool tells of who is restricted or limited, with all that is known of each", restricted_and_limited },
	{ "who is named by the policy is told of too", named_by_the_policy },
	{ "of more than are wanted those with the latest times are told of, and the others counted", the_latest_of_many },
	{ "without Redis an edge tells what it knows, and that it is that", without_redis },
	{ "when Redis goes meanwhile the edge begins again with what it knows", redis_goes_meanwhile },
	{ "a walk may be ended at any time", ended_in_the_middle },
	{ "who was released since is not told of", released_since },
	CU_TEST_INFO_NULL
};
