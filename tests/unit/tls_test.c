/* TLS contexts: which files they take, who gets in, who stays in. */
#include "unit.h"

#include <string.h>
#include <time.h>

#include "certs.h"
#include "handshake.h"

/* The certificates of most tests: a CA, another one, an edge of ours, a partner. */
struct world {
	struct cert ca, other_ca, edge, partner;
	char ca_file[256];
	SSL_CTX *ours, *theirs;
};

static const struct cert_wish ca_wish = { .cn = "Test CA", .ca = true }, other_wish = { .cn = "Other CA", .ca = true };
static const struct cert_wish edge_wish = { .cn = "edge", .names = "DNS:sip.example.com" };
static const struct cert_wish partner_wish = { .cn = "partner", .names = "DNS:sip.contoso.com" };

static SSL_CTX *context(const struct cert *own, const struct cert *chain, const char *ca_file, const char *crl_file)
{
	struct tls_files files = { "", "", ca_file, crl_file };
	char why[300] = "";
	SSL_CTX *made;

	if (own) {
		files.certificate = file_chain("own.pem", own, chain);
		files.key = file_key("own.key", own, NULL);
	}
	made = tls_context(&files, why, sizeof why);
	if (!made) {
		printf("%s\n", why);
		abort();
	}
	return made;
}

static void world_open(struct world *w)
{
	cert_make(&w->ca, &ca_wish, NULL);
	cert_make(&w->other_ca, &other_wish, NULL);
	cert_make(&w->edge, &edge_wish, &w->ca);
	cert_make(&w->partner, &partner_wish, &w->ca);
	snprintf(w->ca_file, sizeof w->ca_file, "%s", file_chain("ca.pem", &w->ca, NULL));
	w->ours = context(&w->edge, NULL, w->ca_file, "");
	w->theirs = context(&w->partner, NULL, w->ca_file, "");
}

static void world_close(struct world *w)
{
	SSL_CTX_free(w->ours);
	SSL_CTX_free(w->theirs);
	cert_clear(&w->ca);
	cert_clear(&w->other_ca);
	cert_clear(&w->edge);
	cert_clear(&w->partner);
	certs_remove();
}

/* --- files --- */

static void expect_refusal(const char *promise, const struct tls_files *files, const char *file, const char *says)
{
	char why[400] = "", expected[400];
	SSL_CTX *made = tls_context(files, why, sizeof why);

	snprintf(expected, sizeof expected, "%s%s%s", file, *file ? ": " : "", says);
	if (made || strcmp(why, expected))
		printf("\n    broken: %s: %s", promise, why);
	CU_ASSERT_PTR_NULL(made);
	CU_ASSERT_STRING_EQUAL(why, expected);
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
	SSL_CTX_free(made);
}

static void refuses_own_files(void)
{
	struct world w;
	struct tls_files good, bad;
	const char *junk;

	world_open(&w);
	junk = file_text("junk.pem", "nothing\n");
	good = (struct tls_files){ file_chain("a.pem", &w.edge, NULL), file_key("a.key", &w.edge, NULL), w.ca_file, "" };
#define REFUSED(promise, member, path, says) \
	(bad = good, bad.member = path, expect_refusal(promise, &bad, bad.member, says))
	REFUSED("a missing certificate is named", certificate, "/nonexistent/a.pem",
	    "cannot be read: No such file or directory: name a file that the daemon's user may read");
	REFUSED("a missing key is named", key, "/nonexistent/a.key",
	    "cannot be read: No such file or directory: name a file that the daemon's user may read");
	REFUSED("rubbish is no certificate", certificate, junk,
	    "holds no certificate: it must begin with -----BEGIN CERTIFICATE-----, ours first, its chain behind it");
	REFUSED("rubbish is no key", key, junk, "holds no private key: it must begin with -----BEGIN PRIVATE KEY-----");
	REFUSED("a certificate is no key", key, good.certificate, "holds no private key: it must begin with -----BEGIN PRIVATE KEY-----");
	REFUSED("nobody is asked for a passphrase", key, file_key("b.key", &w.edge, "secret"),
	    "the key has a passphrase: take it off (openssl pkey -in KEY -out NEW)");
	bad = good;
	bad.key = file_key("c.key", &w.partner, NULL);
	{
		char says[300];

		snprintf(says, sizeof says, "the key does not fit the certificate in %s: name the key it was made with", good.certificate);
		expect_refusal("a key fits its certificate", &bad, bad.key, says);
	}
	bad = good;
	bad.key = "";
	expect_refusal("a certificate needs its key", &bad, bad.certificate, "the certificate has no key: name its key too");
	bad = good;
	bad.certificate = "";
	expect_refusal("a key needs its certificate", &bad, bad.key, "the key has no certificate: name its certificate too");
	world_close(&w);
}

