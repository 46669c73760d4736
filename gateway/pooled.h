/* The inside of the pool's store, for the files that make it up: store_redis.c
 * (what a store answers), trip.c (one message),
 * look.c (what a message would hear), batch.c (answers and counts), merge.c (what was learned), recall.c (the last refusals),
 * rejoin.c (coming and going), held.c (the list of the restricted), released.c (operators' releases), ordered.c (their decisions),
 * survey.c (reports). */
#ifndef GATEWAY_POOLED_H
#define GATEWAY_POOLED_H

#include "apart.h"
#include "near.h"
#include "pool.h"
#include "redis.h"
#include "script.h"
#include "store_redis.h"

#define KEY_SEEN "fg:1:{seen}" /* partner_key -> when it was seen last: how many the pool knows */
#define KEY_HELD "fg:1:{held}" /* partner_key -> until when it is restricted: for edges that join, and reports */
/* For reports: */
#define KEY_LIMITED "fg:1:{limited}" /* partner_key -> when a rate delayed or refused its last message that it did not let through */
#define KEY_NAMED "fg:1:{named}"     /* as KEY_SEEN, of those who are no strangers: they are not counted */

enum pooled_state {
	POOL_APART,   /* Redis is late or gone: decided here */
	POOL_JOINING, /* it answers; our place in the pool is not known yet: still decided here */
	POOL_JOINED
};

#define HELD_SCORE_MAX 32

struct merge;
struct released;

struct pooled {
	struct store store;           /* the first: a store is one of these */
	struct store_redis_house house; /* its limits are ours */
	struct limits limits;
	struct redis_conf conf;       /* owned copy: house.conf */
	struct redis *link, *news;    /* owned; news: hears what other edges change */
	struct nears nears;
	int64_t reopened_us;          /* when refusals in there were forgotten last */
	struct apart *apart;          /* owned */
	struct pool *pool;            /* owned */
	enum pooled_state state;
	bool news_up;
	int64_t state_since_us;
	int64_t redis_ahead_us;       /* Redis' clock less ours */
	int64_t announced_us;         /* when we did it last */
	bool announcing;              /* and have not heard yet */
	char trouble[400];            /* why it is apart; "" */
	bool said_lost;               /* and what follows from that */
	struct timer batch;
	int64_t batch_since_us;
	/* merging */
	char pool_id[SCRIPT_POOL_ID_MAX + 1];             /* of the Redis that we joined; another one has been emptied or replaced */
	unsigned long epochs;         /* names what is merged at a time */
	struct merge *untaken;        /* owned: those that wait to be sent, once more or at all */
	bool in_doubt;                /* the last answer that was waited for did not come in time */
	uint32_t merge_at;            /* where apart_next goes on; 0: all is written */
	unsigned merging;             /* on their way */
	size_t merging_size;          /* with so many octets */
	uint64_t merged;
	struct released *releases;    /* owned */
	size_t release_count;
	/* mirroring: where the list of the restricted goes on */
	char held_from[HELD_SCORE_MAX];
	unsigned held_skip;           /* of that score */
	bool held_left, held_asked;
	unsigned counting, counts_left; /* counts on their way; how many more may go in this second */
	/* operators' decisions */
	int64_t orders_from;          /* number of the last change that was read */
	size_t orders_at;             /* the place of the next that may be to be written */
	bool orders_behind, orders_asked; /* there may be more to read; a page is on its way */
	bool orders_read;             /* all that there was at the beginning */
	bool orders_taking, orders_changed; /* a page of that is being taken; something of it was news */
	bool orders_unsent, order_sent; /* there may be more to write; one is on its way */
	/* bounds */
	uint64_t known;               /* partners in the pool, by the last count */
	int64_t complained_us;
};

/* Lines for people, by on_event; at most one a second of those about single replies. */
void pooled_say(struct pooled *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A reply that is none of its script's: said, and mended where it can be. */
void pooled_wrong_reply(struct pooled *, const struct partner *, const redisReply *);
bool pooled_send(struct pooled *, const struct script_call *, redis_reply_fn *, void *arg);
/* Was the reply that Redis does not know the script? Then the call is made an EVAL. */
bool pooled_again(struct script_call *, const redisReply *);
int64_t pooled_now(const struct pooled *);
/* Refusals that are remembered may hold no longer: of all, or of this one, which may be NULL. */
void pooled_reopen(struct pooled *);
void pooled_reopen_one(struct pooled *, struct near *);
/* Redis' clock said so, between then and now on ours. */
void pooled_clock(struct pooled *, int64_t redis_now_us, int64_t sent_us);
/* How many share the limits: store.edges, else as many as were heard of. */
unsigned pooled_edges(const struct pooled *);
/* May a partner that the pool does not know become known? */
bool pooled_has_room(const struct pooled *);
/* The pool's store says what restricts a partner, on its own clock, of which now is `redis_now_us`. */
void pooled_mirror(struct pooled *, const struct partner *, const struct script_hold *, int64_t redis_now_us);
void pooled_tell_class(struct pooled *, const struct partner *, enum class before, enum class now);

/* trip.c */
bool trip_measure(struct pooled *, const struct entry *, const struct demand *, store_measured_fn *, void *arg);

/* look.c */
void look(struct pooled *, const struct entry *, const struct demand *, store_peeked_fn *, void *arg);

/* batch.c */
void batch_outcome(struct pooled *, const struct entry *, enum outcome);
void batch_count(struct pooled *, const struct entry *, const struct store_visit *);
void batch_second(struct pooled *);  /* counts, and who was seen */
void batch_keep(struct pooled *);    /* cut off: the answers that wait count here */

/* recall.c */
void recall_tell(struct pooled *);   /* once a second: the pool, of this edge's last refusals */
void recall_find(struct pooled *, struct refusals_found *, enum refused_by, const char *text,
    void (*then)(void *arg, bool whole), void *arg);

/* released.c */
void released_now(struct pooled *, const struct partner *);
void released_tell(struct pooled *);  /* the pool, of those that may be news to it: before what they would have ended */
void released_clear(struct pooled *);

/* survey.c */
struct store_walk *survey_walk(struct store *, const struct store_wish *);

/* held.c */
void held_add(struct pooled *, const struct partner *, const struct script_hold *, int64_t redis_now_us);
void held_forget(struct pooled *, int64_t redis_now_us); /* whose time is over */
void held_begin(struct pooled *);   /* mirrors all */
void held_more(struct pooled *);    /* goes on with that */

/* ordered.c */
enum orders_put ordered_now(struct pooled *, const struct order *);
void ordered_here(void *pooled, const struct order *); /* the local twin's on_order */
void ordered_begin(struct pooled *);  /* reads all, then writes what the pool has not */
void ordered_more(struct pooled *);
void ordered_news(struct pooled *);   /* another edge has written one */
void ordered_second(struct pooled *);

/* merge.c */
void merge_more(struct pooled *);  /* goes on with what is to be merged */
/* What this edge learned of the partner goes first, if it has not gone yet. */
void merge_first(struct pooled *, const struct partner *);
/* What the pool says of the partner is mirrored. */
void merge_ask(struct pooled *, const struct partner *);
void merge_release(struct pooled *, const struct partner *, int64_t age_us);
void merge_clear(struct pooled *);

/* rejoin.c */
void rejoin_up(void *pooled);
void rejoin_down(void *pooled, const char *why);
void rejoin_announce(struct pooled *);
void rejoin_news_up(void *pooled);
void rejoin_news_down(void *pooled, const char *why);
void rejoin_news(void *pooled, const char *payload, size_t length);

#endif
