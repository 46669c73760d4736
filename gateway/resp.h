/* One connection that speaks RESP, Redis' protocol: commands go out, pipelined, replies come in the
 * same order, each with a deadline. Bounded: a reply that does not end within RESP_REPLY_MAX octets
 * ends the connection, and so do more elements than fit into as many. */
#ifndef GATEWAY_RESP_H
#define GATEWAY_RESP_H

#include <hiredis/hiredis.h>

#include "stream.h"
#include "waiters.h"

#define RESP_REPLY_MAX ((size_t)1024 * 1024)

struct resp;

/* May be NULL but for `reply` and `closed`. */
struct resp_calls {
	void (*opened)(void *arg);     /* connected; with TLS: and the certificate is the host's */
	/* A reply, and who waits for it: the owner calls them. `waiting` NULL: they were told NULL before. */
	void (*reply)(void *arg, const redisReply *, resp_reply_fn *waiting, void *waiting_arg);
	void (*pushed)(void *arg, const redisReply *);  /* a message of a channel, see resp_listen */
	void (*missed)(void *arg);     /* a command was late, and who waited has been told */
	/* The last call, when all who waited have been told. Free it, and `why` with it, here or later. */
	void (*closed)(void *arg, const char *why);
};

/* Starts a connection; failure comes by `closed`. `host` is what the certificate must prove, numeric
 * addresses too; without a context it is nothing. */
struct resp *resp_connect(struct streams *, const struct address *, SSL_CTX *context, const char *host,
    const struct resp_calls *, void *arg);
/* Other calls from now on, for who takes an open connection over. */
void resp_set_owner(struct resp *, const struct resp_calls *, void *arg);
/* No calls any more, nobody who waits is told. Not from within a call of this connection, but `closed`. */
void resp_free(struct resp *);

/* Queues one command; it leaves with the others at the end of the turn. It is late after `timeout_us`, but not
 * before those that were sent before it. False: the connection is ending, nobody will be called. */
bool resp_send(struct resp *, size_t argc, const char *const argv[], const size_t lengths[],
    int64_t timeout_us, resp_reply_fn *, void *arg);
/* Likewise, a few words that end with a NUL. */
#define RESP_WORDS_MAX 8
bool resp_say(struct resp *, size_t argc, const char *const words[], int64_t timeout_us, resp_reply_fn *, void *arg);
/* Arrays that begin with "message" are no replies from now on. */
void resp_listen(struct resp *);

/* Tells all who wait that nothing will come; what comes nevertheless is dropped. */
void resp_give_up(struct resp *);
/* `closed` follows at the end of the turn; nothing else comes. */
void resp_close(struct resp *, const char *why);

int64_t resp_heard_at(const struct resp *); /* the last whole reply, or when it opened */

#endif
