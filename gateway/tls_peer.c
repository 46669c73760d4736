/* What a certificate proves: its names, by RFC 5922 and product.md 1.2, and
 * whose they are by the public suffix list. */
#include "tls.h"

#include <libpsl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../policy/alloc.h"
#include "address.h"
#include "log.h"

/* --- whose is a name? --- */

/* The list is the same for all and never changes: read once, at first use. */
static const psl_ctx_t *suffixes(void)
{
	static const psl_ctx_t *list;

	if (!list)
		list = psl_latest(NULL);
	if (!list)
		list = psl_builtin();
	if (!list)
		abort(); /* built without a list: nobody's certificate would be anybody's */
	return list;
}

void tls_organisation(struct domain *out, const struct domain *domain)
{
	const char *name = domain->length ? psl_registrable_domain(suffixes(), domain->text) : NULL;

	if (!name || !domain_parse(out, name, strlen(name)))
		*out = (struct domain){ 0 };
}

/* --- the names --- */

/* False: too many. What is no name is passed over. */
static bool add_name(struct tls_peer *p, const char *text, size_t length)
{
	struct certname name;

	if (!certname_parse(&name, text, length))
		return true;
	if (p->peer.count == TLS_NAMES_MAX)
		return false;
	tls_organisation(&name.organisation, &name.domain);
	p->names[p->peer.count++] = name;
	return true;
}

/* sip:HOST, RFC 5922 7.1: with a user part it speaks for that user only; no other
 * scheme, and no wildcard, which a URI cannot have. */
static bool add_uri(struct tls_peer *p, const char *uri, size_t length)
{
	size_t host = 4;

	if (length <= host || strncasecmp(uri, "sip:", host))
		return true;
	if (memchr(uri, '\0', length) || memchr(uri, '@', length) || memchr(uri, '*', length))
		return true;
	for (length -= host, uri += host, host = 0; host < length && !strchr(":;?", uri[host]); host++)
		;
	return add_name(p, uri, host);
}

static bool add_alternatives(struct tls_peer *p, const GENERAL_NAMES *names)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		int type;
		const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
		const char *text;
		size_t length;

		if (type != GEN_DNS && type != GEN_URI)
			continue;
		text = (const char *)ASN1_STRING_get0_data(value);
		length = (size_t)ASN1_STRING_length(value);
		if (!(type == GEN_DNS ? add_name(p, text, length) : add_uri(p, text, length)))
			return false;
	}
	return true;
}

/* The most specific CN: the last one. */
static void add_common_name(struct tls_peer *p, const X509 *x)
{
	X509_NAME *subject = X509_get_subject_name(x);
	int at = -1, last = -1, length;
	unsigned char *text;

	while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0)
		last = at;
	if (last < 0)
		return;
	length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
	if (length < 0)
		return;
	add_name(p, (const char *)text, (size_t)length);
	OPENSSL_free(text);
}

static bool read_names(struct tls_peer *p, const X509 *x, char *why, size_t size)
{
	int state;
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, &state, NULL);
	bool good = true;

	p->names = alloc_zero(TLS_NAMES_MAX, sizeof *p->names);
	if (names) {
		good = add_alternatives(p, names);
		GENERAL_NAMES_free(names);
		if (!good)
			snprintf(why, size, "the certificate has over %d names", TLS_NAMES_MAX);
	} else if (state == -1) { /* there is none; -2: two, or one that cannot be read, is not the same */
		add_common_name(p, x);
	} else {
		snprintf(why, size, "the certificate's subjectAltName cannot be read");
		good = false;
	}
	p->names = alloc_resize(p->names, p->peer.count, sizeof *p->names);
	p->peer.names = p->names;
	return good;
}

/* --- key usage --- */

static bool usage_is_ours(const ASN1_OBJECT *usage)
{
	static const char *const ours[] = {
		"2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.20" /* id-kp-sipDomain, RFC 5924 */
	};
	char text[80];

	OBJ_obj2txt(text, sizeof text, usage, 1);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (!strcmp(text, ours[i]))
			return true;
	return false;
}

