/* Certificates as a peer may send them: what is said to be proved stands in them. The certificate is put into
 * a TLS session by its DER form, as one that was checked: signatures are OpenSSL's part. */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../gateway/tls.h"
#include "fuzz.h"

#define DER_MAX 60000

static SSL_CTX *context;

static size_t put_head(uint8_t *out, uint8_t tag, size_t size)
{
	out[0] = tag;
	out[1] = 0x82;
	out[2] = (uint8_t)(size >> 8);
	out[3] = (uint8_t)size;
	return 4;
}

/* RFC 5280's certificate inside OpenSSL's own form of a session. NULL: OpenSSL takes no such certificate. */
static SSL_SESSION *session_of(const uint8_t *der, size_t size)
{
	static const uint8_t front[] = {
		0x02, 1, 1, 0x02, 2, 3, 3, 0x04, 2, 0xc0, 0x2f, 0x04, 1, 1, 0x04, 48,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xa1, 3, 0x02, 1, 1, 0xa2, 4, 0x02, 2, 1, 44,
	};
	static const uint8_t back[] = { 0xa4, 2, 0x04, 0, 0xa5, 3, 0x02, 1, X509_V_OK };
	static uint8_t text[DER_MAX + 256];
	const uint8_t *at = text;
	size_t n = put_head(text, 0x30, sizeof front + 4 + size + sizeof back);

	memcpy(text + n, front, sizeof front);
	n += sizeof front;
	n += put_head(text + n, 0xa3, size);
	memcpy(text + n, der, size);
	n += size;
	memcpy(text + n, back, sizeof back);
	n += sizeof back;
	return d2i_SSL_SESSION(NULL, &at, (long)n);
}

/* --- what stands in it, read once more --- */

static bool same_text(const char *text, size_t length, const struct certname *name)
{
	size_t prefix = name->wildcard ? 2 : 0;

	if (length && text[length - 1] == '.')
		length--;
	return length == prefix + name->domain.length && (!prefix || !memcmp(text, "*.", 2))
	    && !strncasecmp(text + prefix, name->domain.text, name->domain.length);
}

static bool is_said(const GENERAL_NAME *general, const struct certname *name)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(general, &type);
	const char *text = type == GEN_DNS || type == GEN_URI ? (const char *)ASN1_STRING_get0_data(value) : NULL;
	size_t length = text ? (size_t)ASN1_STRING_length(value) : 0;

	if (type == GEN_DNS)
		return same_text(text, length, name);
	if (type != GEN_URI || length < 4 || strncasecmp(text, "sip:", 4) || name->wildcard || memchr(text, '@', length))
		return false;
	for (size_t end = 4; end <= length; end++)
		if ((end == length || strchr(":;?", text[end])) && same_text(text + 4, end - 4, name))
			return true;
	return false;
}

static bool is_common_name(const X509 *x, const struct certname *name)
{
	const X509_NAME *subject = X509_get_subject_name(x);

	for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
		unsigned char *text;
		int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
		bool same = length >= 0 && same_text((const char *)text, (size_t)length, name);

		if (length >= 0)
			OPENSSL_free(text);
		if (same)
			return true;
	}
	return false;
}

static void names_stand_in_it(const struct tls_peer *p, const X509 *x)
{
	int state;
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, &state, NULL);

	LAW(all || state == -1, "a subjectAltName that cannot be read proves nothing");
	for (size_t i = 0; i < p->peer.count; i++) {
		bool said = !all && is_common_name(x, &p->names[i]);

		for (int n = 0; n < sk_GENERAL_NAME_num(all); n++)
			said = said || is_said(sk_GENERAL_NAME_value(all, n), &p->names[i]);
		LAW(said, "a name that is proved stands in the certificate");
	}
	GENERAL_NAMES_free(all);
}

static void is_sound(const struct tls_peer *p)
{
	const struct domain *first = NULL;
	struct domain organisation;

	LAW(p->peer.count <= TLS_NAMES_MAX && (p->peer.count == 0 || p->peer.names == p->names), "names are so many at most");
	for (size_t i = 0; i < p->peer.count; i++) {
		LAW(p->names[i].domain.length > 0, "a name is a domain");
		tls_organisation(&organisation, &p->names[i].domain);
		LAW(domain_same(&organisation, &p->names[i].organisation), "a name's organisation is by the public suffix list");
		if (!first && organisation.length)
			first = &p->names[i].organisation;
	}
	LAW(first ? domain_same(first, peer_organisation(&p->peer)) : peer_organisation(&p->peer)->length == 0, "limits follow the first name that is somebody's");
}

static void is_printable(const char *text, size_t room)
{
	LAW(strnlen(text, room) < room, "a description ends");
	for (; *text; text++)
		LAW(*text >= ' ' && *text < 0x7f, "a description is printable");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	SSL_SESSION *session = size <= DER_MAX ? session_of(octets, size) : NULL;
	struct tls_peer peer;
	char why[200] = "";
	SSL *ssl;

	if (!context)
		context = SSL_CTX_new(TLS_method());
	ERR_clear_error();
	if (!session)
		return 0;
	ssl = SSL_new(context);
	LAW(ssl && SSL_set_session(ssl, session) == 1, "a session can be taken up");
	LAW(SSL_get0_peer_certificate(ssl) != NULL, "there is a certificate");
	if (tls_peer_read(&peer, ssl, why, sizeof why)) {
		is_sound(&peer);
		names_stand_in_it(&peer, SSL_get0_peer_certificate(ssl));
		is_printable(peer.subject, TLS_TEXT_MAX);
		is_printable(peer.issuer, TLS_TEXT_MAX);
		is_printable(peer.serial, TLS_SERIAL_MAX);
		tls_peer_is(&peer, ssl, "192.0.2.1");
		tls_peer_clear(&peer);
	} else {
		LAW(*why && !peer.names && !peer.peer.count, "a certificate that is of no use says why and leaves nothing");
	}
	ERR_clear_error();
	SSL_free(ssl);
	SSL_SESSION_free(session);
	return 0;
}
