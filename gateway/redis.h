/* The link to Redis: one connection to the master, made and kept up. Commands are
 * pipelined, replies come in order, each command has a deadline of its own. What comes late is taken off
 * the queue and told to nobody. hiredis formats commands and reads replies; the octets go by our own streams,
 * so that TLS, deadlines and bounds are ours. */
#ifndef GATEWAY_REDIS_H
#define GATEWAY_REDIS_H

#include <hiredis/hiredis.h>

#include "conf.h"
#include "resolve.h"
#include "stream.h"

struct redis;

/* NULL: no reply within the deadline, or the link was lost. An error reply comes as such
 * (reply->type == REDIS_REPLY_ERROR); where redis_error_of knows it as trouble of the whole
 * server the link also counts as down by then. */
typedef void redis_reply_fn(void *arg, const redisReply *reply);

struct redis_calls {
	/* Authenticated, the right database, a master, and a script may write: what is sent from here
	 * on comes first. Also when a link that was late answers again. */
	void (*up)(void *arg);
	/* Every callback that still waited has been called with NULL. `why` is one line for people:
	 * what, and the remedy, without redis_where. Comes again while the link is down, when the reason is
	 * another; and first of all when the first try fails. */
	void (*down)(void *arg, const char *why);
	/* A message of the channel (redis_subscribe links only). */
	void (*message)(void *arg, const char *payload, size_t length);
};

/* What TLS needs, from `tls` and `ca`; *out NULL: plain. False: *why says which file, what is wrong and
 * the remedy. */
bool redis_context(SSL_CTX **out, const struct redis_conf *, char *why, size_t size);

/* `channel` NULL: a link for commands. Else a link that only hears that channel. All is
 * borrowed and must outlive the link; `context` NULL: plain. Never fails: what is wrong is told by `down`. */
struct redis *redis_open(struct loop *, struct streams *, struct resolver *, const struct redis_conf *,
    SSL_CTX *context, const char *channel, const struct redis_calls *, void *arg);
void redis_close(struct redis *); /* no more calls; not from within one */

/* All that wait for a reply are called with NULL, now. */
void redis_give_up(struct redis *);
/* Another context for the connections to come, borrowed like the first. */
void redis_use(struct redis *, SSL_CTX *context);

bool redis_is_up(const struct redis *);
const char *redis_where(const struct redis *); /* "redis1.example.com:6379", "/run/redis.sock": for log and status */

/* One command; who waits for it is called exactly once, within redis_conf.timeout_us. False: the link is
 * down, nothing will be called. */
bool redis_send(struct redis *, size_t argc, const char *const argv[], const size_t lengths[],
    redis_reply_fn *, void *arg);

/* --- errors: a table, one row each --- */

enum redis_then { REDIS_PROBE /* stay, until a script may write */, REDIS_LEAVE /* this is not the one */,
	REDIS_WAIT /* it will say the same again for a while */ };

struct redis_error {
	const char *word;    /* "READONLY" */
	const char *meaning; /* one sentence with the remedy */
	bool server;         /* the whole link is of no use: treated as down */
	enum redis_then then; /* what the link does about it */
};
/* The row of an error reply, NULL: not one that we know. Errors of commands inside a script count. */
const struct redis_error *redis_error_of(const redisReply *);
/* An error for a line for people: the meaning when it is known, and what Redis says where that says more,
 * escaped and cut. Not for replies to AUTH, which may repeat the password. */
void redis_error_text(const redisReply *, char *out, size_t size);

#endif
