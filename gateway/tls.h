/* TLS contexts and what a certificate proves. A reload makes a new context: a
 * context in use is never changed. No tickets, no session cache: resuming
 * would skip the certificate check. */
#ifndef GATEWAY_TLS_H
#define GATEWAY_TLS_H

#include <openssl/ssl.h>

#include "../policy/facts.h"

enum tls_side { TLS_PARTNERS, TLS_INTERNAL };

struct tls_files {
	const char *certificate, *key, *ca, *crl; /* paths; certificate and key may be "" for a client that shows none; crl may be ""; ca NULL: OpenSSL's default paths */
};

/* A context that demands and checks a peer certificate, usable for accepting and for
 * connecting. NULL: *why is filled with the file, what is wrong and the remedy. */
SSL_CTX *tls_context(const struct tls_files *, char *why, size_t size);

#define TLS_TEXT_MAX   256 /* of a subject or issuer */
#define TLS_SERIAL_MAX 64

/* Everything that a certificate proves; owned copy of the names. */
struct tls_peer {
	struct peer peer;         /* names points to `names` */
	struct certname *names;   /* owned */
	char *subject, *issuer, *serial; /* owned; escaped, cut; NULL with no certificate */
	unsigned char fingerprint[32];
};

#define TLS_NAMES_MAX 256

/* The peer of a stream whose handshake is done. False: it has no usable certificate, over
 * TLS_NAMES_MAX names, or it or a CA between it and ours has a key usage that is not ours (none, any,
 * serverAuth, clientAuth, id-kp-sipDomain will do), or names that a CA may not give; *why says which, and there is
 * nothing to clear. */
bool tls_peer_read(struct tls_peer *, SSL *, char *why, size_t size);
/* Do the name constraints of the CAs in this chain, which begins with the peer's own certificate, allow its names? */
bool tls_may_give(const STACK_OF(X509) *chain, const struct tls_peer *);
void tls_peer_clear(struct tls_peer *);

/* Would this connection's certificate (and the chain it came with) still be accepted by the context now?
 * For a reload and for the passing of time: revoked, expired, untrusted. A CRL that has run out since
 * still counts, but throws nobody out by its age. */
bool tls_still_good(SSL_CTX *, SSL *, char *why, size_t size);

/* The verify callback of our stores: a CA between the peer and ours comes with the peer, and nobody can
 * have the list of each beforehand. Where there is none it is no fault; the peer's own CA must have one. */
int tls_on_verify(int good, X509_STORE_CTX *);

/* Does a certificate match this name (RFC 5922 with wildcards, certname_matches)? Numeric
 * addresses match iPAddress SANs. */
bool tls_peer_is(const struct tls_peer *, SSL *, const char *name);

/* The reason of the last failed handshake for a log line, by OpenSSL's error queue and the verify result:
 * our words for the usual ones ("no certificate", "certificate expired", "certificate revoked", "certificate
 * of an unknown CA", "not TLS"), "the peer refused: ..." for its alerts, OpenSSL's for the rest. */
void tls_failure(SSL *, char *why, size_t size);

/* When the certificate that the context shows ends, wall clock in seconds, and its subject, escaped and
 * cut; 0: it shows none. */
int64_t tls_ends(SSL_CTX *, char *subject, size_t size);

/* Organisational domain (public suffix list, all of it, as DMARC does): empty when there is none. */
void tls_organisation(struct domain *out, const struct domain *);

#endif
