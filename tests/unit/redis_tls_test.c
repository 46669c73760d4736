/* The link to Redis over TLS: whose certificate is believed, and for which name. */
#include "unit.h"

#include "certs.h"
#include "fake_server.h"
#include "redis_bench.h"
#include "redis_server.h"

struct world {
	struct cert ca, other_ca, redis;
	char ca_file[256], other_file[256], lines[1024];
	struct redis_server server;
};

static void world_make(struct world *w, const char *names)
{
	struct cert_wish ca = { .cn = "CA", .ca = true }, other = { .cn = "Other CA", .ca = true };
	struct cert_wish redis = { .cn = "redis", .names = names };

	cert_make(&w->ca, &ca, NULL);
	cert_make(&w->other_ca, &other, NULL);
	cert_make(&w->redis, &redis, &w->ca);
	snprintf(w->ca_file, sizeof w->ca_file, "%s", file_chain("redis-ca.pem", &w->ca, NULL));
	snprintf(w->other_file, sizeof w->other_file, "%s", file_chain("redis-other.pem", &w->other_ca, NULL));
	snprintf(w->lines, sizeof w->lines, "tls-port %%u\ntls-cert-file %s\ntls-key-file %s\ntls-ca-cert-file %s\ntls-auth-clients no\n",
	    file_chain("redis.pem", &w->redis, NULL), file_key("redis.key", &w->redis, NULL), w->ca_file);
	redis_server_start(&w->server, w->lines);
}

static void world_end(struct world *w)
{
	redis_server_stop(&w->server);
	cert_clear(&w->ca);
	cert_clear(&w->other_ca);
	cert_clear(&w->redis);
	certs_remove();
}

static void link_by_tls(struct redis_bench *b, struct world *w, const char *host, const char *ca)
{
	bench_init(b);
	bench_add(b, host, w->server.port);
	b->conf.tls = true;
	b->conf.ca = (char *)ca;
	bench_open(b, NULL);
}

static void expect_refusal(struct world *w, const char *host, const char *ca, const char *reason)
{
	struct redis_bench b;

	link_by_tls(&b, w, host, ca);
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_TRUE(bench_says(b.all, reason));
	CU_ASSERT_EQUAL(b.ups, 0);
	bench_end(&b);
}

static void a_certificate_of_our_ca_for_the_host_is_believed(void)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1" };
	struct redis_bench b;
	struct world w;

	world_make(&w, "DNS:localhost;IP:127.0.0.1");
	for (size_t i = 0; i < 2; i++) {
		link_by_tls(&b, &w, hosts[i], w.ca_file);
		AWAIT(b.loop, b.up);
		CU_ASSERT_EQUAL(b.downs, 0);
		for (unsigned n = 0; n < 100; n++)
			CU_ASSERT_TRUE(bench_send(&b, "ECHO", n % 2 ? "a" : "b", NULL));
		AWAIT(b.loop, b.replies == 100);
		bench_end(&b);
	}
	world_end(&w);
}

static void another_ca_or_another_name_is_not(void)
{
	struct world w;

	world_make(&w, "DNS:redis1.example.com");
	expect_refusal(&w, "localhost", w.other_file, "TLS failed: certificate of an unknown CA");
	expect_refusal(&w, "localhost", "", "TLS failed: certificate of an unknown CA"); /* nor do the system's know it */
	expect_refusal(&w, "localhost", w.ca_file, "its certificate does not prove localhost: put that name into it");
	expect_refusal(&w, "127.0.0.1", w.ca_file, "its certificate does not prove 127.0.0.1");
	world_end(&w);
}

static void tls_and_plain_do_not_meet(void)
{
	struct redis_bench b;
	struct fake_server f;
	struct world w;

	world_make(&w, "DNS:localhost");
	bench_start(&b, w.server.port);
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_EQUAL(b.ups, 0);
	bench_end(&b);
	bench_init(&b);
	fake_start(&f, b.loop, "-ERR Protocol error\r\n");
	bench_add(&b, "localhost", f.port);
	b.conf.tls = true;
	b.conf.ca = w.ca_file;
	bench_open(&b, NULL);
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.why, "TLS failed: not TLS: see that tls and ca fit the server"));
	fake_stop(&f);
	bench_end(&b);
	world_end(&w);
}

static void a_ca_that_cannot_be_read_is_said(void)
{
	struct redis_conf conf = { .tls = true, .ca = "/nowhere/ca.pem" };
	char why[300];
	SSL_CTX *context;

	CU_ASSERT_FALSE(redis_context(&context, &conf, why, sizeof why));
	CU_ASSERT_PTR_NULL(context);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "/nowhere/ca.pem: cannot be read"));
	conf.tls = false;
	CU_ASSERT_TRUE(redis_context(&context, &conf, why, sizeof why));
	CU_ASSERT_PTR_NULL(context);
}

CU_TestInfo redis_tls_tests[] = {
	{ "a certificate of our CA for the host is believed", a_certificate_of_our_ca_for_the_host_is_believed },
	{ "another CA or another name is not", another_ca_or_another_name_is_not },
	{ "TLS and plain do not meet", tls_and_plain_do_not_meet },
	{ "a CA that cannot be read is said", a_ca_that_cannot_be_read_is_said },
	CU_TEST_INFO_NULL
};
