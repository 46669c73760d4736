/* The servers that DNS names for a service (SRV, RFC 2782), and in which order
 * they are tried. */
#ifndef POLICY_SERVERS_H
#define POLICY_SERVERS_H

#include "domain.h"

#define SERVERS_MAX 32

struct server {
	uint16_t priority, weight, port;
	struct domain domain;
};

/* What a peer writes into DNS: an array of the best SERVERS_MAX of what it names, the same ones
 * however DNS turned them round. Zero it before the first. */
struct servers {
	size_t count;
	struct server list[SERVERS_MAX]; /* by priority, then weight, then name */
};

void servers_add(struct servers *, const struct server *);

/* Puts them in the order to try: by priority, and within one by chance, as often first as the
 * weight says. `number` is the chance: the same number, the same order. */
void servers_order(struct servers *, uint64_t number);

#endif
