/* Names to addresses, against a DNS server of the test's own. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../gateway/clock.h"
#include "../../gateway/resolve.h"
#include "dns_server.h"
#include "holds.h"

#define SECOND INT64_C(1000000)

/* One lookup of the test, and what came of it. */
struct asked {
	struct bench *bench;
	struct resolved got;
	int calls;
	int64_t at_us;
};

struct bench {
	struct dns_server server;
	struct loop *loop;
	struct resolver *resolver;
	struct timer alarm;
	int open;
	int64_t began_us;
};

static void on_alarm(void *arg)
{
	struct bench *b = arg;

	loop_stop(b->loop);
}

static void on_done(void *arg, const struct resolved *got)
{
	struct asked *a = arg;

	a->got = *got;
	a->calls++;
	a->at_us = clock_monotonic_us() - a->bench->began_us;
	if (--a->bench->open == 0)
		timer_set(a->bench->loop, &a->bench->alarm, loop_now(a->bench->loop) + SECOND / 20, on_alarm, a->bench); /* a second call would come now */
}

static struct lookup *ask(struct bench *b, struct asked *a, const char *host)
{
	struct lookup *lookup;

	*a = (struct asked){ .bench = b };
	b->open++;
	lookup = resolve_host(b->resolver, host, 5061, on_done, a);
	CU_ASSERT_EQUAL(a->calls, 0);
	return lookup;
}

static void run(struct bench *b)
{
	b->began_us = clock_monotonic_us();
	timer_set(b->loop, &b->alarm, loop_now(b->loop) + 10 * SECOND, on_alarm, b);
	loop_run(b->loop);
}

static void bench_open(struct bench *b)
{
	char why[200] = "";

	signal(SIGPIPE, SIG_IGN);
	*b = (struct bench){ .open = 0 };
	dns_server_start(&b->server);
	b->loop = loop_new();
	b->resolver = resolver_open(b->loop, b->server.address, why, sizeof why);
	if (!b->resolver) {
		printf("%s\n", why);
		abort();
	}
}

static void bench_close(struct bench *b)
{
	resolver_close(b->resolver);
	timer_stop(b->loop, &b->alarm);
	loop_free(b->loop);
	dns_server_stop(&b->server);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* All addresses of an answer as one text, sorted: their order goes round. */
static const char *addresses(const struct resolved *got, char out[512])
{
	char text[RESOLVE_ADDRESSES_MAX][ADDRESS_TEXT_MAX];

	out[0] = '\0';
	for (size_t i = 0; i < got->count; i++)
		address_text(&got->address[i], text[i]);
	qsort(text, got->count, sizeof text[0], by_text);
	for (size_t i = 0; i < got->count; i++)
		strcat(strcat(out, i ? " " : ""), text[i]);
	return out;
}

static const char *families(const struct resolved *got, char out[RESOLVE_ADDRESSES_MAX + 1])
{
	memset(out, 0, RESOLVE_ADDRESSES_MAX + 1);
	for (size_t i = 0; i < got->count; i++)
		out[i] = got->address[i].socket.any.sa_family == AF_INET6 ? '6' : '4';
	return out;
}

static void answers(void)
{
	static const struct {
		const char *promise, *host;
		enum resolve_result result;
		const char *addresses;
		int64_t ttl_s;
		const char *why;
	} rows[] = {
		{ "both families are asked and take turns", "both.contoso.com", RESOLVE_FOUND,
		    "192.0.2.1:5061 192.0.2.2:5061 192.0.2.3:5061 [2001:db8::1]:5061 [2001:db8::2]:5061", 200, "" },
		{ "one family is enough, a short life is 5 s", "four.contoso.com", RESOLVE_FOUND, "192.0.2.4:5061", 5, "" },
		{ "the other family is enough, a long life is an hour", "six.contoso.com", RESOLVE_FOUND, "[2001:db8::6]:5061", 3600, "" },
		{ "a name that does not exist is none", "nowhere.contoso.com", RESOLVE_NONE, "", 60, "there is no such name" },
		{ "a name without addresses is none", "empty.contoso.com", RESOLVE_NONE, "", 60, "the name has no address" },
		{ "a server that fails cannot tell", "fails.contoso.com", RESOLVE_UNKNOWN, "", 5, "the DNS server failed (SERVFAIL)" },
		{ "half an answer without an address cannot tell", "halffails.contoso.com", RESOLVE_UNKNOWN, "", 5, "the DNS server failed (SERVFAIL)" },
		{ "a number needs no DNS", "192.0.2.99", RESOLVE_FOUND, "192.0.2.99:5061", 3600, "" },
		{ "an IPv6 number needs no DNS", "2001:db8::99", RESOLVE_FOUND, "[2001:db8::99]:5061", 3600, "" },
		{ "what is no name is none", "a..b", RESOLVE_NONE, "", 60, "it is no domain name" },
	};
	struct asked asked[sizeof rows / sizeof *rows];
	struct bench b;
	char text[512];

	bench_open(&b);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ask(&b, &asked[i], rows[i].host);
	run(&b);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct resolved *got = &asked[i].got;

		if (asked[i].calls != 1 || got->result != rows[i].result || strcmp(addresses(got, text), rows[i].addresses)
		    || strcmp(got->why, rows[i].why) || got->ttl_us != rows[i].ttl_s * SECOND)
			printf("\n    broken: %s: %d calls, result %d, %s, %s, %lld us", rows[i].promise, asked[i].calls, got->result,
			    addresses(got, text), got->why, (long long)got->ttl_us);
		CU_ASSERT_EQUAL(asked[i].calls, 1);
		CU_ASSERT_EQUAL(got->result, rows[i].result);
		CU_ASSERT_STRING_EQUAL(addresses(got, text), rows[i].addresses);
		CU_ASSERT_STRING_EQUAL(got->why, rows[i].why);
		CU_ASSERT_EQUAL(got->ttl_us, rows[i].ttl_s * SECOND);
	}
	bench_close(&b);
}

