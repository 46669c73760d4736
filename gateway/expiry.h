/* Our own certificates, and when they end: a warning at the start, after each reload and
 * daily for one that ends within 30 days. What counts is the certificate that is shown, not
 * what its file has become since. */
#ifndef GATEWAY_EXPIRY_H
#define GATEWAY_EXPIRY_H

#include <openssl/ssl.h>

#include "loop.h"

#define EXPIRY_MAX 2

struct ending {
	const char *listener;    /* borrowed */
	char file[4096];         /* as the configuration has it */
	char subject[256];       /* escaped, cut */
	int64_t ends_s;          /* wall clock */
};

struct expiry {
	struct loop *loop;       /* borrowed */
	struct timer daily;
	struct ending list[EXPIRY_MAX];
	size_t count;
};

void expiry_init(struct expiry *, struct loop *);
void expiry_clear(struct expiry *);

/* After a start or a reload: what is shown from now on. One without a certificate is passed over. */
void expiry_forget(struct expiry *);
void expiry_add(struct expiry *, const char *listener, const char *file, SSL_CTX *);
/* Says what there is to say, and again each day. */
void expiry_watch(struct expiry *);

#endif
