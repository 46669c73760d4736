/* Which servers a domain names, against a DNS server of the test's own. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/clock.h"
#include "../../gateway/discover.h"
#include "dns_server.h"
#include "unit.h"

#define SECOND INT64_C(1000000)

struct bench {
	struct dns_server server;
	struct loop *loop;
	struct resolver *resolver;
	struct origins *origins;
	struct discover *discover;
	struct timer alarm;
	int open;
	int64_t began_us;
};

/* One question of the test, and what came of it. */
struct asked {
	struct bench *bench;
	struct discover_ticket ticket;
	struct discovered got;
	bool aside;             /* nobody waits for its answer */
	int calls;
	unsigned turn;          /* of all answers, from 1 */
	int64_t at_us;
};

static unsigned turns;

static void on_alarm(void *arg)
{
	struct bench *b = arg;

	loop_stop(b->loop);
}

static void on_done(void *arg, const struct discovered *got)
{
	struct asked *a = arg;

	a->got = *got;
	a->calls++;
	a->turn = ++turns;
	a->at_us = clock_monotonic_us() - a->bench->began_us;
	if (!a->aside && --a->bench->open == 0)
		timer_set(a->bench->loop, &a->bench->alarm, loop_now(a->bench->loop) + SECOND / 20, on_alarm, a->bench); /* a second call would come now */
}

/* True: it was answered at once. */
static bool ask_aside(struct bench *b, struct asked *a, const char *domain, enum discover_purpose purpose, struct origin *origin)
{
	struct domain d;
	bool at_once;

	*a = (struct asked) { .bench = b, .aside = true };
	CU_ASSERT_TRUE(domain_parse(&d, domain, strlen(domain)));
	at_once = discover_ask(b->discover, &a->ticket, &d, purpose, origin, on_done, a);
	CU_ASSERT_EQUAL(a->calls, at_once);
	return at_once;
}

static bool ask(struct bench *b, struct asked *a, const char *domain, enum discover_purpose purpose, struct origin *origin)
{
	bool at_once = ask_aside(b, a, domain, purpose, origin);

	a->aside = at_once;
	b->open += !at_once;
	return at_once;
}

static void run(struct bench *b, int64_t most_us)
{
	b->began_us = clock_monotonic_us();
	timer_set(b->loop, &b->alarm, loop_now(b->loop) + (b->open ? most_us : SECOND / 20), on_alarm, b);
	loop_run(b->loop);
}

/* Time goes by. */
static void pass(struct bench *b, int64_t us)
{
	b->open++;
	run(b, us);
	b->open--;
}

static void bench_open(struct bench *b)
{
	char why[200] = "";

	signal(SIGPIPE, SIG_IGN);
	*b = (struct bench) { .open = 0 };
	turns = 0;
	dns_server_start(&b->server);
	b->loop = loop_new();
	b->resolver = resolver_open(b->loop, b->server.address, why, sizeof why);
	if (!b->resolver)
		abort();
	b->origins = calloc(1, sizeof *b->origins);
	b->discover = discover_new(b->loop, b->resolver, b->origins);
}

static void bench_close(struct bench *b)
{
	discover_free(b->discover);
	resolver_close(b->resolver);
	timer_stop(b->loop, &b->alarm);
	loop_free(b->loop);
	dns_server_stop(&b->server);
	free(b->origins);
}

/* "service: server:port server:port", or why not. */
static const char *told(const struct discovered *d, char out[512])
{
	static const char *const services[] = { "federation", "naptr", "sips", "domain" };
	size_t used;

	if (d->result != RESOLVE_FOUND)
		snprintf(out, 512, "%s: %s", d->result == RESOLVE_NONE ? "none" : "unknown", d->why);
	else {
		used = (size_t)snprintf(out, 512, "%s:", services[d->service]);
		for (size_t i = 0; i < d->servers.count && used < 400; i++)
			used += (size_t)snprintf(out + used, 512 - used, " %s:%u", d->servers.list[i].domain.text, d->servers.list[i].port);
	}
	return out;
}

