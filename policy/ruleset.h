/* The partner policy: lists and limits. Built entry by entry, then sealed;
 * immutable and shared from then on: a message is judged under the law it came
 * in under, however often the file is read again meanwhile. */
#ifndef POLICY_RULESET_H
#define POLICY_RULESET_H

#include "certname.h"
#include "partner.h"
#include "rate.h"

/* Where a rule stands, for log and console: "policy.conf:14". */
struct place {
	const char *file; /* owned by the ruleset; NULL: the default, no line says it */
	int line;         /* 0: no file's; `file` is what decided, "operator:alice" */
};

/* "policy.conf:14", "operator:alice", or "default". */
#define PLACE_TEXT_MAX 300
const char *place_text(const struct place *, char out[PLACE_TEXT_MAX]);

enum watch_blocks { WATCH_BLOCKS_ALL, WATCH_BLOCKS_NEW };

/* Every constant of section 2. */
struct limits {
	struct rate rate;
	struct rate suspicious_rate;
	int64_t max_delay_us;
	uint32_t max_waiting;            /* 64: messages of one partner that wait, ordinary ones and call-ending ones apart */
	int64_t ending_delay_us;         /* 5 s: how long what ends a call may wait */
	int refuse_status;               /* 503 or 480, for rows 8 and 9 */
	uint32_t distinct_uris;          /* 0: no watch list (an allow entry's rate) */
	int64_t watch_window_us, watch_hold_us;
	enum watch_blocks watch_blocks;
	int64_t suspicion_window_us, suspicion_hold_us;
	uint32_t min_responses;          /* 0: no suspicion (an allow entry's rate, a provider as a whole) */
	double failure_share;
	struct place rate_place, suspicious_place, watch_place; /* which line says so */
};

/* The defaults of product.md. */
void limits_default(struct limits *);

struct allow {
	struct domain domain;
	struct domain edge;    /* empty: any verified peer */
	char provider[PROVIDER_NAME_MAX + 1]; /* "": none */
	struct rate rate;      /* count 0: no limit */
	bool observe;
	struct place place;
};

struct block {
	struct domain domain;
	struct place place;
};

struct provider {
	char name[PROVIDER_NAME_MAX + 1];
	struct domain edge;
	bool any_domain;               /* "*" */
	struct domain *domains;        /* owned by the ruleset; sub-domains are covered */
	size_t domain_count;
	uint32_t max_tenants;
	struct rate rate;
	uint32_t distinct_uris;
	struct place place;
};

struct ruleset;

struct ruleset *ruleset_new(void); /* federation and discovery on, default limits; one reference */
struct ruleset *ruleset_ref(struct ruleset *);
void ruleset_unref(struct ruleset *); /* NULL is fine */

/* While it is being built. Files are named by ruleset_file, which gives a
 * pointer that lives as long as the ruleset. */
const char *ruleset_file(struct ruleset *, const char *name);
void ruleset_set_federation(struct ruleset *, bool enabled, bool discovery, bool observe,
    struct place enabled_place, struct place discovery_place);
void ruleset_set_limits(struct ruleset *, const struct limits *);
/* Our own domains: nobody outside speaks for them. They come from fedgate.conf. */
void ruleset_add_local(struct ruleset *, const struct domain *);

enum clash { CLASH_NONE, CLASH_ALLOWED, CLASH_BLOCKED, CLASH_PROVIDER, CLASH_EDGE };
/* Copies the entry. When the name stands on a list already nothing is added,
 * `*where` is that entry's place and the list is named by the answer. For a provider,
 * CLASH_PROVIDER: the name is taken; CLASH_EDGE: another provider has this edge. */
enum clash ruleset_add_allow(struct ruleset *, const struct allow *, struct place *where);
enum clash ruleset_add_block(struct ruleset *, const struct block *, struct place *where);
enum clash ruleset_add_provider(struct ruleset *, const struct provider *, struct place *where);

/* Checks what refers to what (an allow entry's provider exists) and makes the
 * look-up tables. Returns NULL, or the first allow entry whose provider is unknown: the
 * caller complains; the ruleset is sealed only when NULL comes back. */
const struct allow *ruleset_seal(struct ruleset *);

/* A law of operators' decisions over a file's rules, which it shares: what is added to it, allow and block entries
 * alone, stands beside the file's lists. All that is read of it below is the file's, but for what is said to be theirs. */
struct ruleset *ruleset_over(struct ruleset *file);

/* Reading a sealed one. */
bool ruleset_enabled(const struct ruleset *, struct place *);
bool ruleset_discovery(const struct ruleset *, struct place *);
bool ruleset_observe(const struct ruleset *);
const struct limits *ruleset_limits(const struct ruleset *);
bool ruleset_is_local(const struct ruleset *, const struct domain *);
const struct allow *ruleset_find_allow(const struct ruleset *, const char *domain); /* exactly this name */
const struct block *ruleset_find_block(const struct ruleset *, const char *domain);
const struct provider *ruleset_find_provider(const struct ruleset *, const char *name);
size_t ruleset_providers(const struct ruleset *, const struct provider **first);
size_t ruleset_allows(const struct ruleset *, const struct allow **first);
size_t ruleset_blocks(const struct ruleset *, const struct block **first);
/* The entry of the longest name that covers the domain; NULL: none does. */
const struct allow *ruleset_longest_allow(const struct ruleset *, const struct domain *);
/* Where the file's longest entry for the domain is a block, that one; NULL: it is an allow entry, or none. An allow
 * entry counts for whomever it is meant. */
const struct block *ruleset_longest_block(const struct ruleset *, const struct domain *);

/* The operators'. */
const struct allow *ruleset_find_ordered_allow(const struct ruleset *, const char *domain); /* exactly this name */
const struct block *ruleset_covering_order(const struct ruleset *, const struct domain *);  /* a block of it, or of what it lies in */
size_t ruleset_ordered_allows(const struct ruleset *, const struct allow **first);
bool ruleset_orders_blocks(const struct ruleset *);                                         /* are there any? */

#endif
