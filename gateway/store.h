/* What the edge needs of a store: measure one message, record outcomes, list,
 * decide. Fits a remote one: measure answers by a call, once, perhaps before it returns. */
#ifndef GATEWAY_STORE_H
#define GATEWAY_STORE_H

#include "../policy/admit.h"
#include "../policy/judge.h"
#include "../policy/orders.h"
#include "../policy/peek.h"
#include "../policy/siphash.h"
#include "histogram.h"
#include "refusals.h"

struct store;

typedef void store_measured_fn(void *arg, const struct reading *);
/* `apart`: a pool's store is away, it is what this edge knows by itself, and by its share of the rates. */
typedef void store_peeked_fn(void *arg, const struct glimpse *, bool apart);

struct store_counts {
	uint64_t verdicts[COUNTED];
};

/* What is counted of one message beside its measuring: for reports, and nothing is decided by it. All borrowed. */
struct store_visit {
	enum reason reason;              /* its verdict */
	bool waived;                     /* only observed: it was forwarded */
	bool provider_decided;           /* it was the provider's limit */
	const struct domain *source;     /* that it spoke for; NULL: not told */
	const char *subject, *issuer, *serial; /* of the certificate, escaped; NULL: not told */
};

/* Did a rate delay or refuse it, or would it have, where that is only observed? */
static inline bool reason_is_rate(enum reason reason)
{
	return reason == REASON_PACED || reason == REASON_RATE_LIMIT || reason == REASON_RATE_SUSPICIOUS;
}

#define STORE_SOURCES_MAX 8
#define STORE_EDGES_MAX 32
#define STORE_EDGE_US INT64_C(86400000000) /* so long after its last message to an edge that edge is told of */
#define STORE_LIMITED_US INT64_C(300000000) /* so long after the last message that a rate delayed or refused it counts as limited */

/* One partner for reports. Times are on the store's clock; 0: none. Texts are borrowed. */
struct store_row {
	struct partner partner;
	enum class class;
	int64_t since_us, until_us;      /* of a restriction */
	int64_t seen_us;                 /* its last message */
	enum reason limited_by;          /* how a rate treated its last message that it did not let through at once, ... */
	int64_t limited_since_us, limited_us; /* ... when that began, and when it was; NONE: not within STORE_LIMITED_US */
	struct rate rate;                /* that limits it now; count 0: none, or it is not known */
	uint32_t rate_now;               /* admitted within the last period_us, that of its usual rate; which is 0 where it has none */
	int64_t period_us;
	uint32_t distinct_uris, successes, failures;
	uint32_t tenants;                /* of a provider: known now; of a pool: not told */
	bool observe;                    /* its limits refused and delayed nothing when it was last heard of */
	struct store_counts counts;
	const char *subject, *issuer, *serial; /* of the certificate that it showed last; NULL: not known */
	size_t source_count, edge_count;
	const char *sources[STORE_SOURCES_MAX]; /* source domains, the one used last first */
	const char *edges[STORE_EDGES_MAX]; /* of a pool: that saw it within STORE_EDGE_US */
};

/* --- a walk over partners: a page at a time, so that messages wait for none --- */

enum store_part {
	STORE_RESTRICTED, /* watched, suspicious, or limited by a rate within STORE_LIMITED_US */
	STORE_SEEN,       /* heard of within lately_us */
	STORE_NAMED       /* these, where they are known */
};

/* What is told at the end of a page. */
struct store_page {
	uint64_t more;           /* there are so many more that were passed over */
	bool here;               /* of a pool whose store is away: what follows, and was told in this page, only this edge knows */
	bool anew;               /* what came in pages before is void: the walk begins again, after the store was lost */
	bool last;
};

/* All borrowed until the walk is ended. */
struct store_wish {
	enum store_part part;
	const struct partner *named;
	size_t named_count;
	int64_t lately_us;
	size_t most;             /* rows that are of use: a pool tells of no more in each of its lists, those with the latest times */
	bool (*wanted)(void *arg, const struct partner *); /* NULL: all */
	struct rate (*rate_of)(void *arg, const struct partner *, bool suspicious); /* the law: what limits it */
	void (*row)(void *arg, const struct store_row *); /* borrowed until it returns; not to end the walk */
	void (*page)(void *arg, const struct store_page *); /* the last call of next; may end the walk */
	void *arg;
};