static void each_domain_has_its_answer(void)
{
	static const struct {
		const char *promise, *domain;
		enum discover_purpose purpose;
		const char *told;
	} rows[] = {
		{ "a source is proved by its federation servers", "one.contoso.com", DISCOVER_SOURCE, "federation: edge.contoso.com:5061" },
		{ "in the order of their priority", "two.contoso.com", DISCOVER_SOURCE, "federation: edge.contoso.com:5061 second.contoso.com:5062" },
		{ "and by nothing else", "sips.contoso.com", DISCOVER_SOURCE, "none: there is no such name" },
		{ "a way is by them too", "one.contoso.com", DISCOVER_WAY, "federation: edge.contoso.com:5061" },
		{ "else by the servers for sips", "sips.contoso.com", DISCOVER_WAY, "sips: sips.contoso.com:5061" },
		{ "which may be below another name, by NAPTR", "naptr.contoso.com", DISCOVER_WAY, "sips: pool.contoso.com:5062" },
		{ "but never for a proof", "naptr.contoso.com", DISCOVER_SOURCE, "none: there is no such name" },
		{ "NAPTR that cannot be read is no obstacle", "oddnaptr.contoso.com", DISCOVER_WAY, "sips: sips.contoso.com:5061" },
		{ "nor is a server that fails at it", "failsnaptr.contoso.com", DISCOVER_WAY, "sips: sips.contoso.com:5061" },
		{ "nor one that leads nowhere", "nonaptr.contoso.com", DISCOVER_WAY, "domain: nonaptr.contoso.com:5061" },
		{ "else to the domain itself", "nowhere.contoso.com", DISCOVER_WAY, "domain: nowhere.contoso.com:5061" },
		{ "who says that there is no service has none", "closed.contoso.com", DISCOVER_SOURCE, "none: the domain says that it has no such service" },
		{ "and no other one is looked for", "closed.contoso.com", DISCOVER_WAY, "none: the domain says that it has no such service" },
		{ "a server that fails cannot tell", "fails.contoso.com", DISCOVER_SOURCE, "unknown: the DNS server failed (SERVFAIL)" },
		{ "and then no other way is taken", "fails.contoso.com", DISCOVER_WAY, "unknown: the DNS server failed (SERVFAIL)" },
	};
	struct asked asked[sizeof rows / sizeof *rows];
	struct bench b;
	char text[512];

	bench_open(&b);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CU_ASSERT_FALSE(ask(&b, &asked[i], rows[i].domain, rows[i].purpose, NULL));
	run(&b, 10 * SECOND);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (asked[i].calls != 1 || strcmp(told(&asked[i].got, text), rows[i].told))
			printf("\n    broken: %s: %d calls, %s", rows[i].promise, asked[i].calls, text);
		CU_ASSERT_EQUAL(asked[i].calls, 1);
		CU_ASSERT_STRING_EQUAL(told(&asked[i].got, text), rows[i].told);
		CU_ASSERT_FALSE(asked[i].got.secure);
	}
	CU_ASSERT_TRUE(asked[0].got.until_us > loop_now(b.loop) + 290 * SECOND);
	bench_close(&b);
}

static void many_records_come_by_tcp(void)
{
	struct asked many;
	struct bench b;

	bench_open(&b);
	ask(&b, &many, "many.contoso.com", DISCOVER_SOURCE, NULL);
	run(&b, 10 * SECOND);
	CU_ASSERT_TRUE(many.got.result == RESOLVE_FOUND && many.got.servers.count == 20);
	bench_close(&b);
}

