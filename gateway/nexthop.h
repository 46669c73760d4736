/* The internal servers: one connection to each, kept up; which of them takes a
 * request. New requests go to the open ones of the lowest priority number,
 * by weight, the requests of one Call-ID to the same while nothing changes. */
#ifndef GATEWAY_NEXTHOP_H
#define GATEWAY_NEXTHOP_H

#include "conf.h"
#include "link.h"
#include "resolve.h"

struct hop {
	struct hops *all;          /* borrowed */
	unsigned id;               /* never used again */
	char *uri, *host, *name;   /* owned */
	unsigned port, priority, weight;
	enum transport transport;
	struct link *link;         /* connecting or open; NULL: waits for its next try */
	bool up, retired, said_down;
	struct resolved found;     /* addresses to try */
	size_t next_address;
	struct lookup *lookup;
	struct timer retry;
	int64_t backoff_us, up_since_us;
	struct hop_debt *debts;    /* owned: whose octets wait to leave, a ring */
	size_t debt_first, debt_count, debt_room;
	struct hop *next;
};

struct hops {
	struct loop *loop;         /* borrowed, all three */
	struct links *links;
	struct resolver *resolver;
	SSL_CTX *context;          /* a reference; NULL: plain TCP only */
	struct hop *first;
	unsigned last_id;
	struct quota queue;        /* octets queued to next hops */
};

void hops_init(struct hops *, struct loop *, struct links *, struct resolver *);
void hops_clear(struct hops *);

/* Takes over a new list: what is unchanged keeps its connection, what is gone
 * takes no new requests and closes when nothing is pending. `context` for new connections. */
void hops_configure(struct hops *, const struct hop_conf *, size_t count, SSL_CTX *context);

enum hop_answer { HOP_FOUND, HOP_DOWN, HOP_BUSY };

/* Who takes a request of `size` octets from this organisation? HOP_BUSY: all queues are long and
 * this organisation owns its share of them. */
enum hop_answer hops_choose(struct hops *, uint64_t hash, const struct origin *, size_t size, struct hop **out);

/* Octets of this organisation were queued to the hop. */
void hop_owes(struct hop *, struct origin *, size_t octets);
/* Octets have left. */
void hop_sent(struct hop *, size_t octets);

/* What becomes of its link (from the owner of the links). hop_opened: false when the
 * certificate is not the hop's: closed then. */
bool hop_opened(struct hop *, struct link *);
void hop_closed(struct hop *, const char *why);
/* A retired hop that nothing is pending for may go. */
void hops_sweep(struct hops *);

#endif
