/* Contexts: read from files, checked whole, never changed afterwards. What is
 * wrong with a file is said with its name and what to do about it. */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* Says what is wrong; always false. */
static bool wrong(char *why, size_t size, const char *file, const char *what)
{
	snprintf(why, size, "%s: %s", file, what);
	return false;
}

/* Opened here and not by OpenSSL, which says of a missing file only that it is one. */
static BIO *open_file(const char *file, char *why, size_t size)
{
	BIO *in;

	errno = 0;
	in = BIO_new_file(file, "r");
	if (!in)
		snprintf(why, size, "%s: cannot be read: %s: name a file that the daemon's user may read", file,
		    errno ? strerror(errno) : "not a file");
	return in;
}

/* A daemon has nobody to ask for a passphrase; it notes that there should be one. */
static int no_passphrase(char *out, int size, int writing, void *asked)
{
	(void)writing;
	if (size > 0)
		out[0] = '\0';
	if (asked)
		*(bool *)asked = true;
	return -1;
}

/* --- our own certificate --- */

static bool use_certificate(SSL_CTX *context, const char *file, char *why, size_t size)
{
	BIO *in = open_file(file, why, size);

	if (!in)
		return false;
	BIO_free(in);
	if (SSL_CTX_use_certificate_chain_file(context, file) == 1)
		return true;
	if (ERR_GET_REASON(ERR_peek_error()) == PEM_R_NO_START_LINE)
		return wrong(why, size, file, "holds no certificate: it must begin with -----BEGIN CERTIFICATE-----, ours first, its chain behind it");
	snprintf(why, size, "%s: the certificate cannot be used: %s: make a new one", file,
	    ERR_reason_error_string(ERR_peek_error()));
	return false;
}

static EVP_PKEY *read_key(const char *file, char *why, size_t size)
{
	BIO *in = open_file(file, why, size);
	bool asked = false;
	EVP_PKEY *key;

	if (!in)
		return NULL;
	key = PEM_read_bio_PrivateKey(in, NULL, no_passphrase, &asked);
	BIO_free(in);
	if (!key)
		wrong(why, size, file, asked ? "the key has a passphrase: take it off (openssl pkey -in KEY -out NEW)"
		                             : "holds no private key: it must begin with -----BEGIN PRIVATE KEY-----");
	return key;
}

static bool use_key(SSL_CTX *context, const struct tls_files *files, char *why, size_t size)
{
	EVP_PKEY *key = read_key(files->key, why, size);
	bool good;

	if (!key)
		return false;
	good = SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
	EVP_PKEY_free(key);
	if (!good)
		snprintf(why, size, "%s: the key does not fit the certificate in %s: name the key it was made with", files->key,
		    files->certificate);
	return good;
}

static bool use_identity(SSL_CTX *context, const struct tls_files *files, char *why, size_t size)
{
	if (!*files->certificate && !*files->key)
		return true;
	if (!*files->key)
		return wrong(why, size, files->certificate, "the certificate has no key: name its key too");
	if (!*files->certificate)
		return wrong(why, size, files->key, "the key has no certificate: name its certificate too");
	return use_certificate(context, files->certificate, why, size) && use_key(context, files, why, size);
}

/* --- whom we believe --- */

static bool use_ca(SSL_CTX *context, const char *file, char *why, size_t size)
{
	BIO *in;

	if (!file)
		return SSL_CTX_set_default_verify_paths(context) == 1;
	if (!*file) {
		snprintf(why, size, "no CA file is named: name the CAs whose certificates are believed");
		return false;
	}
	in = open_file(file, why, size);
	if (!in)
		return false;
	BIO_free(in);
	/* A chain ends at whatever CA is named, also below its root: who names the one that
	 * issues for a partner does not name its sisters. */
	X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_STORE_load_file(SSL_CTX_get_cert_store(context), file) == 1)
		return true;
	return wrong(why, size, file, "holds no CA certificate that can be read: it must hold PEM certificates, -----BEGIN CERTIFICATE-----");
}

static void name_text(const X509_NAME *name, char *out, size_t size)
{
	char text[256] = "";

	X509_NAME_oneline(name, text, sizeof text);
	log_quote(out, size, text, strlen(text));
}

static X509_CRL *crl_at(X509_STORE *store, int i)
{
	return X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(X509_STORE_get0_objects(store), i));
}

static X509 *ca_at(X509_STORE *store, int i)
{
	return X509_OBJECT_get0_X509(sk_X509_OBJECT_value(X509_STORE_get0_objects(store), i));
}

