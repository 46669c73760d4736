/* Requests in flight. We forward statelessly (RFC 3261 16.11: our branch is
 * computed from the received one), and keep this little of each: where the answer goes, whom
 * to count it for, which connection it went to. CANCEL and the ACK of a failed INVITE
 * follow it: after a fail-over the computed choice would be wrong. */
#ifndef GATEWAY_PENDING_H
#define GATEWAY_PENDING_H

#include "../policy/ruleset.h"
#include "link.h"

struct pending {
	struct pendings *all;            /* borrowed */
	uint64_t key;
	struct pending *next_key;        /* in its bucket */
	struct pending *next, **back;    /* of the link it was sent to; back NULL: not on a list */
	struct link *on;                 /* borrowed: the link it was sent to, while there is no final answer */
	struct timer timer;
	uint64_t from;                   /* id of the link it came by */
	uint64_t cancel_from;            /* id of the link that its CANCEL came by */
	struct origin *owner;            /* who it is charged to (queues); a reference */
	uint64_t to;                     /* id of the link it was sent by */
	struct origin *to_origin;        /* towards a partner: his organisation; a reference; else NULL */
	unsigned hop_id;                 /* towards a next hop; else 0 */
	char branch[64];                 /* ours, for CANCEL and ACK */
	char method[16];                 /* for the log; cut */
	char *answer;                    /* owned: the lines of an answer of ours, while there is no final one */
	char *cancel;                    /* owned: the CANCEL that would follow (INVITE); else NULL */
	size_t held;                     /* octets of the two, taken from the quota */
	char *partner;                   /* owned: partner_key to count the outcome for; NULL: not counted */
	struct ruleset *law;             /* a reference, with partner */
	uint64_t number;                 /* the witness' of the request; 0: it has none */
	bool invite, provisional, success, acked;
	bool ours;                       /* the final answer was ours: its ACK ends here */
	bool cancelled, own_cancel;      /* a CANCEL went after it: the partner's, or ours */
	bool cancel_answered;
	unsigned answers;                /* that went in from a partner, since the first final one when there is one */
	uint64_t request_uri;            /* keyed hash: CANCEL and ACK must have the same */
	uint16_t final;                  /* status; 0: none yet */
};

#define PENDING_LIFE_US 32000000 /* 64*T1: how long a record outlives its final answer */

struct pendings;

/* `due` is called when a record's deadline (pending_arm) has come. */
struct pendings *pendings_new(struct loop *, struct origins *, void (*due)(void *arg, struct pending *), void *arg);
void pendings_free(struct pendings *);
struct quota *pendings_quota(struct pendings *);      /* of requests without a final answer */
struct quota *pendings_held(struct pendings *);       /* of octets kept for them */

struct pending *pending_find(struct pendings *, uint64_t key); /* NULL: nobody asked */
/* A new record on the list of the link it goes to. NULL: a quota says no. `answer` and `cancel` are taken, also then. */
struct pending *pending_add(struct pendings *, uint64_t key, struct link *from, struct link *to,
    char *answer, char *cancel);
/* The first final answer: gives back what was kept for one of ours (but the CANCEL behind one of ours), leaves the
 * list. Answered records are bounded
 * like the others: the oldest goes when there are too many. */
void pending_final(struct pendings *, struct pending *, unsigned status);
void pending_arm(struct pending *, int64_t at_us);
/* Forgets it at once. */
void pending_drop(struct pendings *, struct pending *);
size_t pendings_count(const struct pendings *);
struct pending *pendings_answered(const struct pendings *); /* the oldest of those with a final answer, the others by ->next */

#endif
