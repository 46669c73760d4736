/* Our own certificates: what is said of their end, and when. */
#include <string.h>
#include <unistd.h>

#include "../../gateway/expiry.h"
#include "../../gateway/log.h"
#include "../../gateway/tls.h"
#include "certs.h"
#include "scratch.h"
#include "turns.h"
#include "unit.h"

#define DAY 86400L

/* What is said while it is watched, in out. */
struct ear {
	int saved, reader;
};

static struct ear listen_in(void)
{
	struct ear ear = { dup(STDERR_FILENO), -1 };
	int ends[2];

	fflush(stderr);
	if (ear.saved < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		abort();
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	ear.reader = ends[0];
	return ear;
}

static void heard(struct ear *ear, char *out, size_t size)
{
	ssize_t got = read(ear->reader, out, size - 1);

	out[got > 0 ? got : 0] = '\0';
	dup2(ear->saved, STDERR_FILENO);
	close(ear->saved);
	close(ear->reader);
}

static SSL_CTX *context_until(long to_s)
{
	struct cert_wish wish = { .cn = "edge", .names = "DNS:edge1.example.com", .from_s = to_s - DAY, .to_s = to_s };
	struct cert_wish ca_wish = { .cn = "Test CA", .ca = true };
	struct cert ca, cert;
	struct tls_files files;
	char why[300] = "";
	SSL_CTX *made;

	cert_make(&ca, &ca_wish, NULL);
	cert_make(&cert, &wish, &ca);
	files = (struct tls_files){ file_chain("own.pem", &cert, NULL), file_key("own.key", &cert, NULL), file_chain("ca.pem", &ca, NULL), "" };
	made = tls_context(&files, why, sizeof why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	cert_clear(&cert);
	cert_clear(&ca);
	certs_remove();
	return made;
}

/* What is said of a certificate with so much time left; of the day after, too. */
static void say_of(long left_s, char *first, char *next, size_t size)
{
	struct loop *loop = loop_new();
	SSL_CTX *context = context_until(left_s);
	struct expiry e;
	struct ear ear;

	log_open(LEVEL_INFO);
	expiry_init(&e, loop);
	expiry_add(&e, "federation", "/etc/fedgate/edge.pem", context);
	ear = listen_in();
	expiry_watch(&e);
	heard(&ear, first, size);
	CU_ASSERT(e.daily.at_us > clock_monotonic_us() + INT64_C(86000000000));
	CU_ASSERT(e.daily.at_us <= clock_monotonic_us() + INT64_C(86400000000));
	ear = listen_in();
	timer_set(loop, &e.daily, clock_monotonic_us(), e.daily.fire, e.daily.arg);
	turn_for(loop, 20);
	heard(&ear, next, size);
	CU_ASSERT(e.daily.at_us > clock_monotonic_us() + INT64_C(86000000000));
	expiry_clear(&e);
	loop_free(loop);
	SSL_CTX_free(context);
}

static void the_last_thirty_days_are_said_daily(void)
{
	static const struct { long left_s; const char *says; } rows[] = {
		{ 30 * DAY - 100, "federation: our certificate /etc/fedgate/edge.pem (CN=edge) ends in 29 days, at 20" },
		{ 2 * DAY - 100, " ends in 1 day, at 20" },
		{ 3600, " ends in 0 days, at 20" },
		{ -100, "federation: our certificate /etc/fedgate/edge.pem (CN=edge) ended at 20" },
	};
	char first[2048], next[2048];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		say_of(rows[i].left_s, first, next, sizeof first);
		CU_ASSERT_PTR_NOT_NULL(strstr(first, rows[i].says));
		CU_ASSERT_PTR_NOT_NULL(strstr(next, rows[i].says));
		CU_ASSERT_PTR_NOT_NULL(strstr(first, "put a new one there, then reload\n"));
	}
}

static void nothing_is_said_of_a_long_time(void)
{
	char first[2048], next[2048];

	say_of(31 * DAY, first, next, sizeof first);
	CU_ASSERT_STRING_EQUAL(first, "");
	CU_ASSERT_STRING_EQUAL(next, "");
}

CU_TestInfo expiry_tests[] = {
	{ "the end of a certificate is said daily in its last thirty days, and behind them", the_last_thirty_days_are_said_daily },
	{ "nothing is said of a certificate that is good for long", nothing_is_said_of_a_long_time },
	CU_TEST_INFO_NULL
};
