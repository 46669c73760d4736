/* What is known of a peer and of one message: values, copied out of the
 * certificate and the message, so that deciding needs neither. */
#ifndef POLICY_FACTS_H
#define POLICY_FACTS_H

#include "certname.h"
#include "reason.h"

/* What a certificate proves. The names live as long as the connection. */
struct peer {
	const struct certname *names; /* borrowed */
	size_t count;
};

/* Whose it is: the organisation of its first name that has one. Empty: it is nobody's. Borrowed. */
const struct domain *peer_organisation(const struct peer *);

enum method {
	METHOD_OTHER, METHOD_INVITE, METHOD_ACK, METHOD_BYE, METHOD_CANCEL,
	METHOD_PRACK, METHOD_OPTIONS, METHOD_REGISTER, METHOD_PUBLISH
};

enum method method_read(const char *name, size_t length);

struct block;

struct facts {
	enum method method;
	enum reason fault;     /* row 1 of the ladder; REASON_NONE: well-formed and ours to route */
	struct domain source;  /* host of the From URI; empty: it is no domain (an address) */
	uint64_t target;       /* target_hash of the Request-URI */
	bool has_target;       /* false: not counted (in-dialog to a foreign host, OPTIONS for the edge) */
	bool proven;           /* a valid token of ours, or a transaction we forwarded */
	bool for_edge;         /* OPTIONS that the edge answers itself */
	bool recipient_list;   /* one request that names many recipients */
	bool block_asked;      /* match_block has been asked of this peer and law, and said: */
	const struct block *block; /* borrowed from the law */
};

/* ACK, BYE, CANCEL and PRACK that belong to a call that was let through: they
 * wait for a slot, they are not refused (product.md 2, Rate). */
bool facts_ends_call(const struct facts *);

#endif
