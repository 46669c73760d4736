/* One edge of a pool by itself: the memory store as the local twin of the pool's.
 * It mirrors what restricts partners, so that it holds without the pool's store; decides messages
 * by this edge's share of each rate; and remembers what it learned meanwhile, to be merged. Times
 * are on this edge's monotonic clock. */
#ifndef GATEWAY_APART_H
#define GATEWAY_APART_H

#include "profile.h"
#include "store.h"

struct apart;

/* What restricts partners, and at a clean stop what was learned, is kept in `state_file` and beside it (store.h); "":
 * nothing is. `targets` is the key that the pool hashes targets with. `on_class` is told of classes that change here. */
struct apart *apart_new(const char *state_file, const struct siphash_key *targets, unsigned max_partners, const struct limits *, int64_t (*monotonic_us)(void),
    void (*on_class)(void *arg, const struct partner *, enum class before, enum class now), void *arg);
void apart_free(struct apart *);
struct store *apart_store(struct apart *); /* borrowed: for what is the same: walk, tick, reload, health */

/* The pool's store gave messages of this partner slots up to this one, and some may wait for theirs here:
 * this edge's share begins behind them, and they stay the first. */
void apart_begin_behind(struct apart *, const struct partner *, int64_t slot_us);
/* As store_ops, calling back at once; `edges` share the rates. */
void apart_measure(struct apart *, const struct entry *, const struct demand *, unsigned edges, store_measured_fn *, void *arg);
/* Likewise, as store_ops: with the figures of this edge. */
void apart_peek(struct apart *, const struct entry *, const struct demand *, unsigned edges, store_peeked_fn *, void *arg);
void apart_outcome(struct apart *, const struct entry *, enum outcome);
/* What is remembered of partners for reports, whoever decides. Borrowed. */
struct profiles *apart_profiles(struct apart *);

/* What restricts a partner; 0: nothing does. */
struct restriction {
	int64_t watched_since_us, watched_until_us;
	int64_t suspicious_since_us, suspicious_until_us;
	int64_t released_us;             /* the last release that the pool knows of */
};
/* The pool's store says that this is so now. What was learned here and not released since stays for its time. */
void apart_mirror(struct apart *, const struct partner *, const struct restriction *);
/* What holds here; false: nothing. */
bool apart_restriction(struct apart *, const struct partner *, struct restriction *out);

/* What was learned of a partner since it was last forgotten, and what restricts it: packed as
 * script.h says, with ages. */
struct learned {
	char *targets, *answers, *slots; /* owned */
	size_t targets_size, answers_size, slots_size;
	struct restriction restriction;
};
bool apart_has_learned(struct apart *, const struct partner *); /* targets, answers or slots */
bool apart_learned(struct apart *, const struct partner *, struct learned *out); /* false: neither learned nor restricted */
void learned_clear(struct learned *);
/* By which it is to be judged; borrowed until the next call. `usual`: those of strangers, and of whom was not measured here. */
const struct limits *apart_limits(struct apart *, const struct partner *, const struct limits *usual);
/* It is in the pool's store now; the restrictions stay. */
void apart_forget(struct apart *, const struct partner *);
/* Targets are hashed with this key from now on: those that were with another are forgotten. */
void apart_use_key(struct apart *, const struct siphash_key *targets);
/* Walks all that apart_learned would tell of, from the end: start with *at = UINT32_MAX; false at the
 * end, or after `most` rows that were passed over (then *at is not 0). Rows may come and go meanwhile. */
bool apart_next(struct apart *, uint32_t *at, uint32_t most, struct partner *out);

#endif