static void refuses_ca_files(void)
{
	static const char no_ca[] = "holds no CA certificate that can be read: it must hold PEM certificates, -----BEGIN CERTIFICATE-----";
	struct world w;
	struct tls_files good, bad;

	world_open(&w);
	good = (struct tls_files){ "", "", w.ca_file, "" };
	REFUSED("an empty CA file believes nobody", ca, file_text("empty.pem", ""), no_ca);
	REFUSED("a CA file holds certificates", ca, file_text("junk2.pem", "nothing\n"), no_ca);
	REFUSED("a missing CA file is named", ca, "/nonexistent/ca.pem",
	    "cannot be read: No such file or directory: name a file that the daemon's user may read");
	bad = good;
	bad.ca = "";
	expect_refusal("a CA is needed", &bad, "", "no CA file is named: name the CAs whose certificates are believed");
	world_close(&w);
}

static void refuses_crl_files(void)
{
#define REMEDY " of \"/CN=Test CA\": put a current one of every CA into it, or nobody with a certificate of that CA gets in"
	struct world w;
	struct tls_files good, bad;
	struct cert twin;
	X509_CRL *own, *other, *old, *forged;

	world_open(&w);
	cert_make(&twin, &ca_wish, NULL);
	own = crl_make(&w.ca, NULL, 3600);
	other = crl_make(&w.other_ca, NULL, 3600);
	old = crl_make(&w.ca, NULL, -60);
	forged = crl_make(&twin, NULL, 3600);
	good = (struct tls_files){ "", "", w.ca_file, "" };
	REFUSED("a CRL file holds a list", crl, file_text("junk3.pem", "nothing\n"),
	    "holds no revocation list that can be read: it must hold PEM lists, -----BEGIN X509 CRL-----");
	REFUSED("the list is the CA's", crl, file_crl("1.crl", other, NULL), "holds no revocation list" REMEDY);
	REFUSED("the list is signed by the CA", crl, file_crl("2.crl", forged, NULL), "holds a revocation list with a wrong signature" REMEDY);
	REFUSED("the list has not run out", crl, file_crl("3.crl", old, NULL), "holds a revocation list that has run out" REMEDY);
	bad = good;
	bad.crl = file_crl("5.crl", other, NULL);
	bad.ca = file_chain("two.pem", &w.other_ca, &w.ca);
	expect_refusal("every CA has a list", &bad, bad.crl, "holds no revocation list" REMEDY);
	SSL_CTX_free(context(NULL, NULL, w.ca_file, file_crl("4.crl", own, NULL)));
	SSL_CTX_free(context(NULL, NULL, w.ca_file, file_crl("6.crl", old, own)));
	/* a CA with a new key of the same name */
	SSL_CTX_free(context(NULL, NULL, file_chain("twins.pem", &w.ca, &twin), file_crl("7.crl", own, NULL)));
	X509_CRL_free(own);
	X509_CRL_free(other);
	X509_CRL_free(old);
	X509_CRL_free(forged);
	cert_clear(&twin);
	world_close(&w);
}

