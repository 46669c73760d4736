/* The edges of a pool, as they hear of each other through the store once a
 * second: how many share the limits, who has another policy, who bears our name. Says what is wrong
 * once, when it begins and when it changes. */
#ifndef GATEWAY_POOL_H
#define GATEWAY_POOL_H

#include "script.h"

struct pool;

/* `edge` and `address` are borrowed; `say` gets lines for people. */
struct pool *pool_new(const char *edge, const char *address, void (*say)(void *arg, const char *text), void *arg);
void pool_free(struct pool *);
void pool_set_law(struct pool *, const char *policy_digest, const struct limits *);

const char *pool_instance(const struct pool *); /* names this process, for as long as it runs */
const char *pool_text(const struct pool *);     /* what is announced: address, version, digests */

/* All that an announcement brought back. */
void pool_heard(struct pool *, const struct script_edge *, int count, int64_t now_us);

/* How many edges were heard of in the 10 s before the last announcement, ourselves too; at least 1. */
unsigned pool_edges(const struct pool *);
unsigned pool_other_policies(const struct pool *); /* of them, those that judge by another policy */

/* For a report. */
struct pool_edge {
	char name[256], instance[40], address[128], version[40], policy[40], limits[40];
	int64_t heard_us;     /* on our clock */
	bool same_policy, same_limits, self;
};
size_t pool_list(const struct pool *, const struct pool_edge **first);

#endif
