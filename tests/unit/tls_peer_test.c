/* What a certificate proves. */
#include "unit.h"

#include <string.h>

#include "certs.h"
#include "handshake.h"

static const struct cert_wish ca_wish = { .cn = "Test CA", .ca = true };

/* A partner with this certificate has come in; what is read of it. */
struct visit {
	struct cert ca, partner;
	SSL_CTX *ours, *theirs;
	struct handshake h;
	struct tls_peer peer;
	bool good;
	char why[200];
};

static SSL_CTX *context(const char *ca_file, const struct cert *own, const struct cert *chain)
{
	struct tls_files files = { file_chain("own.pem", own, chain), file_key("own.key", own, NULL), ca_file, "" };
	char why[300];
	SSL_CTX *made = tls_context(&files, why, sizeof why);

	if (!made)
		abort();
	return made;
}

static void visit(struct visit *v, const struct cert_wish *wish, const struct cert_wish *middle_wish)
{
	struct cert middle = { 0 };
	const char *ca_file;

	memset(v, 0, sizeof *v);
	cert_make(&v->ca, &ca_wish, NULL);
	if (middle_wish)
		cert_make(&middle, middle_wish, &v->ca);
	cert_make(&v->partner, wish, middle_wish ? &middle : &v->ca);
	ca_file = file_chain("ca.pem", &v->ca, NULL);
	v->ours = context(ca_file, &v->ca, NULL);
	v->theirs = context(ca_file, &v->partner, middle_wish ? &middle : NULL);
	handshake_run(&v->h, v->ours, v->theirs, NULL);
	CU_ASSERT_TRUE(v->h.done);
	memset(&v->peer, 0x5a, sizeof v->peer);
	v->good = tls_peer_read(&v->peer, v->h.server, v->why, sizeof v->why);
	cert_clear(&middle);
}

static void visit_end(struct visit *v)
{
	tls_peer_clear(&v->peer);
	handshake_clear(&v->h);
	SSL_CTX_free(v->ours);
	SSL_CTX_free(v->theirs);
	cert_clear(&v->ca);
	cert_clear(&v->partner);
	certs_remove();
}

static const char *names_text(const struct tls_peer *p, char out[2048])
{
	out[0] = '\0';
	for (size_t i = 0; i < p->peer.count; i++) {
		strcat(out, i ? " " : "");
		strcat(out, p->peer.names[i].wildcard ? "*." : "");
		strcat(out, p->peer.names[i].domain.text);
	}
	return out;
}

static void reads_names(void)
{
	static const struct { const char *promise, *cn, *alternatives, *names, *organisation; } rows[] = {
		{ "a dNSName is a name, in lower case", "x", "DNS:SIP.Contoso.com", "sip.contoso.com", "contoso.com" },
		{ "all dNSNames are names, in order", "x", "DNS:sip.contoso.com;DNS:fabrikam.com", "sip.contoso.com fabrikam.com", "contoso.com" },
		{ "a sip: URI's host is a name", "x", "URI:sip:contoso.com", "contoso.com", "contoso.com" },
		{ "a URI's port and parameters are no part of it", "x", "URI:SIP:a.contoso.com:5061;URI:sip:b.contoso.com?x", "a.contoso.com b.contoso.com", "contoso.com" },
		{ "a URI with a user speaks for the user only", "x", "URI:sip:ann@contoso.com", "", "" },
		{ "a user may hide behind the host", "x", "URI:sip:contoso.com?x=@evil.example", "", "" },
		{ "other URIs are no names", "x", "URI:sips:contoso.com;URI:https://contoso.com;URI:contoso.com;URI:sip:", "", "" },
		{ "a URI has no wildcard", "x", "URI:sip:*.contoso.com", "", "" },
		{ "a name with a NUL is no name", "x", "DNS:sip.bank.example~.evil.example;URI:sip:bank.example~", "", "" },
		{ "a name with a NUL behind it is no name", "x", "DNS:bank.example~;URI:sip:bank.example;URI:sip:bank.example:~", "bank.example", "bank.example" },
		{ "a broken name does not stand in the way of the next", "x", "DNS:a b;DNS:contoso.com", "contoso.com", "contoso.com" },
		{ "a wildcard is a name", "x", "DNS:*.contoso.com", "*.contoso.com", "contoso.com" },
		{ "a wildcard inside is none", "x", "DNS:sip.*.contoso.com;DNS:s*.contoso.com", "", "" },
		{ "a wildcard right below a public suffix is nobody's", "x", "DNS:*.co.uk;DNS:*.com", "*.co.uk *.com", "" },
		{ "the first name that is somebody's tells whose certificate it is", "x", "DNS:co.uk;DNS:sip.contoso.co.uk;DNS:fabrikam.com",
		    "co.uk sip.contoso.co.uk fabrikam.com", "contoso.co.uk" },
		{ "addresses and mail are no names", "x.example", "IP:192.0.2.1;MAIL:ann@contoso.com", "", "" },
		{ "a CN counts without any subjectAltName", "Contoso.com", NULL, "contoso.com", "contoso.com" },
		{ "a CN does not count beside one", "contoso.com", "DNS:fabrikam.com", "fabrikam.com", "fabrikam.com" },
		{ "a CN does not count beside an empty one", "contoso.com", "", "", "" },
		{ "a CN that is no domain is no name", "Contoso Ltd", NULL, "", "" },
		{ "no name at all is nobody", NULL, NULL, "", "" },
	};
	char text[2048];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cert_wish wish = { .cn = rows[i].cn, .names = rows[i].alternatives };
		struct visit v;

		visit(&v, &wish, NULL);
		if (!v.good || strcmp(names_text(&v.peer, text), rows[i].names) || strcmp(peer_organisation(&v.peer.peer)->text, rows[i].organisation))
			printf("\n    broken: %s: \"%s\" of \"%s\" %s", rows[i].promise, names_text(&v.peer, text), peer_organisation(&v.peer.peer)->text, v.why);
		CU_ASSERT_TRUE(v.good);
		CU_ASSERT_STRING_EQUAL(names_text(&v.peer, text), rows[i].names);
		CU_ASSERT_STRING_EQUAL(peer_organisation(&v.peer.peer)->text, rows[i].organisation);
		visit_end(&v);
	}
}