/* --- who gets in --- */

/* Behind the partner's certificate come copies of one that nobody needs, until they have so many octets. */
static const char *shown_with_more(struct world *w, size_t octets)
{
	static char why[200];
	SSL_CTX *theirs = context(&w->partner, NULL, w->ca_file, "");
	size_t one = (size_t)i2d_X509(w->other_ca.x, NULL);
	struct handshake h;

	for (size_t size = 0; size < octets; size += one)
		CU_ASSERT_EQUAL(SSL_CTX_add1_chain_cert(theirs, w->other_ca.x), 1);
	handshake_run(&h, w->ours, theirs, NULL);
	snprintf(why, sizeof why, "%s", h.why);
	CU_ASSERT_EQUAL(h.done, !*why);
	handshake_clear(&h);
	SSL_CTX_free(theirs);
	return why;
}

/* The partner agrees on keys in this way only. */
static const char *shown_with_group(struct world *w, const char *group)
{
	static char why[200];
	SSL_CTX *theirs = context(&w->partner, NULL, w->ca_file, "");
	struct handshake h;

	CU_ASSERT_EQUAL(SSL_CTX_set1_groups_list(theirs, group), 1);
	handshake_run(&h, w->ours, theirs, NULL);
	snprintf(why, sizeof why, "%s", h.why);
	CU_ASSERT_EQUAL(h.done, !*why);
	handshake_clear(&h);
	SSL_CTX_free(theirs);
	return why;
}

/* Whoever knocks chooses how much the agreement costs us. */
static void agrees_on_keys_cheaply(void)
{
	static const char *const cheap[] = { "X25519", "P-256", "P-384", "P-521", "X448" };
	static const char *const dear[] = { "ffdhe2048", "ffdhe4096", "ffdhe8192" };
	struct world w;

	world_open(&w);
	for (size_t i = 0; i < sizeof cheap / sizeof *cheap; i++)
		CU_ASSERT_STRING_EQUAL(shown_with_group(&w, cheap[i]), "");
	for (size_t i = 0; i < sizeof dear / sizeof *dear; i++)
		CU_ASSERT_STRING_EQUAL(shown_with_group(&w, dear[i]), "no key agreement in common");
	world_close(&w);
}

/* What is parsed of them takes ten times the room, for as long as the connection lasts. */
static void bounds_what_is_shown(void)
{
	struct world w;

	world_open(&w);
	CU_ASSERT_STRING_EQUAL(shown_with_more(&w, 30000), "");
	CU_ASSERT_STRING_EQUAL(shown_with_more(&w, 33000), "the certificates that it shows are over 32 kB");
	CU_ASSERT_STRING_EQUAL(shown_with_more(&w, 90000), "the certificates that it shows are over 32 kB");
	world_close(&w);
}

/* The partner shows this certificate; "" when he gets in, else what the server says. */
static const char *shown(struct world *w, SSL_CTX *ours, const struct cert *own, const struct cert *chain)
{
	static char why[200];
	SSL_CTX *theirs = context(own, chain, w->ca_file, "");
	struct handshake h;

	handshake_run(&h, ours, theirs, NULL);
	snprintf(why, sizeof why, "%s", h.why);
	CU_ASSERT_EQUAL(h.done, !*why);
	handshake_clear(&h);
	SSL_CTX_free(theirs);
	return why;
}

static const char *shown_new(struct world *w, const struct cert_wish *wish, const struct cert *issuer)
{
	struct cert c;
	const char *why;

	cert_make(&c, wish, issuer);
	why = shown(w, w->ours, &c, NULL);
	cert_clear(&c);
	return why;
}