/* Each partner that is there from begin to end comes exactly once; one that comes or goes meanwhile, once or not.
 * A page takes a fraction of a millisecond. */
struct store_walk {
	/* The next page: calls `page` once, perhaps before it returns. Not before the last one came, nor after that said so. */
	void (*next)(struct store_walk *);
	void (*end)(struct store_walk *); /* at any time; no more calls. Before the store is closed */
};

/* An edge of a pool, as it was last heard of. Borrowed. */
struct store_edge {
	const char *name, *address, *version, *policy_digest;
	int64_t heard_us;
	bool same_policy;
};

/* How the store itself fares. */
struct store_health {
	bool keeps;              /* all that must survive a restart is written; true for one that is told to keep nothing */
	const char *trouble;     /* borrowed until the next call: for people, "" when it keeps */
	uint64_t unkept;         /* class changes that were not written when they came; they are as soon as it works again */
	uint32_t partners, restricted; /* the latter as the last round of ticks found them */
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
	void (*count)(struct store *, const struct entry *, const struct store_visit *);
	/* An operator lets a partner go. True when it was restricted; then on_class is told too. */
	bool (*release)(struct store *, const struct partner *);
	/* An operator's decision, made by orders_stamp: for the whole pool, and here at once. on_order is told. */
	enum orders_put (*order)(struct store *, const struct order *);
	/* Adds what all edges of the pool keep of their last refusals, then calls, exactly once, perhaps before it returns.
	 * `found` is borrowed until then. `whole` false: not all could be asked. A store of one edge adds nothing. */
	void (*recall)(struct store *, struct refusals_found *, enum refused_by, const char *text,
	    void (*then)(void *arg, bool whole), void *arg);
	struct store_walk *(*walk)(struct store *, const struct store_wish *);
	/* Calls `each` for every other edge of the pool. */
	void (*edges)(struct store *, void (*each)(void *arg, const struct store_edge *), void *arg);
	/* New limits after a reload (holds, windows); table bounds; the digest tells the other edges of a pool. */
	void (*reload)(struct store *, const struct limits *, unsigned max_partners, const char *policy_digest);
	/* Once a second: expires, writes what is due. */
	void (*tick)(struct store *);
	void (*health)(struct store *, struct store_health *);
	/* A clean stop: everything kept. Frees. */
	void (*close)(struct store *);
};

/* What a store counts for metrics, on its way. */
struct store_figures {
	uint32_t classes[CLASSES];   /* partners known, as the last round of ticks found them; of a pool: those this edge knows of */
	struct histogram trips;      /* of messages to a remote one and back, or until it was late */
	uint64_t fallbacks;          /* messages that were measured by this edge's share */
};

struct store {
	const struct store_ops *ops;
	struct store_figures figures;
	int64_t (*clock_us)(struct store *); /* the store's clock */
	int64_t ahead_us;                    /* by so much it is ahead of clock_monotonic_us: 0 when it is that one */
	/* Targets are hashed with this key: it is kept with the sets, which are worth nothing without. A store
	 * whose files could not be read at first may change it later: look at it for each message. */
	struct siphash_key target_key;
	/* Set by the owner: a class changed by something else than the message that is measured (a hold ended, a
	 * response made it suspicious, a release). Not to call the store. */
	void (*on_class)(void *arg, const struct partner *, enum class before, enum class now);
	void *on_class_arg;
	/* Operators' decisions: to be read, and ended by the owner when their time has come. Their clock is
	 * the store's plus so much: the wall clock, of a pool that of its own store. */
	struct orders *orders;
	int64_t wall_ahead_us;
	/* Likewise, with the same argument: a decision was made, here or at another edge; NULL: more than one, or some
	 * were read. Not to call the store. */
	void (*on_order)(void *arg, const struct order *);
	/* Likewise: the store was lost, or is back, or something is wrong with it: a line for people. */
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

/* The same without files, for what is judged a second time: now is what stands at `now_us`. */
struct store *store_memory_told(unsigned max_partners, const struct limits *, const int64_t *now_us /* borrowed */);
/* Closes such a one over some calls, each of which gives back so many partners. True: it is closed. */
bool store_memory_dissolve(struct store *, uint32_t most);

#endif
