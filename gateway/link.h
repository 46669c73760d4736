/* One connection and who is at its other end: a partner, an internal peer, or
 * a next hop that we connected to. Cuts the octets into messages. */
#ifndef GATEWAY_LINK_H
#define GATEWAY_LINK_H

#include "frame.h"
#include "listener.h"
#include "origin.h"
#include "stream.h"
#include "tls.h"

struct pending;
struct tap;
struct transit;
struct proofs;
struct refusal;
struct hop;
struct way;

enum link_kind { LINK_PARTNER, LINK_INSIDE, LINK_HOP };

struct links;

struct link {
	struct links *all;           /* borrowed */
	enum link_kind kind;
	uint64_t id;                 /* never used again: answers find their way by it, or find nobody */
	struct stream *stream;       /* owned by the streams; NULL when it has closed */
	struct frame_state frame;
	struct tls_peer peer;        /* empty on plain TCP */
	struct origin *origin;       /* a reference; NULL before the handshake */
	struct hop *hop;             /* LINK_HOP: borrowed, outlives the link */
	struct way *way;             /* LINK_PARTNER that we made: borrowed; NULL: the partner made it, or the way has gone */
	struct door_pass pass;
	char address[ADDRESS_TEXT_MAX];  /* of the peer, with port */
	char host[ADDRESS_TEXT_MAX];     /* the same without port */
	char *failure;               /* owned: why the handshake failed, or was refused behind its end, in our words; NULL */
	bool stalled;                /* not read from until a next hop's queue is down */
	unsigned strange;            /* responses nobody asked for */
	struct tap *tap;             /* owned by the traces; NULL: nobody traces it */
	struct pending *pending;     /* sent here, not answered yet */
	unsigned awaited;            /* how many those are */
	unsigned owed;               /* requests from here that went on and are not answered yet */
	struct transit *waiting;     /* messages from here that wait for the store or for their slot */
	unsigned paced;              /* of them, those that wait for their slot */
	uint64_t vary_law;           /* the number of the law that `vary` is for; 0: not asked yet */
	bool vary;                   /* may a source domain make the peer another partner? */
	struct proofs *proofs;       /* owned: what DNS said of sources; NULL: nothing yet */
	uint64_t block_law;          /* the number of the law that `block` is for; 0: not asked yet */
	const struct block *block;   /* borrowed from that law: what blocks a name of its certificate; NULL: nothing */
	uint64_t *refused;           /* owned: INVITEs whose ACK ends here; NULL: none yet */
	unsigned refused_at;
	struct refusal *refusal;     /* owned by the transits: what the scan may refuse now */
	uint64_t told;               /* the recorder's mark: the names stand in its file */
	struct link *next, **back;   /* of its origin */
	struct link *next_all, **back_all;
	struct link *next_id;
};

struct link_calls {
	void (*opened)(void *arg, struct link *);
	void (*message)(void *arg, struct link *, const struct frame *); /* also a broken one: look at fault; closing is the caller's */
	void (*drained)(void *arg, struct link *);
	void (*sent)(void *arg, struct link *, size_t octets);
	void (*closed)(void *arg, struct link *, const char *why); /* last call; frees nothing of the link */
	void (*handshake)(void *arg, struct link *, const char *failure); /* NULL: it is done */
	/* May its certificate speak on its side, by what holds now? *why says why not. */
	bool (*may_speak)(void *arg, struct link *, char *why, size_t size);
};

#define LINK_BUCKETS 4096

struct links {
	struct streams *streams;     /* borrowed */
	struct origins *origins;     /* borrowed */
	struct frame_limits limits, inner_limits; /* for partners; for the inside */
	unsigned max_per_partner;
	const struct link_calls *calls;
	void *arg;
	uint64_t last_id;
	struct link *first;
	struct link *bucket[LINK_BUCKETS];
	struct frame scratch;        /* the message in hand */
};

/* A connection that came to a listener. The door (NULL: none) may say no: NULL then. NULL `context`: plain TCP. */
struct link *link_accept(struct links *, enum link_kind, struct door *, int fd /* taken */, SSL_CTX *context,
    const struct address *peer);
/* A connection to a next hop. */
struct link *link_connect(struct links *, struct hop *, const struct address *, SSL_CTX *context, const char *name);

/* A connection to a partner's edge, which speaks there like any other of his. */
struct link *link_reach(struct links *, struct way *, const struct address *, SSL_CTX *context, const char *name);

void links_clear(struct links *); /* frees all, without calls; before the streams are cleared */

struct link *link_by_id(struct links *, uint64_t id); /* NULL: it has gone */
bool link_is_open(const struct link *);
void link_used(struct link *); /* puts it first among those of its organisation */
void link_stall(struct link *);  /* stops reading */
void link_go_on(struct link *);  /* unless it does not read itself */
void link_close(struct link *, const char *why);
void link_finish(struct link *, const char *why);

#endif