static void lets_in(void)
{
	static const struct cert_wish expired = { .cn = "x", .names = "DNS:a.example", .from_s = -7200, .to_s = -60 };
	static const struct cert_wish early = { .cn = "x", .names = "DNS:a.example", .from_s = 3600, .to_s = 7200 };
	static const struct cert_wish middle_wish = { .cn = "Middle CA", .ca = true };
	struct cert middle, leaf, below;
	struct world w;

	world_open(&w);
	CU_ASSERT_STRING_EQUAL(shown(&w, w.ours, &w.partner, NULL), "");
	CU_ASSERT_STRING_EQUAL(shown(&w, w.ours, NULL, NULL), "no certificate: the peer showed none");
	CU_ASSERT_STRING_EQUAL(shown_new(&w, &expired, &w.ca), "certificate expired");
	CU_ASSERT_STRING_EQUAL(shown_new(&w, &early, &w.ca), "certificate not valid yet");
	CU_ASSERT_STRING_EQUAL(shown_new(&w, &partner_wish, &w.other_ca), "certificate of an unknown CA");
	CU_ASSERT_STRING_EQUAL(shown_new(&w, &partner_wish, NULL), "certificate of an unknown CA");
	cert_make(&middle, &middle_wish, &w.ca);
	cert_make(&leaf, &partner_wish, &middle);
	CU_ASSERT_STRING_EQUAL(shown(&w, w.ours, &leaf, &middle), "");
	CU_ASSERT_STRING_EQUAL(shown(&w, w.ours, &leaf, NULL), "certificate of an unknown CA");
	cert_make(&below, &edge_wish, &w.partner); /* whoever has a certificate is no CA */
	CU_ASSERT_STRING_NOT_EQUAL(shown(&w, w.ours, &below, &w.partner), "");
	cert_clear(&middle);
	cert_clear(&leaf);
	cert_clear(&below);
	world_close(&w);
}

static void keeps_the_revoked_out(void)
{
	struct world w;
	X509_CRL *crl;
	SSL_CTX *ours;

	world_open(&w);
	crl = crl_make(&w.ca, &w.partner, 3600);
	ours = context(&w.edge, NULL, w.ca_file, file_crl("r.crl", crl, NULL));
	CU_ASSERT_STRING_EQUAL(shown(&w, ours, &w.partner, NULL), "certificate revoked");
	CU_ASSERT_STRING_EQUAL(shown(&w, ours, &w.edge, NULL), "");
	SSL_CTX_free(ours);
	X509_CRL_free(crl);
	world_close(&w);
}

/* The client checks the server as the server checks the client. */
static void checks_servers_too(void)
{
	struct cert stranger;
	struct handshake h;
	struct world w;
	SSL_CTX *theirs;

	world_open(&w);
	cert_make(&stranger, &partner_wish, &w.other_ca);
	theirs = context(&stranger, NULL, w.ca_file, "");
	handshake_run(&h, theirs, w.ours, NULL);
	CU_ASSERT_FALSE(h.done);
	CU_ASSERT_STRING_EQUAL(h.client_why, "certificate of an unknown CA");
	CU_ASSERT_STRING_EQUAL(h.why, "the peer refused: unknown CA");
	handshake_clear(&h);
	SSL_CTX_free(theirs);
	cert_clear(&stranger);
	world_close(&w);
}

static const char *said(SSL_CTX *ours, const char *octets, size_t size)
{
	static char why[200];
	SSL *ssl;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		abort();
	ssl = handshake_end(ours, fds[0], true);
	CU_ASSERT_EQUAL(write(fds[1], octets, size), (ssize_t)size);
	close(fds[1]);
	strcpy(why, "");
	handshake_step(ssl, why, sizeof why);
	SSL_free(ssl);
	close(fds[0]);
	return why;
}

