/* Sentinels that say where Redis is, against real ones. */
#include "unit.h"

#include "redis_bench.h"
#include "redis_server.h"

#define SENTINELS 2

struct pool {
	struct redis_server master, replica, sentinels[SENTINELS];
};

static void pool_start(struct pool *p)
{
	char lines[400];

	redis_server_start(&p->master, "");
	snprintf(lines, sizeof lines, "replicaof 127.0.0.1 %u\n", p->master.port);
	redis_server_start(&p->replica, lines);
	snprintf(lines, sizeof lines, "sentinel monitor fedgate 127.0.0.1 %u 2\nsentinel down-after-milliseconds fedgate 60000\n", p->master.port);
	for (size_t i = 0; i < SENTINELS; i++)
		redis_server_start_sentinel(&p->sentinels[i], lines);
}

static void pool_stop(struct pool *p)
{
	for (size_t i = 0; i < SENTINELS; i++)
		redis_server_stop(&p->sentinels[i]);
	redis_server_stop(&p->replica);
	redis_server_stop(&p->master);
}

/* They learn of replicas in their own time. */
static void fail_over(const struct redis_server *sentinel)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (redis_server_do(sentinel, "SENTINEL FAILOVER fedgate") < 0 && clock_monotonic_us() < until)
		usleep(100000);
}

static void link_by_sentinels(struct redis_bench *b, const struct pool *p, const char *master, const char *channel)
{
	bench_init(b);
	for (size_t i = 0; i < SENTINELS; i++)
		bench_add(b, "127.0.0.1", p->sentinels[i].port);
	b->conf.master = (char *)master;
	bench_open(b, channel);
}

static bool is_at(const struct redis_bench *b, const struct redis_server *s)
{
	char where[40];

	snprintf(where, sizeof where, "127.0.0.1:%u", s->port);
	return b->up && strcmp(redis_where(b->redis), where) == 0;
}

static void a_switch_is_followed_at_once(void)
{
	struct redis_bench b, channel;
	struct pool p;
	char where[40];

	pool_start(&p);
	link_by_sentinels(&b, &p, "fedgate", NULL);
	CU_ASSERT_STRING_EQUAL(redis_where(b.redis), "fedgate");
	AWAIT(b.loop, is_at(&b, &p.master));
	CU_ASSERT_EQUAL(b.downs, 0);
	link_by_sentinels(&channel, &p, "fedgate", "fg:1:class");
	AWAIT(channel.loop, is_at(&channel, &p.master));
	fail_over(&p.sentinels[0]);
	AWAIT(b.loop, is_at(&b, &p.replica));
	snprintf(where, sizeof where, "127.0.0.1 port %u the master", p.replica.port);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.all, where));
	CU_ASSERT_TRUE(bench_send(&b, "SET", "fg:1:{a}", "1"));
	AWAIT(b.loop, b.replies == 1);
	CU_ASSERT_EQUAL(b.errors, 0);
	AWAIT(channel.loop, is_at(&channel, &p.replica));
	bench_end(&channel);
	bench_end(&b);
	pool_stop(&p);
}

static void a_sentinel_that_goes_away_gives_way_to_the_next(void)
{
	struct redis_bench b;
	struct pool p;

	pool_start(&p);
	link_by_sentinels(&b, &p, "fedgate", NULL);
	AWAIT(b.loop, is_at(&b, &p.master));
	redis_server_kill(&p.sentinels[0]);
	AWAIT(b.loop, redis_server_do(&p.sentinels[1], "CLIENT LIST TYPE pubsub") > 0);
	CU_ASSERT_EQUAL(b.downs, 0);
	CU_ASSERT_TRUE(is_at(&b, &p.master));
	fail_over(&p.sentinels[1]);
	AWAIT(b.loop, is_at(&b, &p.replica));
	redis_server_kill(&p.sentinels[1]); /* none is left: what is up stays */
	turn_for(b.loop, 500);
	CU_ASSERT_TRUE(is_at(&b, &p.replica));
	redis_server_kill(&p.replica);
	AWAIT(b.loop, strstr(b.why, "no sentinel can say where fedgate is; 127.0.0.1 port "));
	redis_server_restart(&p.replica);
	redis_server_restart(&p.sentinels[1]);
	AWAIT(b.loop, is_at(&b, &p.replica));
	bench_end(&b);
	pool_stop(&p);
}

