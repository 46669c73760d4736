/* The Lua twins as commands: which keys, which arguments, what the replies mean.
 * policy/ *.lua judge where the data is and do nothing more; here they are called. Pure but for
 * hiredis' reply type: no link, no clock. */
#ifndef GATEWAY_SCRIPT_H
#define GATEWAY_SCRIPT_H

#include <hiredis/hiredis.h>

#include "store.h"

enum script { SCRIPT_ADMIT, SCRIPT_OUTCOME, SCRIPT_RELEASE, SCRIPT_MERGE, SCRIPT_ANNOUNCE, SCRIPT_COUNT, SCRIPT_MEND, SCRIPT_RECALL,
	SCRIPT_REPORT, SCRIPT_ORDER, SCRIPT_ORDERS, SCRIPTS };

const char *script_text(enum script);      /* for SCRIPT LOAD and EVAL; ends with a NUL */
const char *script_digest(enum script);    /* its SHA-1, 40 hex digits, for EVALSHA */

#define SCRIPT_ARGS_MAX 20
#define SCRIPT_KEY_EDGES "fg:1:{edges}"
#define SCRIPT_KEY_POOL "fg:1:{edges}:pool"
#define SCRIPT_KEY_ORDERS "fg:1:{orders}"
#define SCRIPT_KEY_ORDERS_AT "fg:1:{orders}:at"
#define SCRIPT_CHANNEL "fg:1:class"
#define SCRIPT_KEY_REFUSALS "fg:1:{refusals}" /* edge -> when it told its last; with :EDGE behind it place -> refusal */

/* What the scripts call: a Redis user of an edge may do this, and eval evalsha script|load time auth
 * ping role select subscribe publish set zscan, and nothing more. */
#define SCRIPT_RIGHTS "+del +hdel +hget +hgetall +hincrby +hlen +hmget +hset +hsetnx +lindex +linsert +llen +lrange +ltrim " \
	"+pexpire +rpush +type +zadd +zcard +zcount +zrange +zrangebyscore +zrem +zremrangebyscore +zscore"

/* The name that all keys of a partner begin with; its length without the NUL. */
#define SCRIPT_BASE_MAX (PARTNER_TEXT_MAX + 16)
size_t script_base(const struct partner *, char out[SCRIPT_BASE_MAX]);

/* A command, ready for redis_send: argv[0] is EVALSHA, argv[1] the digest. script_by_text makes it an EVAL
 * of the whole text (after NOSCRIPT). What is not the caller's text is in `room`, to which argv points: not to be
 * copied. The caller's (edge, letters, what is merged) are borrowed for as long as the call is used. */
struct script_call {
	enum script script;
	size_t argc;
	const char *argv[SCRIPT_ARGS_MAX];
	size_t lengths[SCRIPT_ARGS_MAX];
	char room[4096];
	size_t used;
};
void script_by_text(struct script_call *);

/* What a reply or a message of the channel says of a partner's restrictions; times on Redis' clock, 0: none. */
struct script_hold {
	int64_t watched_since_us, watched_until_us;
	int64_t suspicious_since_us, suspicious_until_us;
	int64_t released_us;                 /* the last release that Redis still knows of */
};

/* --- SCRIPT_ADMIT: rows 7 to 10 for one message --- */

/* `edge` is our name (for the channel), without a line's end. `may_add`: a partner that is not known yet may become known (else the
 * reply says `unknown` and nothing was changed). now_us < 0: Redis' own clock; else this one (tests). */
void script_admit(struct script_call *, const char *edge, const struct entry *, const struct demand *, bool may_add, int64_t now_us);

struct script_reading {
	struct reading seen;                 /* times of the reading on Redis' clock */
	int64_t now_us;                      /* Redis' clock */
	bool unknown;                        /* not known, and may_add was false: nothing was decided */
	bool created;                        /* this message made the partner known */
	bool shared;                         /* charged to the tenants beyond max-tenants */
	struct script_hold own, provider;
};
/* The same script, which only looks: nothing is written, not even that the partner was seen. */
void script_peek(struct script_call *, const char *edge, const struct entry *, const struct demand *, bool may_add, int64_t now_us);
struct script_glimpse {
	struct glimpse glimpse;              /* times of its reading on Redis' clock; nothing of what ended a hold */
	int64_t now_us;
	bool unknown, created, shared;
};
bool script_read_peek(struct script_glimpse *, const struct entry *, const redisReply *);
/* False: the reply is not one of this script's (an error, another shape). */
bool script_read_admit(struct script_reading *, const redisReply *);

/* --- SCRIPT_OUTCOME: answers of the internal side, in their order --- */

/* `letters` of 's' and 'f', at most SCRIPT_LETTERS_MAX; borrowed while the call is used. */
#define SCRIPT_LETTERS_MAX 4096
void script_outcome(struct script_call *, const char *edge, const struct partner *, const struct limits *,
    const char *letters, size_t count, bool may_add, int64_t now_us);
struct script_standing {
	int64_t now_us;
	bool unknown, became_suspicious;
	struct script_hold own;
};
bool script_read_outcome(struct script_standing *, const redisReply *);

/* --- SCRIPT_RELEASE: an operator lets a partner go --- */
void script_release(struct script_call *, const char *edge, const struct partner *, int64_t keep_us, int64_t now_us);
/* reply: as script_read_outcome; became_suspicious is never set; unknown: Redis knew nothing of the partner, the
 * release is remembered even so; own.released_us is now */

/* --- SCRIPT_MERGE: what an edge learned by itself, or mirrors, is written (back) --- */