static bool key_usage_is_ours(const X509 *x)
{
	int state;
	EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(x, NID_ext_key_usage, &state, NULL);
	bool found = false;

	if (!usages)
		return state == -1;
	for (int i = 0; i < sk_ASN1_OBJECT_num(usages) && !found; i++)
		found = usage_is_ours(sk_ASN1_OBJECT_value(usages, i));
	EXTENDED_KEY_USAGE_free(usages);
	return found;
}

/* The usages of a CA bound what it may issue: one for mail only must not make names
 * of domains. The anchor at the end is believed as it is. */
static bool chain_is_ours(SSL *ssl, char *why, size_t size)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);

	for (int i = 0; i < sk_X509_num(chain); i++) {
		if (i > 0 && i == sk_X509_num(chain) - 1)
			break;
		if (key_usage_is_ours(sk_X509_value(chain, i)))
			continue;
		snprintf(why, size, "the extended key usage of %s is not for TLS or SIP", i ? "its CA" : "the certificate");
		return false;
	}
	return true;
}

static bool names_are_given(const struct tls_peer *p, SSL *ssl, char *why, size_t size)
{
	if (tls_may_give(SSL_get0_verified_chain(ssl), p))
		return true;
	snprintf(why, size, "the certificate has names that its CA may not give (name constraints)");
	return false;
}

/* --- all of it --- */

static void read_name_text(char *out, size_t size, const X509_NAME *name)
{
	BIO *page = BIO_new(BIO_s_mem());
	char *text;
	long length;

	if (!page)
		abort();
	X509_NAME_print_ex(page, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)(ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_ESC_CTRL));
	length = BIO_get_mem_data(page, &text);
	log_quote(out, size, text, length > 0 ? (size_t)length : 0);
	BIO_free(page);
}

static void read_descriptions(struct tls_peer *p, const X509 *x)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *hex = number ? BN_bn2hex(number) : NULL;
	char text[TLS_TEXT_MAX];

	snprintf(text, TLS_SERIAL_MAX, "%s", hex ? hex : "");
	p->serial = alloc_text(text);
	OPENSSL_free(hex);
	BN_free(number);
	read_name_text(text, sizeof text, X509_get_subject_name(x));
	p->subject = alloc_text(text);
	read_name_text(text, sizeof text, X509_get_issuer_name(x));
	p->issuer = alloc_text(text);
	X509_digest(x, EVP_sha256(), p->fingerprint, NULL);
}

int64_t tls_ends(SSL_CTX *context, char *subject, size_t size)
{
	const X509 *x = SSL_CTX_get0_certificate(context);
	struct tm when = { 0 };

	if (!x || ASN1_TIME_to_tm(X509_get0_notAfter(x), &when) != 1)
		return 0;
	read_name_text(subject, size, X509_get_subject_name(x));
	return timegm(&when);
}

bool tls_peer_read(struct tls_peer *p, SSL *ssl, char *why, size_t size)
{
	const X509 *x = SSL_get0_peer_certificate(ssl);
	bool good = false;

	*p = (struct tls_peer){ 0 };
	if (!x || SSL_get_verify_result(ssl) != X509_V_OK) {
		snprintf(why, size, "no certificate that was checked");
		return false;
	}
	read_descriptions(p, x);
	good = chain_is_ours(ssl, why, size) && read_names(p, x, why, size) && names_are_given(p, ssl, why, size);
	ERR_clear_error();
	if (!good)
		tls_peer_clear(p);
	return good;
}

void tls_peer_clear(struct tls_peer *p)
{
	free(p->names);
	free(p->subject);
	free(p->issuer);
	free(p->serial);
	*p = (struct tls_peer){ 0 };
}

bool tls_peer_is(const struct tls_peer *p, SSL *ssl, const char *name)
{
	X509 *x = SSL_get0_peer_certificate(ssl);
	struct address address;
	struct domain domain;

	if (address_make(&address, name, 0))
		return x && X509_check_ip_asc(x, name, 0) == 1;
	if (!domain_parse(&domain, name, strlen(name)))
		return false;
	for (size_t i = 0; i < p->peer.count; i++)
		if (certname_matches(&p->names[i], &domain))
			return true;
	return false;
}
