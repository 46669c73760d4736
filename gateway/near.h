/* What this edge remembers of a partner of the pool from one moment to the
 * next: the refusal that the store said will hold, and what waits to be sent in a batch. Forgotten
 * when it has been idle for a while and nothing waits. Bounded; what finds no room goes without. */
#ifndef GATEWAY_NEAR_H
#define GATEWAY_NEAR_H

#include "../policy/siphash.h"
#include "store.h"

struct trip;

#define NEAR_LETTERS_MOST 1024 /* answers of one batch; then it is sent at once */

struct near {
	struct near *next;            /* in its bucket */
	struct near *older, *newer;   /* by last use */
	struct partner partner;
	int64_t used_us;
	struct reading refusal;       /* what every ordinary message of it would read ... */
	int64_t refusal_until_us, retry_at_us; /* ... until then, on our clock; 0: not known to be so */
	int64_t ahead_us;             /* the latest slot ahead that the pool's store told of; 0: none */
	int64_t newcomer_until_us;    /* until then it is charged as one of the newcomers */
	struct limits *limits;        /* owned: that the answers are to be counted by; NULL: none wait */
	char *letters;                /* owned */
	size_t letter_count;
	uint32_t verdicts[COUNTED];  /* counted, not sent yet */
	enum reason limited_by;       /* of those: a rate delayed or refused the last one that it did not let through; NONE: none */
	bool counted;                 /* there are such */
	/* It was refused until just now: one message asks whether it still is, the next ones wait for what it hears. */
	bool probing;
	struct trip *parked, **last_parked; /* owned by their askers */
	unsigned parked_count;
	struct near *next_counted;    /* that are to be sent after its */
};

struct nears {
	struct siphash_key key;
	struct near **buckets;        /* owned; a power of two */
	uint32_t size, count, most;
	struct near *oldest, *newest;
	struct near *first_counted, *last_counted;
	uint32_t counted;             /* so many have counts */
};

void nears_init(struct nears *, const struct siphash_key *, uint32_t most);
void nears_clear(struct nears *);

/* NULL: it has none. */
struct near *near_find(const struct nears *, const struct partner *);
/* Found or made, and now the one used last. NULL: nobody, or no room (those idle give way first). */
struct near *near_use(struct nears *, const struct partner *, int64_t now_us);

/* Remembers that ordinary messages are refused, times on our clock. */
void near_refuse(struct near *, const struct reading *, int64_t now_us, int64_t until_us);
/* True: an ordinary message would be refused now, and so it reads. */
bool near_refuses(const struct near *, int64_t now_us, struct reading *out);
/* Was it refused until a moment ago, so that it may well be again? */
bool near_was_refused(const struct near *, int64_t now_us);
/* Refusals are forgotten: something was released, or may have been. Of all, or of one. */
void nears_reopen(struct nears *);
void near_reopen(struct near *);

void near_answer(struct near *, const struct limits *, enum outcome); /* one more letter */
bool near_has_answers(const struct near *);
void near_drop_answers(struct near *);

void near_count(struct nears *, struct near *, unsigned sort, uint32_t more);
/* Whose counts have waited longest; they are the caller's from now on. NULL: nobody's do. */
struct near *nears_take_counts(struct nears *, uint32_t verdicts[COUNTED]);

/* Forgets what has been idle and has nothing to send. */
void nears_sweep(struct nears *, int64_t now_us);

#endif