static void bounds_names(void)
{
	char names[20000] = "";
	struct visit v;

	for (int i = 0; i < TLS_NAMES_MAX; i++)
		sprintf(names + strlen(names), "DNS:h%d.contoso.com;", i);
	visit(&v, &(struct cert_wish){ .cn = "x", .names = names }, NULL);
	CU_ASSERT_TRUE(v.good && v.peer.peer.count == TLS_NAMES_MAX);
	visit_end(&v);
	strcat(names, "DNS:one-more.contoso.com");
	visit(&v, &(struct cert_wish){ .cn = "x", .names = names }, NULL);
	CU_ASSERT_FALSE(v.good);
	CU_ASSERT_STRING_EQUAL(v.why, "the certificate has over 256 names");
	CU_ASSERT_TRUE(v.peer.names == NULL && v.peer.peer.count == 0);
	visit_end(&v);
}

/* A client that does not look at its own certificate, as ours would. */
static SSL_CTX *careless(const struct cert *own)
{
	SSL_CTX *made = SSL_CTX_new(TLS_method());

	CU_ASSERT_EQUAL(SSL_CTX_use_certificate(made, own->x), 1);
	CU_ASSERT_EQUAL(SSL_CTX_use_PrivateKey(made, own->key), 1);
	ERR_clear_error();
	return made;
}

/* Whether the handshake or the reading refuses: the CN must not speak instead. */
static void refuses_unreadable_names(void)
{
	static const struct cert_wish wishes[] = {
		{ .cn = "contoso.com", .fault = NAMES_BROKEN }, { .cn = "contoso.com", .names = "DNS:fabrikam.com", .fault = NAMES_TWICE },
		{ .cn = "contoso.com" }, /* the same way lets a sound one in */
	};
	struct cert ca;
	SSL_CTX *ours;

	cert_make(&ca, &ca_wish, NULL);
	ours = context(file_chain("ca.pem", &ca, NULL), &ca, NULL);
	for (size_t i = 0; i < 3; i++) {
		struct cert partner;
		struct handshake h;
		struct tls_peer peer = { 0 };
		char why[200];
		SSL_CTX *theirs;

		cert_make(&partner, &wishes[i], &ca);
		theirs = careless(&partner);
		handshake_run(&h, ours, theirs, NULL);
		CU_ASSERT_EQUAL(h.done && tls_peer_read(&peer, h.server, why, sizeof why), i == 2);
		tls_peer_clear(&peer);
		handshake_clear(&h);
		SSL_CTX_free(theirs);
		cert_clear(&partner);
	}
	SSL_CTX_free(ours);
	cert_clear(&ca);
	certs_remove();
}