static void orders_and_cuts(void)
{
	char text[RESOLVE_ADDRESSES_MAX + 1];
	struct asked both, many;
	struct bench b;

	bench_open(&b);
	ask(&b, &both, "both.contoso.com");
	ask(&b, &many, "many.contoso.com");
	run(&b);
	CU_ASSERT_STRING_EQUAL(families(&both.got, text), "64644");
	CU_ASSERT_STRING_EQUAL(families(&many.got, text), "44444444");
	bench_close(&b);
}

static void silence(void)
{
	struct asked silent, half, cancelled;
	struct bench b;
	struct lookup *lookup;
	char text[512];

	bench_open(&b);
	ask(&b, &silent, "silent.contoso.com");
	ask(&b, &half, "halfsilent.contoso.com");
	lookup = ask(&b, &cancelled, "silent.contoso.com");
	b.open--;
	lookup_cancel(lookup);
	run(&b);
	CU_ASSERT_EQUAL(cancelled.calls, 0);
	CU_ASSERT_EQUAL(half.calls, 1);
	CU_ASSERT_STRING_EQUAL(addresses(&half.got, text), "192.0.2.5:5061");
	CU_ASSERT_TRUE(half.at_us < 2 * SECOND); /* not held up by the family that is silent */
	CU_ASSERT_EQUAL(silent.calls, 1);
	CU_ASSERT_EQUAL(silent.got.result, RESOLVE_UNKNOWN);
	/* libunbound itself gives up at about that time. */
	HOLDS(!strcmp(silent.got.why, "no DNS server answered in 5 s") || strstr(silent.got.why, "SERVFAIL"), silent.got.why);
	CU_ASSERT_TRUE(silent.at_us > 4 * SECOND && silent.at_us < 6 * SECOND);
	bench_close(&b);
}

static void cancels(void)
{
	struct asked number, name, open;
	struct bench b;

	bench_open(&b);
	lookup_cancel(ask(&b, &number, "192.0.2.1"));
	lookup_cancel(ask(&b, &name, "both.contoso.com"));
	b.open -= 2;
	ask(&b, &open, "four.contoso.com");
	run(&b);
	CU_ASSERT_TRUE(number.calls == 0 && name.calls == 0 && open.calls == 1);
	ask(&b, &open, "silent.contoso.com"); /* still under way when all is closed */
	bench_close(&b);
	CU_ASSERT_EQUAL(open.calls, 0);
}

/* The first child of this process that is not the server. */
static pid_t dns_process(const struct bench *b)
{
	char path[64];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	file = fopen(path, "r");
	while (file && fscanf(file, "%d", &pid) == 1 && pid == b->server.pid)
		pid = 0;
	if (file)
		fclose(file);
	return pid;
}

static void survives_its_process(void)
{
	struct asked under_way, later, number;
	struct bench b;
	pid_t pid;

	bench_open(&b);
	CU_ASSERT_TRUE(resolver_works(b.resolver));
	pid = dns_process(&b);
	CU_ASSERT_TRUE(pid > 0); /* forked at open, before any question of ours */
	ask(&b, &under_way, "silent.contoso.com");
	if (pid > 0)
		kill(pid, SIGKILL);
	run(&b);
	CU_ASSERT_FALSE(resolver_works(b.resolver));
	CU_ASSERT_EQUAL(under_way.calls, 1);
	CU_ASSERT_EQUAL(under_way.got.result, RESOLVE_UNKNOWN);
	CU_ASSERT_TRUE(under_way.at_us < 2 * SECOND);
	ask(&b, &later, "both.contoso.com");
	ask(&b, &number, "192.0.2.1");
	run(&b);
	CU_ASSERT_EQUAL(later.got.result, RESOLVE_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(later.got.why, "the process that asks DNS servers has ended");
	CU_ASSERT_EQUAL(number.got.result, RESOLVE_FOUND);
	bench_close(&b);
}

static void refuses_a_bad_server(void)
{
	struct loop *loop = loop_new();
	char why[200] = "";

	CU_ASSERT_PTR_NULL(resolver_open(loop, "dns.example.com", why, sizeof why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "dns.resolver \"dns.example.com\": "));
	loop_free(loop);
}

static void knows_the_hosts_file(void)
{
	struct asked local;
	struct bench b;
	char text[512];

	bench_open(&b);
	ask(&b, &local, "localhost");
	run(&b);
	CU_ASSERT_EQUAL(local.got.result, RESOLVE_FOUND);
	CU_ASSERT_PTR_NOT_NULL(strstr(addresses(&local.got, text), "127.0.0.1:5061"));
	bench_close(&b);
}

CU_TestInfo resolve_tests[] = {
	{ "found, none and cannot tell are three answers", answers },
	{ "families take turns, eight addresses are enough, TCP is asked when UDP is too small", orders_and_cuts },
	{ "silence ends after 5 s, a silent family much sooner", silence },
	{ "a cancelled lookup does not call", cancels },
	{ "without its process no name is known, and nothing hangs", survives_its_process },
	{ "a server is an address and a port", refuses_a_bad_server },
	{ "names of this host need no server", knows_the_hosts_file },
	CU_TEST_INFO_NULL
};
