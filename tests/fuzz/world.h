/* An edge without a network: a partner's connection and a next hop's whose octets are taken from their
 * queues, a store that answers as it is told, one law. Messages go the whole way of transit.c. */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include "../../gateway/refusal.h"
#include "../../gateway/transit.h"
#include "fuzz.h"

/* Whose certificate the partner shows; what each may say is world_may_speak. */
enum world_peer {
	PEER_CONTOSO,   /* discovered: contoso.com */
	PEER_BLOCKED,   /* fabrikam.com is on the block list */
	PEER_ALLOWED,   /* *.partner.example: on the allow list, without a limit */
	PEER_EDGE,      /* edge.host.example: the edge of the allow entry for tailspin.example */
	PEER_PROVIDER,  /* sipfed.cloud.example: any tenant domain */
	PEER_LOCAL,     /* example.com: our own name, in a stranger's certificate */
	PEER_NOBODY,    /* co.uk: nobody's name */
	PEERS
};

/* What the store says to whoever asks. */
enum world_store { STORE_LETS, STORE_PACES, STORE_OVER_RATE, STORE_WATCHED, STORE_SILENT, STORE_SAYS };

struct world {
	struct traffic traffic;
	struct link partner, hop;
	enum world_store says;
	unsigned asked;          /* how often the store was asked since world_begin */
	bool way_out;            /* whatever domain is wanted, the partner's connection leads there */
	struct domain wanted;    /* the one that a way was asked for last; empty: none */
};

/* The only one; nothing in flight, nothing said, both connections open. */
struct world *world_begin(enum world_peer);
void world_end(struct world *);

/* One framed message by this connection. */
void world_hear(struct world *, struct link *from, const struct frame *);
/* The next message in the octets: false when there is none, or what there is ends the connection. */
bool world_next(struct link *from, const char *octets, size_t size, size_t *at, struct frame *);
/* The slots of all that waits have come. */
void world_pass_time(struct world *);
/* The record of the request whose branch was noted last; NULL: it is forgotten. */
struct pending *world_pending(const struct world *);
/* How many messages of the partner wait for their slots. */
unsigned world_waiting(const struct world *);

/* What was queued for the link since it was last asked for: to be freed. */
char *world_said(struct link *to, size_t *size);

/* By hand, from the law as text: may this certificate speak for the domain? */
bool world_may_speak(enum world_peer, const char *domain);
bool world_is_local(const char *domain);

/* The text with what stands in braces replaced: {O} {I} the tokens of the dialog that WORLD_DIALOG names, outer
 * and inner side, {P} {J} the same for somebody else's organisation, {V} our branch of the request forwarded last.
 * To be freed. */
#define WORLD_CALL_ID "a84b@pc33.contoso.com"
char *world_fill(const struct world *, const uint8_t *octets, size_t size, size_t *filled);
void world_note_branch(const char *branch, size_t length);

#endif