static void checks_key_usage(void)
{
	static const char bad[] = "the extended key usage of the certificate is not for TLS or SIP";
	static const char bad_ca[] = "the extended key usage of its CA is not for TLS or SIP";
	static const struct { const char *promise, *usages, *middle, *why; } rows[] = {
		{ "none will do", NULL, NULL, "" },
		{ "any will do", "2.5.29.37.0", NULL, "" },
		{ "serverAuth will do", "1.3.6.1.5.5.7.3.1", NULL, "" },
		{ "clientAuth will do", "1.3.6.1.5.5.7.3.2", NULL, "" },
		{ "sipDomain will do", "1.3.6.1.5.5.7.3.20", NULL, "" },
		{ "one of several will do", "1.3.6.1.5.5.7.3.4;1.3.6.1.5.5.7.3.1", NULL, "" },
		{ "mail will not do", "1.3.6.1.5.5.7.3.4", NULL, bad },
		{ "what begins like ours is not ours", "1.3.6.1.5.5.7.3.200", NULL, bad },
		{ "a CA for TLS will do", NULL, "1.3.6.1.5.5.7.3.1", "" },
		{ "a CA for mail only makes no names of domains", NULL, "1.3.6.1.5.5.7.3.4", bad_ca },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cert_wish wish = { .cn = "x", .names = "DNS:contoso.com", .usages = rows[i].usages };
		const struct cert_wish middle = { .cn = "Middle CA", .ca = true, .usages = rows[i].middle };
		struct visit v;

		visit(&v, &wish, rows[i].middle ? &middle : NULL);
		if (strcmp(v.why, rows[i].why))
			printf("\n    broken: %s: %s", rows[i].promise, v.why);
		CU_ASSERT_EQUAL(v.good, !*rows[i].why);
		CU_ASSERT_STRING_EQUAL(v.why, rows[i].why);
		visit_end(&v);
	}
}

