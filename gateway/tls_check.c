/* Whether a certificate is still believed, and why a handshake failed. */
#include "tls.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

/* The usual faults in the words of the manual; NULL: OpenSSL's words will do. */
static const char *verify_words(long code)
{
	switch (code) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return "certificate expired";
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "certificate not valid yet";
	case X509_V_ERR_CERT_REVOKED:
		return "certificate revoked";
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return "certificate of an unknown CA";
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return "no revocation list of the certificate's CA";
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return "the revocation list of the certificate's CA has run out";
	default:
		return NULL;
	}
}

static void say_verify(char *why, size_t size, long code)
{
	const char *words = verify_words(code);

	if (words)
		snprintf(why, size, "%s", words);
	else
		snprintf(why, size, "certificate: %s", X509_verify_cert_error_string(code));
}

/* --- good? --- */

static int forgive(X509_STORE_CTX *check)
{
	X509_STORE_CTX_set_error(check, X509_V_OK);
	return 1;
}

int tls_on_verify(int good, X509_STORE_CTX *check)
{
	if (!good && X509_STORE_CTX_get_error(check) == X509_V_ERR_UNABLE_TO_GET_CRL && X509_STORE_CTX_get_error_depth(check) > 0)
		return forgive(check);
	return good;
}

/* --- still good? --- */

/* That a list has run out says nothing of this certificate: newcomers are refused
 * for it, but who is in is not thrown out. The old list still counts. */
static int on_verify_again(int good, X509_STORE_CTX *check)
{
	if (!good && X509_STORE_CTX_get_error(check) == X509_V_ERR_CRL_HAS_EXPIRED)
		return forgive(check);
	return tls_on_verify(good, check);
}

/* The same parameters as in a handshake. */
static void set_parameters(X509_STORE_CTX *check, SSL_CTX *context, SSL *ssl)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(check);

	X509_STORE_CTX_set_default(check, SSL_is_server(ssl) ? "ssl_client" : "ssl_server");
	X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(ssl));
	X509_VERIFY_PARAM_set1(param, SSL_CTX_get0_param(context));
	X509_STORE_CTX_set_verify_cb(check, on_verify_again);
}

bool tls_still_good(SSL_CTX *context, SSL *ssl, char *why, size_t size)
{
	X509_STORE_CTX *check = X509_STORE_CTX_new();
	X509 *x = SSL_get0_peer_certificate(ssl);
	bool good = false;

	if (!check)
		abort();
	if (!x) {
		snprintf(why, size, "no certificate");
	} else if (X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(context), x, SSL_get_peer_cert_chain(ssl)) != 1) {
		snprintf(why, size, "the certificate cannot be checked");
	} else {
		set_parameters(check, context, ssl);
		good = X509_verify_cert(check) == 1;
		if (!good)
			say_verify(why, size, X509_STORE_CTX_get_error(check));
	}
	X509_STORE_CTX_free(check);
	ERR_clear_error();
	return good;
}

/* --- why a handshake failed --- */

static const char *protocol_words(int reason)
{
	switch (reason) {
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		return "no certificate: the peer showed none";
	case SSL_R_HTTP_REQUEST:
	case SSL_R_HTTPS_PROXY_REQUEST:
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_BAD_RECORD_TYPE:
	case SSL_R_UNKNOWN_PROTOCOL:
		return "not TLS";
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
		return "TLS older than 1.2";
	case SSL_R_EXCESSIVE_MESSAGE_SIZE:
		return "the certificates that it shows are over 32 kB";
	case SSL_R_NO_SUITABLE_KEY_SHARE:
		return "no key agreement in common";
	case SSL_R_NO_SHARED_CIPHER:
		return "no cipher in common";
	default:
		return NULL;
	}
}

void tls_failure(SSL *ssl, char *why, size_t size)
{
	unsigned long error = ERR_peek_error(); /* the first one is the cause of the others */
	int reason = ERR_GET_REASON(error);
	const char *words = ERR_GET_LIB(error) == ERR_LIB_SSL ? protocol_words(reason) : NULL;

	if (!error)
		snprintf(why, size, "closed during the handshake");
	else if (words)
		snprintf(why, size, "%s", words);
	else if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason == SSL_R_CERTIFICATE_VERIFY_FAILED && ssl)
		say_verify(why, size, SSL_get_verify_result(ssl));
	else if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET)
		snprintf(why, size, "the peer refused: %s", SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
	else
		snprintf(why, size, "%s", ERR_reason_error_string(error) ? ERR_reason_error_string(error) : "TLS failed");
}