static void what_is_known_is_told_at_once(void)
{
	struct asked first, again, unknown;
	struct bench b;
	struct origin *o;
	unsigned asked;
	char text[512];

	bench_open(&b);
	o = origin_ref(b.origins, "contoso.com");
	ask(&b, &first, "one.contoso.com", DISCOVER_SOURCE, o);
	ask(&b, &unknown, "fails.contoso.com", DISCOVER_SOURCE, o);
	run(&b, 10 * SECOND);
	asked = *b.server.asked;
	for (int i = 0; i < 100; i++) { /* more than the burst: what is known costs nothing */
		CU_ASSERT_TRUE(ask(&b, &again, "one.contoso.com", DISCOVER_SOURCE, o));
		CU_ASSERT_STRING_EQUAL(told(&again.got, text), "federation: edge.contoso.com:5061");
	}
	CU_ASSERT_EQUAL(*b.server.asked, asked);
	CU_ASSERT_FALSE(ask(&b, &unknown, "fails.contoso.com", DISCOVER_SOURCE, o)); /* what could not be told is asked again */
	run(&b, 10 * SECOND);
	CU_ASSERT_EQUAL(unknown.calls, 1);
	origin_unref(b.origins, o);
	bench_close(&b);
}

static void all_wait_for_one_look_up(void)
{
	struct asked asked[50];
	struct bench b;
	struct origin *o;

	bench_open(&b);
	o = origin_ref(b.origins, "contoso.com");
	for (int i = 0; i < 50; i++) /* more than may be in flight */
		CU_ASSERT_FALSE(ask(&b, &asked[i], "one.contoso.com", DISCOVER_SOURCE, i % 2 ? o : NULL));
	run(&b, 10 * SECOND);
	for (unsigned i = 0; i < 50; i++) {
		CU_ASSERT_TRUE(asked[i].calls == 1 && asked[i].got.result == RESOLVE_FOUND);
		CU_ASSERT_EQUAL(asked[i].turn, i + 1); /* in the order in which they asked */
	}
	CU_ASSERT_EQUAL(*b.server.asked, 1);
	origin_unref(b.origins, o);
	bench_close(&b);
}

static void who_asks_too_much_hears_so_at_once(void)
{
	struct asked silent[6], other;
	struct bench b;
	struct origin *greedy, *modest;
	char name[64], text[512];
	int refused = 0;

	bench_open(&b);
	greedy = origin_ref(b.origins, "greedy.example");
	modest = origin_ref(b.origins, "modest.example");
	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof name, "d%d.silent.contoso.com", i);
		refused += ask(&b, &silent[i], name, DISCOVER_SOURCE, greedy);
	}
	CU_ASSERT_EQUAL(refused, 2);
	CU_ASSERT_STRING_EQUAL(told(&silent[5].got, text), "unknown: too many names are being asked for");
	CU_ASSERT_FALSE(ask(&b, &other, "one.contoso.com", DISCOVER_SOURCE, modest));
	run(&b, 10 * SECOND);
	CU_ASSERT_TRUE(other.got.result == RESOLVE_FOUND && other.at_us < SECOND);
	origin_unref(b.origins, greedy);
	origin_unref(b.origins, modest);
	bench_close(&b);
}

#define GOOD 5
#define SILENT_TURNS 5

/* Ten organisations, each with as many silent names under way as it may have, for as long as it goes on. */
static void ask_silence(struct bench *b, struct asked *silent, struct origin *const *o, int turn)
{
	char name[64];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "d%d.t%d.silent.contoso.com", i, turn);
		ask_aside(b, &silent[i], name, DISCOVER_SOURCE, o[i / 4]);
	}
}

/* One by one, each for a partner who asks for nothing else. */
static void ask_good(struct bench *b, struct asked *good, int64_t *worst)
{
	char name[64];

	for (int i = 0; i < GOOD; i++) {
		struct origin *late;

		snprintf(name, sizeof name, "d%u.named.contoso.com", ++turns);
		late = origin_ref(b->origins, name);
		ask(b, &good[i], name, DISCOVER_SOURCE, late);
		run(b, SECOND);
		CU_ASSERT_TRUE(good[i].calls == 1 && good[i].got.result == RESOLVE_FOUND);
		*worst = good[i].at_us > *worst ? good[i].at_us : *worst;
		origin_unref(b->origins, late);
	}
}

