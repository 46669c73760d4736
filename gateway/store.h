/* What the edge needs of a store: measure one message, record outcomes, list,
 * decide. Fits a remote one: measure answers by a call, once, perhaps before it returns. */
#ifndef GATEWAY_STORE_H
#define GATEWAY_STORE_H

#include "../policy/admit.h"
#include "../policy/judge.h"
#include "../policy/peek.h"
#include "../policy/siphash.h"
#include "refusals.h"

struct store;

typedef void store_measured_fn(void *arg, const struct reading *);
/* `apart`: a pool's store is away, it is what this edge knows by itself, and by its share of the rates. */
typedef void store_peeked_fn(void *arg, const struct glimpse *, bool apart);

struct store_counts {
	uint64_t verdicts[VERDICTS];
};

/* One partner for reports. */
struct store_row {
	struct partner partner;
	enum class class;
	int64_t since_us, until_us;      /* of a restriction, on the store's clock; 0: none */
	int64_t seen_us;                 /* its last message */
	uint32_t rate_now, distinct_uris, successes, failures;
	uint32_t tenants;                /* of a provider: known now */
	struct store_counts counts;
};

/* How the store itself fares. */
struct store_health {
	bool keeps;              /* all that must survive a restart is written; true for one that is told to keep nothing */
	const char *trouble;     /* borrowed until the next call: for people, "" when it keeps */
	uint64_t unkept;         /* class changes that were not written when they came; they are as soon as it works again */
	uint32_t partners, restricted;
	const char *where;       /* borrowed: of a remote one, else NULL */
	int64_t since_us;        /* that it is as it is; 0: not told */
	unsigned edges, other_policies; /* of a pool: heard of; of them, those with another policy */
};

struct store_ops {
	/* One message: entry->partner is charged, the provider too where there is one. Calls back exactly once. True:
	 * it has called already; false: it will (also when the store is closed first), and borrows the entry until then. */
	bool (*measure)(struct store *, const struct entry *, const struct demand *,
	    store_measured_fn *, void *arg);
	/* What measure would answer, and by which figures; nothing is changed by it. Calls back exactly once, perhaps before
	 * it returns; borrows the entry until then. */
	void (*peek)(struct store *, const struct entry *, const struct demand *, store_peeked_fn *, void *arg);
	/* A final response of the internal side to a request of this partner outside dialogs. `limits` of the entry. */
	void (*outcome)(struct store *, const struct entry *, enum outcome);
	/* Counts a verdict for reports (allowed partners too: no trip). */
	void (*count)(struct store *, const struct entry *, enum verdict);
	/* An operator lets a partner go. True when it was restricted; then on_class is told too. */
	bool (*release)(struct store *, const struct partner *);
	/* Calls `each` for every partner known; for the report and tests. */
	void (*list)(struct store *, void (*each)(void *arg, const struct store_row *), void *arg);
	/* Adds what all edges of the pool keep of their last refusals, then calls, exactly once, perhaps before it returns.
	 * `found` is borrowed until then. `whole` false: not all could be asked. A store of one edge adds nothing. */
	void (*recall)(struct store *, struct refusals_found *, enum refused_by, const char *text,
	    void (*then)(void *arg, bool whole), void *arg);
	/* New limits after a reload (holds, windows); table bounds; the digest tells the other edges of a pool. */
	void (*reload)(struct store *, const struct limits *, unsigned max_partners, const char *policy_digest);
	/* Once a second: expires, writes what is due. */
	void (*tick)(struct store *);
	void (*health)(struct store *, struct store_health *);
	/* A clean stop: everything kept. Frees. */
	void (*close)(struct store *);
};

struct store {
	const struct store_ops *ops;
	int64_t (*clock_us)(struct store *); /* the store's clock */
	int64_t ahead_us;                    /* by so much it is ahead of clock_monotonic_us: 0 when it is that one */
	/* Targets are hashed with this key: it is kept with the sets, which are worth nothing without. A store
	 * whose files could not be read at first may change it later: look at it for each message. */
	struct siphash_key target_key;
	/* Set by the owner: a class changed by something else than the message that is measured (a hold ended, a
	 * response made it suspicious, a release). Not to call the store. */
	void (*on_class)(void *arg, const struct partner *, enum class before, enum class now);
	void *on_class_arg;
	/* Likewise, with the same argument: the store was lost, or is back, or something is wrong with it: a line for people. */
	void (*on_event)(void *arg, const char *text);
	/* Set by the owner, borrowed: this edge's last refusals, for the other edges of a pool. NULL: none are told. */
	struct refusals *refusals;
};

/* The embedded store: one edge, in memory. State survives by a journal
 * (restrictions, at once) and a snapshot (all, at a clean stop and now and then). `state_file` is
 * the base of both names: FILE is the snapshot, FILE.journal the journal; "" or NULL: nothing is kept.
 * A damaged or foreign file is set aside as FILE.bad-N with a log line. FILE.lock keeps a second edge
 * from the same files: it keeps nothing, says so, and takes over when the first one ends.
 * Whom a message is charged to where there are too many: tenants beyond max_tenants, or beyond
 * max_partners, to PARTNER_TENANT without a domain; other strangers to PARTNER_NEWCOMERS. The
 * process must ignore SIGXFSZ and must not ignore SIGCHLD. Never fails. */
struct store *store_memory_open(const char *state_file, unsigned max_partners, const struct limits *,
    int64_t (*monotonic_us)(void), int64_t (*wall_us)(void));

#endif
