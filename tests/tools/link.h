/* One TCP or TLS connection of a test counterpart, non-blocking: octets in,
 * octets out, and why it ended. It can be made to misbehave: to read nothing,
 * to send slowly, to break off without a good-bye. */
#ifndef TOOLS_LINK_H
#define TOOLS_LINK_H

#include "text.h"

#include <openssl/ssl.h>
#include <stdint.h>

struct link_settings {
	const char *address;       /* borrowed, as are all of these */
	const char *certificate;
	const char *key;
	const char *ca;
	const char *name;          /* what the server's certificate must name, and SNI */
	bool        tls;
	bool        tls12;
};

struct link {
	int         fd;
	SSL        *ssl;           /* owned; NULL on plain TCP */
	struct text in;
	struct text out;
	size_t      sent;          /* of out */
	bool        open;
	bool        stopped;       /* reads nothing for now */
	bool        tls_wants_write;
	long        pace;          /* octets a second, 0 is no limit */
	int64_t     pace_since_us;
	size_t      pace_sent;
	char        local[80], remote[80]; /* ADDR:PORT */
	char        why[200];      /* why it is not open any more */
};

int64_t now_us(void);

/* Ends the process with a message when the files cannot be used. NULL for plain
 * TCP. A server demands a client certificate that chains to `ca`. */
SSL_CTX *link_context(const struct link_settings *settings, bool server);

/* Always returns a link; when there is no connection it is not open and says why. */
struct link *link_connect(const struct link_settings *settings, SSL_CTX *context);
/* NULL when nobody waits. */
struct link *link_accept(int listener, SSL_CTX *context);
/* The listening socket, or -1; `bound` gets ADDR:PORT. */
int link_listen(const char *address, char *bound, size_t room);

/* One gulp into `in`; false when there is nothing now, or the link is at its end. */
bool link_read(struct link *l);
void link_flush(struct link *l);
size_t link_waiting(const struct link *l);
void link_set_pace(struct link *l, long octets_a_second);
void link_stop_reading(struct link *l);
void link_read_on(struct link *l);
/* So many TLS 1.3 key updates and nothing else, as fast as they go; fewer when the link ends. */
void link_update_keys(struct link *l, long count);
/* What to poll for, as in poll(2). */
short link_events(const struct link *l);
const char *link_transport(const struct link *l);
/* Closed at once with a reset, so that the other end sees a broken connection. */
void link_reset(struct link *l);
void link_close(struct link *l);
void link_free(struct link *l /* taken */);

#endif