/* By any CA of its issuer's name: one that changes its key has two certificates for a while. */
static bool crl_is_signed(X509_STORE *store, X509_CRL *crl)
{
	for (int i = 0; i < sk_X509_OBJECT_num(X509_STORE_get0_objects(store)); i++) {
		X509 *ca = ca_at(store, i);

		if (ca && !X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(ca))
		    && X509_CRL_verify(crl, X509_get0_pubkey(ca)) == 1)
			return true;
	}
	return false;
}

/* What is wrong with the lists of this CA; NULL: one is good. */
static const char *crl_fault(X509_STORE *store, const X509 *ca)
{
	const char *fault = "holds no revocation list";

	for (int i = 0; i < sk_X509_OBJECT_num(X509_STORE_get0_objects(store)); i++) {
		X509_CRL *crl = crl_at(store, i);

		if (!crl || X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(ca)))
			continue;
		if (!crl_is_signed(store, crl))
			fault = "holds a revocation list with a wrong signature";
		else if (X509_CRL_get0_nextUpdate(crl) && X509_cmp_current_time(X509_CRL_get0_nextUpdate(crl)) < 0)
			fault = "holds a revocation list that has run out";
		else
			return NULL;
	}
	return fault;
}

/* Without its CRL every certificate of a CA is refused, which nobody would
 * connect with a file that was read without complaint: so it is looked for now. */
static bool every_ca_has_crl(X509_STORE *store, const char *file, char *why, size_t size)
{
	for (int i = 0; i < sk_X509_OBJECT_num(X509_STORE_get0_objects(store)); i++) {
		X509 *ca = ca_at(store, i);
		const char *fault = ca ? crl_fault(store, ca) : NULL;
		char name[200];

		if (!fault)
			continue;
		name_text(X509_get_subject_name(ca), name, sizeof name);
		snprintf(why, size, "%s: %s of \"%s\": put a current one of every CA into it, or nobody with a certificate of that CA gets in",
		    file, fault, name);
		return false;
	}
	return true;
}

static bool use_crl(SSL_CTX *context, const char *file, char *why, size_t size)
{
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	BIO *in;

	if (!*file)
		return true;
	in = open_file(file, why, size);
	if (!in)
		return false;
	BIO_free(in);
	if (X509_load_crl_file(X509_STORE_add_lookup(store, X509_LOOKUP_file()), file, X509_FILETYPE_PEM) <= 0)
		return wrong(why, size, file, "holds no revocation list that can be read: it must hold PEM lists, -----BEGIN X509 CRL-----");
	/* The whole chain: a CA that its own CA has revoked issues for nobody. */
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	X509_STORE_set_verify_cb(store, tls_on_verify);
	return every_ca_has_crl(store, file, why, size);
}

/* --- a context --- */

/* What OpenSSL makes of them takes ten times the room, before anything is proved and for as long as the connection
 * lasts. Two hundred and fifty-six names and three authorities take 16 kB. */
#define SHOWN_MOST (32 * 1024)

/* Curves only, as OpenSSL prefers them: by its finite fields, which nobody needs, a stranger has us compute a hundred
 * times as long as by a curve, and does nothing for it himself. A list with one that the library does not know is not
 * taken: the first is for newer ones, the last for those that know only what FIPS 140-3 approves. */
static void set_groups(SSL_CTX *c)
{
	static const char *const lists[] = { "X25519MLKEM768:X25519:P-256:X448:P-521:P-384", "X25519:P-256:X448:P-521:P-384", "P-256:P-521:P-384" };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (SSL_CTX_set1_groups_list(c, lists[i]) == 1)
			return;
	abort(); /* built without curves */
}

static void set_manner(SSL_CTX *c)
{
	set_groups(c);
	SSL_CTX_set_default_passwd_cb(c, no_passphrase);
	SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
	SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	/* Both sides of a federation link use one certificate, and public CAs no longer
	 * issue clientAuth: the key usage is checked by tls_peer_read's own list. */
	SSL_CTX_set_purpose(c, X509_PURPOSE_ANY);
	SSL_CTX_set_max_cert_list(c, SHOWN_MOST);
	SSL_CTX_set_num_tickets(c, 0);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(c, 1);
}

SSL_CTX *tls_context(const struct tls_files *files, char *why, size_t size)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	bool good;

	if (!context)
		abort();
	ERR_clear_error();
	set_manner(context);
	good = use_identity(context, files, why, size) && use_ca(context, files->ca, why, size)
	    && use_crl(context, files->crl, why, size);
	ERR_clear_error(); /* what is left would be taken for the next connection's fault */
	if (good)
		return context;
	SSL_CTX_free(context);
	return NULL;
}
