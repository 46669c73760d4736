/* The inside of a stream, for the files that make it up. */
#ifndef GATEWAY_STREAM_PARTS_H
#define GATEWAY_STREAM_PARTS_H

#include "stream.h"

enum state { CONNECTING, HANDSHAKE, OPEN, FINISHING, LINGERING, DEAD };

#define READ_CHUNK ((size_t)16 * 1024) /* the most that a TLS record holds */
#define READ_TURN ((size_t)4 * 1024)       /* then the others have their turn */
#define RAW_TURN ((size_t)4 * 1024)        /* of TLS, whatever is in it */
#define TALK_MOST 64                        /* messages of TLS itself in a second */
#define TALK_US 1000000
#define LINGER_US 1000000
#define LINGER_OCTETS ((size_t)1024 * 1024)

struct stream {
	struct streams *all;    /* borrowed */
	const struct stream_calls *calls; /* borrowed */
	void *arg;              /* borrowed */
	SSL *ssl;               /* owned; NULL: plain TCP */
	int fd, index;          /* index in the loop */
	enum state state;
	bool paused, was_high, never_opened, never_idle;
	int events;             /* what the loop waits for */
	bool ssl_wants_out;     /* a read, write or handshake waits for room to write */
	size_t raw;             /* octets that OpenSSL may still take from the socket in this turn */
	unsigned talk;          /* messages of TLS itself since talk_us: key updates, refused renegotiations */
	int64_t talk_us;
	struct task again, flush, end;
	struct timer deadline;
	int64_t opened_us, active_us, partial_us, stuck_us; /* 0: no partial message, nothing stuck */
	void (*queued)(void *arg, const void *octets, size_t size); /* NULL: nobody watches */
	void *queued_arg;       /* borrowed */
	char *in;               /* owned; octets of an unfinished message */
	size_t in_size, in_room;
	char *out;              /* owned */
	size_t out_at, out_size, out_room, lingered;
	struct address peer, local;
	char why[160];
	struct stream *next, **back;
	struct stream *shake_next, **shake_back; /* back NULL: its handshake does not wait for its turn */
};

/* stream.c */
void stream_shake(struct stream *);
void stream_on_ready(void *stream, int events);
void stream_on_again(void *stream);
void stream_on_end(void *stream);

/* stream_deadline.c: after whatever may have made a deadline earlier. */
void deadline_mind(struct stream *);

/* stream_shake.c: handshakes cost a hundred times a message: a few of them a turn, so that
 * nobody who is in waits for strangers. */
void shake_init(struct streams *);
void shake_later(struct stream *);
void shake_forget(struct stream *);

/* stream_io.c: every OpenSSL call on an open connection, behind ERR_clear_error(), judged in one
 * place: a stale error of another connection must never close this one. */
enum io { IO_DONE, IO_WAIT, IO_END, IO_FAILED };

void io_watch(struct stream *); /* once it has an SSL: bounds what OpenSSL does by itself in one call */
enum io io_read(struct stream *, char *to, size_t room, size_t *got);
/* Behind a read of `got` octets: is there more in hand, of which the loop knows nothing? */
bool io_has_more(const struct stream *, size_t got);
enum io io_write(struct stream *, const char *from, size_t size, size_t *put);
enum io io_handshake(struct stream *);
bool io_was_refused(const struct stream *); /* behind IO_FAILED: the peer has said why, by an alert */
void io_shutdown(struct stream *); /* tells the peer; its answer is not waited for */
/* Reads away what still comes, so that no reset eats our last answer; false: enough of it. */
bool io_linger(struct stream *);

/* stream_buffer.c: what is kept of an unfinished message, what waits to leave. */
void buffer_keep(struct stream *, const char *octets, size_t size);
void buffer_let_go(struct stream *, size_t used);
void buffer_queue(struct stream *, const void *octets, size_t size);
void buffer_sent(struct stream *, size_t octets);

#endif