static void silence_slows_nobody_else(void)
{
	static struct asked silent[SILENT_TURNS][40], good[2 * GOOD];
	struct origin *o[10];
	struct bench b;
	char name[64];
	int64_t worst = 0;

	bench_open(&b);
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "p%d.example", i);
		o[i] = origin_ref(b.origins, name);
	}
	ask_silence(&b, silent[0], o, 0);
	ask_good(&b, good, &worst);
	for (int turn = 1; turn < SILENT_TURNS; turn++) { /* for so long that a server could be taken for dead */
		pass(&b, 51 * SECOND / 10);
		ask_silence(&b, silent[turn], o, turn);
	}
	ask_good(&b, good + GOOD, &worst);
	printf("beside silence the slowest took %lld us ... ", (long long)worst);
	CU_ASSERT_TRUE(worst < SECOND / 2);
	for (int i = 0; i < 10; i++)
		origin_unref(b.origins, o[i]);
	bench_close(&b);
}

static void a_late_answer_is_for_the_next(void)
{
	struct asked silent, slow, gone;
	struct bench b;
	char text[512];

	bench_open(&b);
	discover_set_wait(b.discover, SECOND / 5);
	ask(&b, &silent, "x.silent.contoso.com", DISCOVER_SOURCE, NULL);
	ask(&b, &slow, "halfsilent.contoso.com", DISCOVER_WAY, NULL); /* the first question is answered, the second is not */
	ask(&b, &gone, "x.silent.contoso.com", DISCOVER_SOURCE, NULL);
	discover_cancel(&gone.ticket);
	discover_cancel(&gone.ticket);
	b.open--;
	run(&b, 10 * SECOND);
	CU_ASSERT_EQUAL(gone.calls, 0);
	CU_ASSERT_STRING_EQUAL(told(&silent.got, text), "unknown: DNS did not answer in time (dns.wait)");
	CU_ASSERT_TRUE(silent.at_us > SECOND / 10 && silent.at_us < SECOND);
	CU_ASSERT_STRING_EQUAL(told(&slow.got, text), "unknown: DNS did not answer in time (dns.wait)");
	discover_set_wait(b.discover, 1);
	CU_ASSERT_FALSE(ask(&b, &slow, "two.contoso.com", DISCOVER_SOURCE, NULL));
	run(&b, SECOND);
	pass(&b, SECOND / 5); /* nobody waits any more; the answer comes all the same */
	CU_ASSERT_EQUAL(slow.got.result, RESOLVE_UNKNOWN);
	CU_ASSERT_TRUE(ask(&b, &slow, "two.contoso.com", DISCOVER_SOURCE, NULL));
	CU_ASSERT_STRING_EQUAL(told(&slow.got, text), "federation: edge.contoso.com:5061 second.contoso.com:5062");
	bench_close(&b);
}

static void closing_calls_nobody(void)
{
	struct asked one, two;
	struct bench b;
	struct origin *o;

	bench_open(&b);
	o = origin_ref(b.origins, "contoso.com");
	ask(&b, &one, "x.silent.contoso.com", DISCOVER_SOURCE, o);
	ask(&b, &two, "x.silent.contoso.com", DISCOVER_WAY, NULL);
	origin_unref(b.origins, o); /* the ticket has its own */
	bench_close(&b);
	CU_ASSERT_TRUE(one.calls == 0 && two.calls == 0);
}

CU_TestInfo discover_tests[] = {
	{ "each domain has its answer: to prove a source, and as a way", each_domain_has_its_answer },
	{ "many records come by TCP", many_records_come_by_tcp },
	{ "what is known is told at once and costs nothing", what_is_known_is_told_at_once },
	{ "all who ask for one domain wait for one look-up, and are told in order", all_wait_for_one_look_up },
	{ "who asks too much hears so at once, the others do not", who_asks_too_much_hears_so_at_once },
	{ "silence slows nobody else", silence_slows_nobody_else },
	{ "who waits too long is told so, and the answer is for the next", a_late_answer_is_for_the_next },
	{ "closing calls nobody", closing_calls_nobody },
	CU_TEST_INFO_NULL
};
