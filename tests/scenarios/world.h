/* The world of a scenario: the law as its lines have made it so far, what a
 * store would keep of each partner, and peers with their certificates. A message goes the
 * daemon's way through it: match, admit, judge. There is no clock: each call says the time. */
#ifndef TESTS_SCENARIOS_WORLD_H
#define TESTS_SCENARIOS_WORLD_H

#include "../../policy/discovery.h"
#include "../../policy/judge.h"

#define WORLD_MOST  32 /* of each list, and of names in one entry */
#define WORLD_LABEL 64

/* A peer's certificate, known to the story by a label. */
struct certificate {
	char label[WORLD_LABEL];
	struct certname names[WORLD_MOST];
	struct peer peer;
};

struct keeping {
	struct partner partner;
	struct record record;
	struct limits limits; /* under which it was measured last */
};

struct world {
	struct limits limits;
	bool federation, discovery, observe;
	struct domain locals[WORLD_MOST];
	struct allow allows[WORLD_MOST];
	struct block blocks[WORLD_MOST];
	struct provider providers[WORLD_MOST];
	struct domain tenants[WORLD_MOST][WORLD_MOST]; /* of each provider */
	struct certificate certificates[WORLD_MOST];
	size_t local_count, allow_count, block_count, provider_count, certificate_count;
	struct ruleset *law;       /* owned; NULL: to be made anew out of the lists */
	struct keeping **keepings; /* owned, as each of them is */
	size_t keeping_count;
};

/* How one message fared. */
struct fate {
	struct entry entry;
	struct reading seen;
	bool measured;  /* `seen` says something */
	enum reason reason;
	enum class class;
};

void world_init(struct world *);
void world_clear(struct world *);

/* The lists have changed: what comes now is judged under the new law. False: the
 * lists cannot stand together. */
bool world_enact(struct world *);

/* The certificate of that label; without one of the kind, the one that a partner of
 * this domain usually has: this name alone, of the organisation in its last two labels. */
const struct certificate *world_certificate(struct world *, const char *label);

/* What it proves for the peer that these are the federation servers of the source; asked only where it could prove anything. */
enum proof world_discover(const struct world *, const struct certificate *, const struct domain *source, const struct servers *);

struct fate world_send(struct world *, const struct certificate *, const struct facts *, enum proof dns, int64_t now_us);

/* What is kept of the partner that partner_text calls so; NULL: nothing. Borrowed. */
struct keeping *world_find(const struct world *, const char *text);

/* Forgets all records that may be forgotten, as a store does now and then. */
void world_sweep(struct world *, int64_t now_us);

#endif