static void says_what_was_no_tls(void)
{
	static const char sip[] = "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n\r\n", http[] = "GET / HTTP/1.1\r\n\r\n";
	SSL_CTX *old = SSL_CTX_new(TLS_method());
	struct handshake h;
	struct world w;

	world_open(&w);
	CU_ASSERT_STRING_EQUAL(said(w.ours, sip, sizeof sip - 1), "not TLS");
	CU_ASSERT_STRING_EQUAL(said(w.ours, http, sizeof http - 1), "not TLS");
	CU_ASSERT_STRING_EQUAL(said(w.ours, "", 0), "closed during the handshake");
	SSL_CTX_set_security_level(old, 0);
	SSL_CTX_set_min_proto_version(old, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(old, TLS1_1_VERSION);
	handshake_run(&h, w.ours, old, NULL);
	CU_ASSERT_FALSE(h.done);
	CU_ASSERT_STRING_EQUAL(h.why, "TLS older than 1.2");
	handshake_clear(&h);
	SSL_CTX_free(old);
	world_close(&w);
}

static void never_resumes(void)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct handshake first, second;
	struct world w;

	world_open(&w);
	SSL_CTX_clear_options(w.theirs, SSL_OP_NO_TICKET); /* a client that would like to */
	for (size_t i = 0; i < 2; i++) {
		SSL_SESSION *session;

		SSL_CTX_set_max_proto_version(w.theirs, versions[i]);
		handshake_run(&first, w.ours, w.theirs, NULL);
		CU_ASSERT_TRUE(first.done);
		CU_ASSERT_EQUAL(SSL_version(first.server), versions[i]);
		session = SSL_get1_session(first.client);
		SSL_shutdown(first.client);
		handshake_run(&second, w.ours, w.theirs, session);
		CU_ASSERT_TRUE(second.done && !SSL_session_reused(second.server));
		SSL_SESSION_free(session);
		handshake_clear(&first);
		handshake_clear(&second);
	}
	world_close(&w);
}

/* --- who stays in --- */

static void move_clock(SSL_CTX *c, time_t seconds)
{
	X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(c), time(NULL) + seconds);
}

static const char *still(SSL_CTX *now, SSL *ssl)
{
	static char why[200];

	strcpy(why, "");
	CU_ASSERT_EQUAL(tls_still_good(now, ssl, why, sizeof why), !*why);
	return why;
}

static void checks_again(void)
{
	struct handshake h;
	struct world w;
	X509_CRL *crl, *clean;
	SSL_CTX *listed, *clear, *other;

	world_open(&w);
	handshake_run(&h, w.ours, w.theirs, NULL);
	CU_ASSERT_TRUE(h.done);
	crl = crl_make(&w.ca, &w.partner, 3600);
	clean = crl_make(&w.ca, &w.edge, 3600);
	listed = context(&w.edge, NULL, w.ca_file, file_crl("l.crl", crl, NULL));
	clear = context(&w.edge, NULL, w.ca_file, file_crl("k.crl", clean, NULL));
	other = context(&w.edge, NULL, file_chain("other.pem", &w.other_ca, NULL), "");
	CU_ASSERT_STRING_EQUAL(still(w.ours, h.server), "");
	CU_ASSERT_STRING_EQUAL(still(clear, h.server), "");
	CU_ASSERT_STRING_EQUAL(still(listed, h.server), "certificate revoked");
	CU_ASSERT_STRING_EQUAL(still(other, h.server), "certificate of an unknown CA");
	CU_ASSERT_STRING_EQUAL(still(listed, h.client), ""); /* what we called is checked as well: the edge's own is good */
	CU_ASSERT_STRING_EQUAL(still(clear, h.client), "certificate revoked");
	move_clock(clear, 7200);
	CU_ASSERT_STRING_EQUAL(still(clear, h.server), ""); /* the list has run out, the certificate has not */
	move_clock(listed, 7200);
	CU_ASSERT_STRING_EQUAL(still(listed, h.server), "certificate revoked");
	move_clock(w.ours, 2 * 86400);
	CU_ASSERT_STRING_EQUAL(still(w.ours, h.server), "certificate expired");
	SSL_CTX_free(listed);
	SSL_CTX_free(clear);
	SSL_CTX_free(other);
	X509_CRL_free(crl);
	X509_CRL_free(clean);
	handshake_clear(&h);
	world_close(&w);
}