/* What OpenSSL looks at itself ends the handshake; none of these does. */
static void checks_limits(void)
{
	static const char bad[] = "the certificate has names that its CA may not give (name constraints)";
	static const char ours[] = "permitted;DNS:contoso.com", below[] = "permitted;DNS:.contoso.com";
	static const char others[] = "excluded;DNS:fabrikam.com", part[] = "excluded;DNS:lab.contoso.com";
	static const struct { const char *promise, *limits, *cn, *names, *why; } rows[] = {
		{ "without limits every name will do", NULL, "x", "URI:sip:fabrikam.com", "" },
		{ "a URI within will do", ours, "x", "URI:sip:contoso.com;URI:sip:a.b.contoso.com", "" },
		{ "a URI is held against them like a dNSName", ours, "x", "URI:sip:fabrikam.com", bad },
		{ "a part of a label is no part of a name", ours, "x", "URI:sip:subcontoso.com", bad },
		{ "a URI beside a good name too", ours, "x", "DNS:contoso.com;URI:sip:fabrikam.com", bad },
		{ "with a dot it is what stands below", below, "x", "URI:sip:a.contoso.com", "" },
		{ "with a dot the name itself is none", below, "x", "URI:sip:contoso.com", bad },
		{ "nothing but names of mail says nothing of domains", "permitted;email:contoso.com", "x", "URI:sip:fabrikam.com", "" },
		{ "what is not forbidden will do", others, "x", "URI:sip:contoso.com", "" },
		{ "what is forbidden will not", others, "x", "URI:sip:a.fabrikam.com", bad },
		{ "all may be forbidden", "excluded;DNS:*", "x", "URI:sip:contoso.com", bad },
		{ "all may be permitted", "permitted;DNS:*", "x", "URI:sip:contoso.com", "" },
		{ "a wildcard within will do", ours, "*.contoso.com", NULL, "" },
		{ "a wildcard as the common name is held against them", ours, "*.fabrikam.com", NULL, bad },
		{ "a wildcard that covers what is forbidden will not do", part, "*.contoso.com", NULL, bad },
		{ "nor one as a dNSName", part, "x", "DNS:*.contoso.com", bad },
		{ "a wildcard beside what is forbidden will do", part, "x", "DNS:*.sip.contoso.com", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cert_wish wish = { .cn = rows[i].cn, .names = rows[i].names };
		const struct cert_wish middle = { .cn = "Middle CA", .ca = true, .limits = rows[i].limits };
		struct visit v;

		visit(&v, &wish, &middle);
		if (strcmp(v.why, rows[i].why))
			printf("\n    broken: %s: %s", rows[i].promise, v.why);
		CU_ASSERT_EQUAL(v.good, !*rows[i].why);
		CU_ASSERT_STRING_EQUAL(v.why, rows[i].why);
		visit_end(&v);
	}
}

static void describes(void)
{
	struct visit v;
	struct tls_peer again;
	char why[200];

	visit(&v, &(struct cert_wish){ .cn = "Con\"toso\n\xc3\xbc", .names = "DNS:contoso.com" }, NULL);
	CU_ASSERT_TRUE(v.good);
	CU_ASSERT_STRING_EQUAL(v.peer.issuer, "CN=Test CA");
	CU_ASSERT_PTR_NULL(strpbrk(v.peer.subject, "\n\xc3\xbc"));
	CU_ASSERT_EQUAL(strncmp(v.peer.subject, "CN=Con", 6), 0);
	CU_ASSERT_TRUE(strlen(v.peer.serial) <= 16 && strspn(v.peer.serial, "0123456789ABCDEF") == strlen(v.peer.serial));
	CU_ASSERT_TRUE(tls_peer_read(&again, v.h.server, why, sizeof why));
	CU_ASSERT_EQUAL(memcmp(again.fingerprint, v.peer.fingerprint, 32), 0);
	tls_peer_clear(&again);
	CU_ASSERT_TRUE(tls_peer_read(&again, v.h.client, why, sizeof why)); /* our own: another one */
	CU_ASSERT_NOT_EQUAL(memcmp(again.fingerprint, v.peer.fingerprint, 32), 0);
	tls_peer_clear(&again);
	tls_peer_clear(&again);
	visit_end(&v);
}

static void nothing_without_a_handshake(void)
{
	struct visit v;
	struct tls_peer none;
	char why[200] = "";
	SSL *ssl;

	visit(&v, &(struct cert_wish){ .cn = "x", .names = "DNS:contoso.com" }, NULL);
	ssl = SSL_new(v.ours);
	CU_ASSERT_FALSE(tls_peer_read(&none, ssl, why, sizeof why));
	CU_ASSERT_STRING_EQUAL(why, "no certificate that was checked");
	CU_ASSERT_FALSE(tls_peer_is(&none, ssl, "192.0.2.1"));
	CU_ASSERT_FALSE(tls_still_good(v.ours, ssl, why, sizeof why));
	SSL_free(ssl);
	visit_end(&v);
}

static void is_who(void)
{
	static const struct { const char *name; bool is; } rows[] = {
		{ "sip.contoso.com", true }, { "SIP.Contoso.com.", true }, { "contoso.com", false },
		{ "a.fabrikam.com", true }, { "fabrikam.com", false }, { "a.b.fabrikam.com", false },
		{ "a.co.uk", false }, { "*.fabrikam.com", false }, { "", false }, { "x", false }, { ".fabrikam.com", false },
		{ "192.0.2.1", true }, { "192.0.2.2", false }, { "192.0.2.3", false }, { "::1", false },
	};
	struct visit v;

	/* An address as a dNSName is none. */
	visit(&v, &(struct cert_wish){ .cn = "x", .names = "DNS:sip.contoso.com;DNS:*.fabrikam.com;DNS:*.co.uk;IP:192.0.2.1;DNS:192.0.2.3" }, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (tls_peer_is(&v.peer, v.h.server, rows[i].name) != rows[i].is)
			printf("\n    broken: %s", rows[i].name);
		CU_ASSERT_EQUAL(tls_peer_is(&v.peer, v.h.server, rows[i].name), rows[i].is);
	}
	visit_end(&v);
}

static void knows_organisations(void)
{
	static const struct { const char *domain, *organisation; } rows[] = {
		{ "contoso.com", "contoso.com" }, { "a.b.contoso.com", "contoso.com" }, { "com", "" }, { "co.uk", "" },
		{ "contoso.co.uk", "contoso.co.uk" }, { "sip.contoso.co.uk", "contoso.co.uk" },
		{ "ann.github.io", "ann.github.io" }, { "github.io", "" }, /* the private part of the list counts */
		{ "sip.contoso.example", "contoso.example" }, { "localhost", "" },
		{ "www.xn--85x722f.com.cn", "xn--85x722f.com.cn" }, { "www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn" },
		{ "sip.kawasaki.jp", "" }, { "a.b.c.kawasaki.jp", "b.c.kawasaki.jp" }, { "city.kawasaki.jp", "city.kawasaki.jp" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct domain domain, organisation;

		CU_ASSERT_TRUE(domain_parse(&domain, rows[i].domain, strlen(rows[i].domain)));
		memset(&organisation, 0x5a, sizeof organisation);
		tls_organisation(&organisation, &domain);
		if (strcmp(organisation.text, rows[i].organisation))
			printf("\n    broken: %s: %s", rows[i].domain, organisation.text);
		CU_ASSERT_STRING_EQUAL(organisation.text, rows[i].organisation);
	}
}

CU_TestInfo tls_peer_tests[] = {
	{ "the names of a certificate, and whose it is", reads_names },
	{ "a certificate has 256 names at most", bounds_names },
	{ "a name list that cannot be read is not passed over", refuses_unreadable_names },
	{ "the extended key usage is none, any, server, client or SIP", checks_key_usage },
	{ "a CA gives no names beyond its name constraints", checks_limits },
	{ "a certificate is described in harmless text", describes },
	{ "nothing is proven without a handshake", nothing_without_a_handshake },
	{ "a peer is who its certificate says", is_who },
	{ "an organisation is what stands right below a public suffix", knows_organisations },
	CU_TEST_INFO_NULL
};
