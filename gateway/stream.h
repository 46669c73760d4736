/* One connection, TLS or plain, TCP or of this host, non-blocking, on the loop: octets in, octets out,
 * pause, deadlines. Bounded: what a peer does not read is kept up to
 * STREAM_OUT_MAX, then the stream ends; an idle stream holds no buffer. */
#ifndef GATEWAY_STREAM_H
#define GATEWAY_STREAM_H

#include <openssl/ssl.h>

#include "address.h"
#include "loop.h"

#define STREAM_OUT_HIGH ((size_t)256 * 1024)   /* from here on the other side should be slowed down */
#define STREAM_OUT_MAX ((size_t)4 * 1024 * 1024)

struct stream;

/* What the streams of one edge share. */
struct streams {
	struct loop *loop;     /* borrowed */
	char *scratch;         /* owned; octets are read here first */
	size_t in_max;         /* most octets kept of an unfinished message */
	int64_t handshake_timeout_us, read_timeout_us, write_timeout_us, idle_timeout_us;
	size_t open;           /* how many there are, for status and tests */
	struct stream *first;  /* all of them */
	struct stream *shake_first, **shake_last; /* whose handshake can go on, in the order in which it could */
	struct task shaking;
};

void streams_init(struct streams *, struct loop *);
void streams_clear(struct streams *); /* ends every stream at once, without calls */

struct stream_calls {
	void (*opened)(void *arg);                     /* the handshake is done */
	/* The handshake failed, or the peer refuses it behind its end, as with TLS 1.3: the OpenSSL error queue says why, now
	 * only; `closed` follows. */
	void (*refused)(void *arg);
	size_t (*input)(void *arg, const char *octets, size_t size); /* answers how many are used up; the rest comes again, with more behind it */
	void (*filled)(void *arg);                     /* over STREAM_OUT_HIGH wait to leave */
	void (*drained)(void *arg);                    /* what was over STREAM_OUT_HIGH is down to half of it */
	void (*sent)(void *arg, size_t octets);        /* so many octets have left (may be NULL) */
	bool (*awaits)(void *arg);                     /* something is awaited, either way: it is not idle (may be NULL) */
	void (*closed)(void *arg, const char *why);    /* last call, exactly once, at the end of a turn; the stream is gone when it returns */
};

/* Takes the descriptor. `context` NULL: plain TCP; a reference is taken. */
struct stream *stream_accepted(struct streams *, int fd /* taken */, SSL_CTX *context,
    const struct address *peer, const struct stream_calls *, void *arg);
/* Starts a connection; failure comes by `closed`. `name` for SNI; "" or NULL: none. */
struct stream *stream_connect(struct streams *, const struct address *, SSL_CTX *context,
    const char *name, const struct stream_calls *, void *arg);

/* Queues octets; they leave at the end of the turn. Ignored when the stream is ending. */
void stream_send(struct stream *, const void *octets, size_t size);

/* Shows what is queued from here on, in the pieces in which it is; NULL: no more. */
void stream_watch(struct stream *, void (*queued)(void *arg, const void *octets, size_t size), void *arg);

/* A paused stream is not read from; what it has in hand comes again on resume. */
void stream_pause(struct stream *);
void stream_resume(struct stream *);

/* Ends it: at once, or when all is sent (and read away, so that no reset eats our last answer).
 * `why` is copied. No input comes any more. `closed` follows. */
void stream_close(struct stream *, const char *why);
void stream_finish(struct stream *, const char *why);
/* At once and without a call, for an owner that goes away. Not from within a call of this stream. */
void stream_abandon(struct stream *);

void stream_never_idle(struct stream *);            /* no idle time-out: we made it and keep it */
bool stream_is_open(const struct stream *);        /* handshake done and not ending */
size_t stream_queued(const struct stream *);       /* octets that wait to leave */
bool stream_is_full(const struct stream *);        /* `filled` was called, `drained` will be */
/* As if `filled` had been called: for who sees more than STREAM_OUT_HIGH queued before the turn ends. */
void stream_await_drained(struct stream *);
SSL *stream_ssl(struct stream *);                  /* borrowed; NULL on plain TCP */
const struct address *stream_peer(const struct stream *);
const struct address *stream_local(const struct stream *);
int64_t stream_opened_at(const struct stream *);
bool stream_handshake_failed(const struct stream *); /* in `closed`: it never opened */

#endif
