#include "near.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define SIZE_LEAST 256
#define IDLE_US    INT64_C(10000000)
#define LATELY_US  INT64_C(1000000)
#define SWEEP_MOST 1000 /* a sweep is part of one turn */

void nears_init(struct nears *n, const struct siphash_key *key, uint32_t most)
{
	*n = (struct nears){ .key = *key, .size = SIZE_LEAST, .most = most };
	n->buckets = alloc_zero(n->size, sizeof *n->buckets);
}

static struct near **bucket_of(const struct nears *n, const struct partner *partner)
{
	char key[PARTNER_KEY_MAX];
	size_t length = partner_key(partner, key);

	return &n->buckets[siphash(&n->key, key, length) & (n->size - 1)];
}

struct near *near_find(const struct nears *n, const struct partner *partner)
{
	struct near *at = *bucket_of(n, partner);

	while (at && !partner_same(&at->partner, partner))
		at = at->next;
	return at;
}

/* --- by last use --- */

static void leave(struct nears *n, struct near *at)
{
	*(at->older ? &at->older->newer : &n->oldest) = at->newer;
	*(at->newer ? &at->newer->older : &n->newest) = at->older;
}

static void join(struct nears *n, struct near *at)
{
	at->older = n->newest;
	at->newer = NULL;
	*(n->newest ? &n->newest->newer : &n->oldest) = at;
	n->newest = at;
}

/* --- the table --- */

static void grow(struct nears *n)
{
	n->size *= 2;
	free(n->buckets);
	n->buckets = alloc_zero(n->size, sizeof *n->buckets);
	for (struct near *at = n->oldest; at; at = at->newer) {
		struct near **bucket = bucket_of(n, &at->partner);

		at->next = *bucket;
		*bucket = at;
	}
}

static void forget(struct nears *n, struct near *at)
{
	struct near **link = bucket_of(n, &at->partner);

	while (*link != at)
		link = &(*link)->next;
	*link = at->next;
	leave(n, at);
	n->count--;
	near_drop_answers(at);
	free(at);
}

static bool is_spare(const struct near *at)
{
	return !at->probing && !near_has_answers(at) && !at->counted;
}

static struct near *add(struct nears *n, const struct partner *partner)
{
	struct near **bucket, *at;

	if (n->count >= n->most && n->oldest && is_spare(n->oldest))
		forget(n, n->oldest);
	if (n->count >= n->most)
		return NULL;
	if (n->count >= n->size)
		grow(n);
	at = alloc_zero(1, sizeof *at);
	at->partner = *partner;
	bucket = bucket_of(n, partner);
	at->next = *bucket;
	*bucket = at;
	join(n, at);
	n->count++;
	return at;
}

struct near *near_use(struct nears *n, const struct partner *partner, int64_t now_us)
{
	struct near *at;

	if (partner->kind == PARTNER_NONE)
		return NULL;
	at = near_find(n, partner);
	if (!at)
		at = add(n, partner);
	if (!at)
		return NULL;
	if (at != n->newest) {
		leave(n, at);
		join(n, at);
	}
	at->used_us = now_us;
	return at;
}

void nears_sweep(struct nears *n, int64_t now_us)
{
	struct near *at = n->oldest, *next;

	for (int i = 0; i < SWEEP_MOST && at && now_us - at->used_us > IDLE_US; i++, at = next) {
		next = at->newer;
		if (is_spare(at) && at->newcomer_until_us <= now_us && at->refusal_until_us <= now_us)
			forget(n, at);
	}
}

void nears_clear(struct nears *n)
{
	while (n->oldest)
		forget(n, n->oldest);
	free(n->buckets);
	*n = (struct nears){ 0 };
}

/* --- refusals --- */

void near_refuse(struct near *at, const struct reading *seen, int64_t now_us, int64_t until_us)
{
	at->refusal = *seen;
	at->refusal.became_watched = at->refusal.stopped_watched = false;
	at->refusal.stopped_suspicious = at->refusal.provider_stopped_watched = false;
	at->refusal_until_us = at->refusal.refused_until_us = until_us;
	at->retry_at_us = seen->retry_us ? now_us + seen->retry_us : 0;
}

bool near_refuses(const struct near *at, int64_t now_us, struct reading *out)
{
	if (now_us >= at->refusal_until_us)
		return false;
	*out = at->refusal;
	out->at_us = now_us;
	if (at->retry_at_us)
		out->retry_us = at->retry_at_us > now_us ? at->retry_at_us - now_us : 1;
	return true;
}

bool near_was_refused(const struct near *at, int64_t now_us)
{
	return at->refusal_until_us && now_us - at->refusal_until_us < LATELY_US;
}

void near_reopen(struct near *at)
{
	at->refusal_until_us = 0;
}

void nears_reopen(struct nears *n)
{
	for (struct near *at = n->oldest; at; at = at->newer)
		near_reopen(at);
}

/* --- batches --- */

void near_answer(struct near *at, const struct limits *limits, enum outcome outcome)
{
	if (outcome == OUTCOME_NEUTRAL || at->letter_count == NEAR_LETTERS_MOST)
		return;
	if (!at->letters) {
		at->letters = alloc_zero(NEAR_LETTERS_MOST, 1);
		at->limits = alloc_zero(1, sizeof *at->limits);
	}
	*at->limits = *limits;
	at->letters[at->letter_count++] = outcome == OUTCOME_SUCCESS ? 's' : 'f';
}

bool near_has_answers(const struct near *at)
{
	return at->letter_count > 0;
}

void near_drop_answers(struct near *at)
{
	free(at->letters);
	free(at->limits);
	at->letters = NULL;
	at->limits = NULL;
	at->letter_count = 0;
}

void near_count(struct nears *n, struct near *at, unsigned sort, uint32_t more)
{
	if (!more)
		return;
	at->verdicts[sort] = at->verdicts[sort] > UINT32_MAX - more ? UINT32_MAX : at->verdicts[sort] + more;
	if (at->counted)
		return;
	at->counted = true;
	n->counted++;
	at->next_counted = NULL;
	*(n->last_counted ? &n->last_counted->next_counted : &n->first_counted) = at;
	n->last_counted = at;
}

struct near *nears_take_counts(struct nears *n, uint32_t verdicts[COUNTED])
{
	struct near *at = n->first_counted;

	if (!at)
		return NULL;
	n->first_counted = at->next_counted;
	if (!n->first_counted)
		n->last_counted = NULL;
	memcpy(verdicts, at->verdicts, sizeof at->verdicts);
	memset(at->verdicts, 0, sizeof at->verdicts);
	at->counted = false;
	n->counted--;
	return at;
}