/* A CA whose own CA has revoked it issues for nobody; a list that is not there says nothing of it. */
static void keeps_those_of_a_revoked_ca_out(void)
{
	static const struct cert_wish middle_wish = { .cn = "Middle CA", .ca = true }, low_wish = { .cn = "Low CA", .ca = true };
	struct cert middle, low, leaf, deep;
	X509_CRL *crl, *clean, *of_middle, *of_low;
	struct handshake h;
	struct world w;
	SSL_CTX *listed, *clear, *theirs;

	world_open(&w);
	cert_make(&middle, &middle_wish, &w.ca);
	cert_make(&low, &low_wish, &middle);
	cert_make(&leaf, &partner_wish, &middle);
	cert_make(&deep, &partner_wish, &low);
	crl = crl_make(&w.ca, &middle, 3600);
	clean = crl_make(&w.ca, NULL, 3600);
	of_middle = crl_make(&middle, NULL, 3600);
	of_low = crl_make(&low, NULL, 3600);
	listed = context(&w.edge, NULL, w.ca_file, file_crl("m.crl", crl, of_middle));
	clear = context(&w.edge, NULL, w.ca_file, file_crl("n.crl", clean, of_middle));
	CU_ASSERT_STRING_EQUAL(shown(&w, clear, &leaf, &middle), "");
	CU_ASSERT_STRING_EQUAL(shown(&w, listed, &leaf, &middle), "certificate revoked");
	theirs = context(&leaf, &middle, w.ca_file, "");
	handshake_run(&h, w.ours, theirs, NULL);
	CU_ASSERT_STRING_EQUAL(still(clear, h.server), "");
	CU_ASSERT_STRING_EQUAL(still(listed, h.server), "certificate revoked");
	handshake_clear(&h);
	SSL_CTX_free(theirs);
	SSL_CTX_free(clear);
	/* Of the CA in the middle there is no list: the one that it issued may stay. */
	clear = context(&w.edge, NULL, w.ca_file, file_crl("o.crl", clean, of_low));
	theirs = context(&deep, &low, w.ca_file, "");
	SSL_CTX_add1_chain_cert(theirs, middle.x);
	handshake_run(&h, clear, theirs, NULL);
	CU_ASSERT_TRUE(h.done);
	CU_ASSERT_STRING_EQUAL(still(clear, h.server), "");
	handshake_clear(&h);
	SSL_CTX_free(theirs);
	SSL_CTX_free(clear);
	SSL_CTX_free(listed);
	X509_CRL_free(crl);
	X509_CRL_free(clean);
	X509_CRL_free(of_middle);
	X509_CRL_free(of_low);
	cert_clear(&middle);
	cert_clear(&low);
	cert_clear(&leaf);
	cert_clear(&deep);
	world_close(&w);
}

/* A chain that came with the peer is still there when he is checked again. */
static void checks_chains_again(void)
{
	static const struct cert_wish middle_wish = { .cn = "Middle CA", .ca = true };
	struct cert middle, leaf;
	struct handshake h;
	struct world w;
	SSL_CTX *theirs;

	world_open(&w);
	cert_make(&middle, &middle_wish, &w.ca);
	cert_make(&leaf, &partner_wish, &middle);
	theirs = context(&leaf, &middle, w.ca_file, "");
	handshake_run(&h, w.ours, theirs, NULL);
	CU_ASSERT_STRING_EQUAL(still(w.ours, h.server), "");
	handshake_clear(&h);
	handshake_run(&h, theirs, w.ours, NULL);
	CU_ASSERT_STRING_EQUAL(still(w.ours, h.client), "");
	handshake_clear(&h);
	SSL_CTX_free(theirs);
	cert_clear(&middle);
	cert_clear(&leaf);
	world_close(&w);
}

