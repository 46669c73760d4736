/* A request onward: to a next hop, or back to a partner inside a dialog. */
#ifndef GATEWAY_FORWARD_H
#define GATEWAY_FORWARD_H

#include "traffic.h"

/* A request with all that was found out about it. */
struct request {
	struct link *from;
	msg_t *message;            /* borrowed; changed by forwarding */
	size_t size;               /* octets as it came */
	const struct facts *facts;
	const struct passage *passage;
	const struct entry *entry; /* NULL: from inside */
	bool common;               /* partner_common was charged for entry->partner */
	struct ruleset *law;       /* borrowed */
	struct link *to;           /* from inside: the partner's connection */
	uint64_t number;           /* the witness'; 0: none */
};

/* An open connection of the organisation, the one with room first; NULL: it has none. */
struct link *forward_partner(const struct traffic *, const struct domain *organisation);

/* What follows an INVITE goes by the connection that the INVITE went by; where that is gone, by another of the same
 * organisation, or by the next hop's new one. NULL: there is none. */
struct link *forward_after(const struct traffic *, const struct pending *);

/* Where it would go. REASON_NONE with *to set; or why it cannot: next-hop-down, busy. */
enum reason forward_choose(const struct traffic *, const struct request *, struct link **to);

/* Changes the message, remembers it, queues it. REASON_NONE, or busy (a quota), malformed (sofia cannot print what it
 * parsed), too-large (more names of the inside than can be hidden): nothing has left then. */
enum reason forward_send(const struct traffic *, const struct request *, struct link *to);

/* CANCEL and ACK that follow a pending INVITE of this organisation. */
enum follow { FOLLOW_NOBODY, FOLLOW_DONE, FOLLOW_OURS, FOLLOW_EXTRA };
/* The ACK of a failed INVITE: sent on once (DONE), swallowed (OURS: the failure was our own; EXTRA), or not one (NOBODY). */
enum follow forward_ack(const struct traffic *, const struct request *);
/* A CANCEL that was let through. NOBODY: no INVITE is pending, an ordinary request then. OURS: answer it 200 here, the
 * INVITE has its final answer already or its next hop is gone. */
enum follow forward_cancel(const struct traffic *, const struct request *);

#endif