static void a_master_that_was_lost_is_asked_for_again(void)
{
	struct redis_bench b;
	struct pool p;

	pool_start(&p);
	link_by_sentinels(&b, &p, "fedgate", NULL);
	AWAIT(b.loop, is_at(&b, &p.master));
	redis_server_kill(&p.master);
	AWAIT(b.loop, b.downs > 0);
	redis_server_restart(&p.master);
	AWAIT(b.loop, is_at(&b, &p.master));
	bench_end(&b);
	pool_stop(&p);
}

static void a_name_that_no_sentinel_knows_is_said(void)
{
	struct redis_bench b;
	struct pool p;

	pool_start(&p);
	link_by_sentinels(&b, &p, "fedgata", NULL);
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.why, "no sentinel can say where fedgata is"));
	CU_ASSERT_PTR_NOT_NULL(strstr(b.why, "it does not know that name"));
	CU_ASSERT_EQUAL(b.ups, 0);
	bench_end(&b);
	pool_stop(&p);
}

/* The first sentinel is behind the times. */
static void one_that_names_a_replica_is_not_believed(void)
{
	struct redis_server *stale;
	struct redis_bench b;
	struct pool p;
	char lines[200];

	pool_start(&p);
	stale = &p.sentinels[0];
	redis_server_stop(stale);
	snprintf(lines, sizeof lines, "sentinel monitor fedgate 127.0.0.1 %u 2\nsentinel down-after-milliseconds fedgate 600000\n", p.replica.port);
	redis_server_start_sentinel(stale, lines);
	link_by_sentinels(&b, &p, "fedgate", NULL);
	AWAIT(b.loop, is_at(&b, &p.master));
	CU_ASSERT_EQUAL(b.downs, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.all, "it is a replica, which takes no writes"));
	bench_end(&b);
	pool_stop(&p);
}

/* With `lines`, do we come from the sentinel to Redis, which has a user and a password? */
static void expect_way(const char *lines, const char *promise)
{
	struct redis_server master, sentinel;
	struct redis_bench b;
	char text[400];

	redis_server_start(&master, "user fedgate on >swordfish ~fg:* &fg:* +@all\n");
	snprintf(text, sizeof text, "%ssentinel monitor fedgate 127.0.0.1 %u 1\n", lines, master.port);
	redis_server_start_sentinel(&sentinel, text);
	bench_init(&b);
	bench_add(&b, "127.0.0.1", sentinel.port);
	b.conf.master = "fedgate";
	b.conf.user = "fedgate";
	b.conf.password = "swordfish";
	bench_open(&b, NULL);
	AWAIT(b.loop, b.up || b.downs > 0);
	CU_ASSERT_EQUAL(is_at(&b, &master), !promise);
	CU_ASSERT(!promise || strstr(b.why, promise));
	bench_end(&b);
	redis_server_stop(&sentinel);
	redis_server_stop(&master);
}

static void sentinels_are_offered_the_password_and_may_have_none(void)
{
	expect_way("", NULL);
	expect_way("user fedgate on >swordfish resetchannels &* +@all\nuser default off\n", NULL);
	expect_way("requirepass other\n", "it wants a password");
}

CU_TestInfo sentinel_tests[] = {
	{ "a switch is followed at once", a_switch_is_followed_at_once },
	{ "a sentinel that goes away gives way to the next", a_sentinel_that_goes_away_gives_way_to_the_next },
	{ "a master that was lost is asked for again", a_master_that_was_lost_is_asked_for_again },
	{ "a name that no sentinel knows is said", a_name_that_no_sentinel_knows_is_said },
	{ "one that names a replica is not believed", one_that_names_a_replica_is_not_believed },
	{ "sentinels are offered the password, and may have none", sentinels_are_offered_the_password_and_may_have_none },
	CU_TEST_INFO_NULL
};
