/* Certificates, keys and revocation lists for tests, made in a directory of
 * their own. Whatever cannot be made ends the test. */
#ifndef TESTS_UNIT_CERTS_H
#define TESTS_UNIT_CERTS_H

#include <openssl/x509.h>
#include <stdbool.h>

/* A certificate with its key. */
struct cert {
	X509 *x;
	EVP_PKEY *key;
};

struct cert_wish {
	const char *cn;      /* NULL: no subject */
	const char *names;   /* "DNS:a.example;URI:sip:b.example;IP:192.0.2.1;MAIL:x@y"; '~' is a NUL; NULL: no subjectAltName */
	enum { NAMES_SOUND, NAMES_BROKEN, NAMES_TWICE } fault; /* of the subjectAltName */
	const char *usages;  /* extended key usages as OIDs, "1.2.3;4.5.6"; NULL: none */
	bool ca;
	const char *limits;  /* its name constraints, as in openssl's files: "permitted;DNS:a.example,excluded;DNS:b.a.example", "*" for all; NULL: none */
	long from_s, to_s;   /* from now; both 0: an hour ago to a day from now */
};

/* By `issuer`; NULL: by itself. */
void cert_make(struct cert *, const struct cert_wish *, const struct cert *issuer);
void cert_clear(struct cert *);

/* A list of `issuer` with the given certificates (may be NULL), for so many seconds from now. */
X509_CRL *crl_make(const struct cert *issuer, const struct cert *revoked, long to_s);

/* A directory for the files; its path. Removed with all in it. */
const char *certs_directory(void);
void certs_remove(void);

/* Files in it; the path is valid until the 16th next call. */
const char *file_text(const char *name, const char *text);
const char *file_chain(const char *name, const struct cert *first, const struct cert *second);
const char *file_key(const char *name, const struct cert *, const char *passphrase);
const char *file_crl(const char *name, X509_CRL *first, X509_CRL *second);

#endif