/* Packed by the caller, all little-endian, at most SCRIPT_MERGE_MAX of each (Redis does nothing else
 * meanwhile: what is more goes with a further call and an epoch of its own). targets: 16 octets each, 8 the hash, 8 how
 * many microseconds ago it was named; answers: 16 octets, 8 how long ago its slot began, 4 successes, 4 failures;
 * slots: 8 octets, int64: microseconds ago, negative: ahead; times two, plus one for what ends a call. */
#define SCRIPT_MERGE_MAX 1024
struct script_merge {
	const char *targets, *answers, *slots;
	size_t targets_size, answers_size, slots_size;
	const char *epoch;                   /* "WHO.NUMBER": the same one again, or an older one, changes nothing. "": none */
	int64_t late_us;                     /* all times are as of so long ago: it is told again */
	/* since and released: how long ago; until: for how long yet. A watch with nothing left of it is none; a
	 * suspicion may be older than its hold: none if both its times are 0. A release 0 ago is none. */
	struct script_hold hold;
};
void script_merge(struct script_call *, const char *edge, const struct partner *, const struct limits *,
    const struct script_merge *, int64_t now_us);
/* reply: as script_read_outcome; own is what holds now */

/* --- the channel --- */
struct script_news {
	char edge[256];                      /* who did it */
	struct partner partner;
	struct script_hold hold;
	int64_t now_us;
};
bool script_read_news(struct script_news *, const char *payload, size_t length);

/* --- SCRIPT_ANNOUNCE: an edge says that it lives, and hears of the others --- */

/* The pool's own key for targets is the first that an edge brought. */
void script_announce(struct script_call *, const char *edge, const char *instance, const char *text,
    const struct siphash_key *target_key, int64_t now_us);
struct script_edge {
	const char *name, *instance, *text;  /* borrowed from the reply, NUL-terminated */
	int64_t age_us;
};
#define SCRIPT_EDGES_MAX 256
#define SCRIPT_POOL_ID_MAX 40
struct script_pool {
	int64_t now_us;                      /* Redis' clock */
	char id[SCRIPT_POOL_ID_MAX + 1];     /* of what Redis holds: another one has been emptied or replaced */
	struct siphash_key target_key;
	struct script_edge edges[SCRIPT_EDGES_MAX]; /* who bears our own name is as it was before this call */
	int count;
};
bool script_read_announce(struct script_pool *, const redisReply *);

/* --- SCRIPT_ORDER, SCRIPT_ORDERS: operators' decisions --- */

/* `text` as order_write makes it, borrowed while the call is used; "": that this one is forgotten. The reply is a number: */
enum { SCRIPT_ORDER_OLD /* there is one as new */, SCRIPT_ORDER_TAKEN, SCRIPT_ORDER_FULL };
void script_order(struct script_call *, const char *edge, const struct order *, const char *text);

/* Those that changed behind change number `from`; 0: all. */
#define SCRIPT_ORDERS_PAGE 32
void script_orders(struct script_call *, int64_t from);
struct script_orders {
	struct order orders[SCRIPT_ORDERS_PAGE];
	int count;
	int64_t last;                        /* number of the last change; 0: there is none */
	bool full;                           /* there may be more behind it */
};
/* What somebody else wrote among them is passed over. */
bool script_read_orders(struct script_orders *, const redisReply *);
/* Does a message of the channel say that there are such? */
bool script_news_of_orders(const char *payload, size_t length);

/* --- SCRIPT_COUNT, SCRIPT_MEND, SCRIPT_RECALL --- */

/* What was counted since the last call, for reports. Texts are borrowed while the call is used. */
#define SCRIPT_CERTIFICATE_MAX 600
#define SCRIPT_SOURCES_MAX (STORE_SOURCES_MAX * (DOMAIN_MAX + 1))
struct script_counted {
	uint32_t verdicts[COUNTED];
	enum reason limited_by;              /* how a rate delayed or refused one of them; NONE: no rate did */
	bool observe;
	const char *certificate;             /* subject, issuer, serial: a line each, all but the last with an end; "": no news */
	const char *sources;                 /* domains it spoke for, a blank between two; "": no news */
};
/* Answers 1, or 0: not known, and may_add was false. */
void script_count(struct script_call *, const char *edge, const struct partner *, const struct script_counted *, bool may_add);
/* Removes those keys of the partner that are of another type than ours. Answers how many. */
void script_mend(struct script_call *, const struct partner *);
/* The last refusals that this edge told and that one of the two texts stands in (all borrowed). Answers an array of texts. */
void script_recall(struct script_call *, const char *edge, const char *text, const char *other);

/* --- SCRIPT_REPORT: all that is known of a partner. Changes nothing --- */

/* `period_us` of the rate that limits it; 0: none does. */
void script_report(struct script_call *, const struct partner *, const struct limits *, int64_t period_us, int64_t now_us);
struct script_report {
	int64_t now_us;                      /* Redis' clock, as all times here */
	bool unknown;
	int64_t seen_us;
	uint32_t distinct_uris, rate_now, successes, failures;
	struct script_hold own;
	uint64_t verdicts[COUNTED];
	enum reason limited_by;
	int64_t limited_since_us, limited_us;
	bool observe;
	size_t source_count, edge_count;
	const char *subject, *issuer, *serial; /* NULL: not told; these texts are in `room` */
	const char *sources[STORE_SOURCES_MAX];
	const char *edges[STORE_EDGES_MAX];  /* borrowed from the reply */
	char room[SCRIPT_CERTIFICATE_MAX + SCRIPT_SOURCES_MAX];
};
/* False: the reply is not one of this script's. What another edge has written in a way that is not ours is left out. */
bool script_read_report(struct script_report *, const redisReply *);

#endif
