/* The inside of a transit, for the files that make it up: transit.c is the way, act.c what
 * is done at its end, waiting.c what may come between. */
#ifndef GATEWAY_TRANSIT_PARTS_H
#define GATEWAY_TRANSIT_PARTS_H

#include "forward.h"
#include "prove.h"
#include "transit.h"

struct transit {
	struct traffic *traffic;   /* borrowed: outlives us */
	struct link *from;         /* borrowed: closing it ends us */
	msg_t *message;            /* a reference */
	struct ruleset *law;       /* a reference */
	struct facts facts;
	struct passage passage;
	struct proving proving;
	struct entry entry;
	struct outward outward;    /* from inside: what the law says of the partner */
	struct way_wait way;       /* it waits for a connection to the partner */
	struct link *to;           /* from inside: that connection, once it is there */
	struct reading seen;
	bool measured;             /* seen says something */
	bool paced;                /* it waits for its slot */
	bool asking, gone;         /* the store has not answered yet; ended before it did */
	enum reason reason;        /* the law's; NONE: it was not asked */
	uint64_t request_uri;      /* of an INVITE: keyed hash, as it came; its CANCEL has the same */
	uint64_t number;           /* the witness'; 0: nobody looked on */
	size_t size, held;
	int64_t since_us;          /* when the loop woke for it; 0: its verdict is recorded, or it is from inside */
	struct timer slot;
	struct transit *next, **back; /* of the link's waiting ones; back NULL: does not wait */
};

void transit_free(struct transit *);

/* act.c */
struct request act_request(const struct transit *);
void act_record(struct transit *, enum reason);
void act_refuse(struct transit *, enum reason);
/* REASON_NONE: it was recorded before. */
void act_forward(struct transit *, enum reason admitted);
/* True: the transit lives on, it waits. */
bool act(struct transit *);

/* waiting.c */
/* It waits, for DNS, for the store or for its slot: a CANCEL finds it, the end of its connection drops it. False: no room. */
bool waiting_keep(struct transit *);
bool waiting_for_slot(struct transit *);
void waiting_leave(struct transit *);
/* Does something on its connection wait for its slot? */
bool waiting_before(const struct transit *);
/* A CANCEL for an INVITE that still waits here: neither goes on. True: that was it, both are gone. */
bool waiting_cancel(struct transit *);

#endif
