/* Accepts connections: so many in all, so many from one address, so many
 * half-open. When too many handshakes are under way, the oldest one of the network with
 * most of them gives way, he who comes counted in: refusing the new, or ending simply the
 * oldest, would let strangers shut the door on healthy partners. */
#ifndef GATEWAY_LISTENER_H
#define GATEWAY_LISTENER_H

#include "../policy/siphash.h"
#include "address.h"
#include "loop.h"

#define DOOR_HALF_OPEN_MAX 256

/* Counts of one address or network. */
struct door_count;

/* A connection's place at the door; part of whatever owns the connection. */
struct door_pass {
	struct door *door;          /* NULL: not inside */
	struct door_count *host, *network;
	bool half_open;
	uint64_t number;            /* in the order in which they came */
	struct door_pass *older, *newer; /* half-open ones of the same network */
	void *owner;
};

#define DOOR_BUCKETS 4096

/* The limits that several listening addresses share. */
struct door {
	unsigned max, max_per_host;
	unsigned inside, half_open;
	uint64_t last_number;
	struct siphash_key key;
	struct door_count *hosts[DOOR_BUCKETS], *networks[DOOR_BUCKETS];
	void (*evict)(void *owner);  /* ends a half-open connection; it calls door_leave */
};

enum door_answer { DOOR_OPEN, DOOR_FULL, DOOR_HOST_FULL };

enum door_answer door_enter(struct door *, struct door_pass *, const struct address *, void *owner);
void door_settled(struct door_pass *);  /* the handshake is done */
void door_leave(struct door_pass *);    /* the connection is gone; twice is fine */

struct listener;

/* Takes the descriptor; the callee checks the door. */
typedef void listener_accepted_fn(void *arg, int fd, const struct address *peer);

/* Binds and listens. NULL with *why filled. With `reuse_port` edges share an address. */
struct listener *listener_open(struct loop *, const struct address *, bool reuse_port,
    listener_accepted_fn *, void *arg, char *why, size_t size);
void listener_close(struct listener *);
/* Takes no more connections, and keeps its address for who asks. */
void listener_shut(struct listener *);
bool listener_is_open(const struct listener *);
/* The address it is bound to: the port that port 0 became. */
const struct address *listener_address(const struct listener *);

#endif