/* A configured CA is the end of a chain, also one that has a CA above it. It alone is believed, not its sisters. */
static void believes_a_ca_in_the_middle(void)
{
	static const struct cert_wish middle_wish = { .cn = "Middle CA", .ca = true }, sister_wish = { .cn = "Sister CA", .ca = true };
	struct cert middle, sister, leaf, other, below;
	X509_CRL *crl;
	SSL_CTX *ours, *listed;
	const char *file;
	struct world w;

	world_open(&w);
	cert_make(&middle, &middle_wish, &w.ca);
	cert_make(&sister, &sister_wish, &w.ca);
	cert_make(&leaf, &partner_wish, &middle);
	cert_make(&other, &partner_wish, &sister);
	cert_make(&below, &partner_wish, &leaf);
	file = file_chain("middle.pem", &middle, NULL);
	ours = context(&w.edge, NULL, file, "");
	CU_ASSERT_STRING_EQUAL(shown(&w, ours, &leaf, &middle), "");
	CU_ASSERT_STRING_EQUAL(shown(&w, ours, &leaf, NULL), "");
	CU_ASSERT_STRING_EQUAL(shown(&w, ours, &other, &sister), "certificate of an unknown CA");
	CU_ASSERT_STRING_EQUAL(shown(&w, ours, &w.partner, &w.ca), "certificate of an unknown CA");
	CU_ASSERT_STRING_NOT_EQUAL(shown(&w, ours, &below, &leaf), "");
	crl = crl_make(&middle, &leaf, 3600);
	listed = context(&w.edge, NULL, file, file_crl("p.crl", crl, NULL));
	CU_ASSERT_STRING_EQUAL(shown(&w, listed, &leaf, &middle), "certificate revoked");
	SSL_CTX_free(ours);
	SSL_CTX_free(listed);
	X509_CRL_free(crl);
	cert_clear(&middle);
	cert_clear(&sister);
	cert_clear(&leaf);
	cert_clear(&other);
	cert_clear(&below);
	world_close(&w);
}

static void tells_the_end(void)
{
	SSL_CTX *nothing = SSL_CTX_new(TLS_method());
	char subject[64] = "";
	struct world w;
	int64_t left;

	world_open(&w);
	left = tls_ends(w.ours, subject, sizeof subject) - time(NULL);
	CU_ASSERT_TRUE(left > 86400 - 100 && left <= 86400);
	CU_ASSERT_STRING_EQUAL(subject, "CN=edge");
	CU_ASSERT_EQUAL(tls_ends(nothing, subject, sizeof subject), 0);
	SSL_CTX_free(nothing);
	world_close(&w);
}

CU_TestInfo tls_tests[] = {
	{ "our certificate and key are read whole or refused by name", refuses_own_files },
	{ "a CA file without a CA is refused", refuses_ca_files },
	{ "a CRL file holds a current list of every CA", refuses_crl_files },
	{ "a peer needs a certificate that is in date and chains to our CA", lets_in },
	{ "keys are agreed on by curves only", agrees_on_keys_cheaply },
	{ "what a peer shows has its bound", bounds_what_is_shown },
	{ "a revoked certificate does not get in", keeps_the_revoked_out },
	{ "a configured CA may have a CA above it", believes_a_ca_in_the_middle },
	{ "nor does one of a revoked CA", keeps_those_of_a_revoked_ca_out },
	{ "servers are checked like clients", checks_servers_too },
	{ "what was no TLS is called so", says_what_was_no_tls },
	{ "no handshake is ever cut short by an old session", never_resumes },
	{ "a certificate in use is checked again: revoked, expired, untrusted", checks_again },
	{ "a chain is checked again with what the peer sent", checks_chains_again },
	{ "the end of a certificate is known", tells_the_end },
	CU_TEST_INFO_NULL
};
