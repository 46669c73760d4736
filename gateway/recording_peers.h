/* The connections of a record, with the names of their certificates: at most so many, the oldest is forgotten first. */
#ifndef GATEWAY_RECORDING_PEERS_H
#define GATEWAY_RECORDING_PEERS_H

#include "../policy/facts.h"

#define RECORDED_PEERS_MAX 65536
#define RECORDED_NAMES_MAX 262144
#define RECORDED_BUCKETS   65536

struct recorded_peer {
	uint64_t id;                      /* as the record calls it */
	uint64_t serial;                  /* never used again */
	struct peer peer;
	struct certname *names;           /* owned */
	struct recorded_peer *next;       /* in its bucket */
	struct recorded_peer *older, *newer;
};

struct recorded_peers {
	struct recorded_peer *bucket[RECORDED_BUCKETS];
	struct recorded_peer *oldest, *newest;
	size_t count, names;
	uint64_t serial;
};

struct recorded_peer *recorded_peers_find(const struct recorded_peers *, uint64_t id); /* NULL: not known */
/* In the place of one that has the same number. */
void recorded_peers_add(struct recorded_peers *, uint64_t id, struct certname *names /* taken */, size_t count);
void recorded_peers_remove(struct recorded_peers *, uint64_t id);
void recorded_peers_clear(struct recorded_peers *);

#endif
