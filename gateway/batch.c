/* What needs no trip of its own: answers of the internal side within 100 ms,
 * counts and who was seen once a second. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "pooled.h"

#define BATCH_US   INT64_C(100000)
#define HOUR_MS    INT64_C(3600000)
#define COUNTS_MOST 2000           /* partners whose counts go in a second; the others wait for the next */
#define COUNTING_MOST 64           /* of them on their way at a time */

/* --- answers --- */

struct outcomes {
	struct pooled *pooled;
	struct partner partner;
	struct limits limits;
	char letters[NEAR_LETTERS_MOST];
	size_t count;
	bool by_text;
	struct script_call call;
};

static void on_standing(void *arg, const redisReply *reply)
{
	struct outcomes *o = arg;
	struct pooled *p = o->pooled;
	struct script_standing got;

	if (reply && script_read_outcome(&got, reply)) {
		if (got.became_suspicious) {
			pooled_mirror(p, &o->partner, &got.own, got.now_us);
			pooled_tell_class(p, &o->partner, CLASS_DISCOVERED, CLASS_SUSPICIOUS);
			held_add(p, &o->partner, &got.own, got.now_us);
		}
	} else if (reply && !o->by_text && pooled_again(&o->call, reply)) {
		o->by_text = true;
		if (pooled_send(p, &o->call, on_standing, o))
			return;
	} else if (reply) {
		pooled_wrong_reply(p, &o->partner, reply);
	}
	free(o);
}

static bool send_answers(struct pooled *p, struct near *near)
{
	struct outcomes *o = alloc_zero(1, sizeof *o);

	o->pooled = p;
	o->partner = near->partner;
	o->limits = *near->limits;
	o->count = near->letter_count;
	memcpy(o->letters, near->letters, near->letter_count);
	script_outcome(&o->call, p->house.edge, &o->partner, &o->limits, o->letters, o->count, pooled_has_room(p), -1);
	if (pooled_send(p, &o->call, on_standing, o)) {
		near_drop_answers(near);
		return true;
	}
	free(o);
	return false;
}

static void count_here(struct pooled *p, const struct partner *partner, const struct limits *limits, enum outcome outcome)
{
	struct entry entry = { .limited = true, .partner = *partner, .limits = *limits };

	apart_outcome(p->apart, &entry, outcome);
}

void batch_keep(struct pooled *p)
{
	for (struct near *near = p->nears.oldest; near; near = near->newer) {
		for (size_t i = 0; i < near->letter_count; i++)
			count_here(p, &near->partner, near->limits, near->letters[i] == 's' ? OUTCOME_SUCCESS : OUTCOME_FAILURE);
		near_drop_answers(near);
	}
}

/* Those with answers were used since the batch began. */
static void on_batch(void *arg)
{
	struct pooled *p = arg;

	for (struct near *near = p->nears.newest; near && near->used_us >= p->batch_since_us; near = near->older)
		if (near_has_answers(near) && !send_answers(p, near))
			return; /* cut off: rejoin_down keeps them */
}

void batch_outcome(struct pooled *p, const struct entry *entry, enum outcome outcome)
{
	struct near *near = NULL;
	int64_t now_us = pooled_now(p);

	if (outcome == OUTCOME_NEUTRAL || !entry->limited || !entry->limits.min_responses)
		return;
	if (p->state == POOL_JOINED)
		near = near_use(&p->nears, &entry->partner, now_us);
	if (!near) {
		count_here(p, &entry->partner, &entry->limits, outcome);
		p->merge_at = UINT32_MAX; /* where there was only no room, it is merged soon */
		return;
	}
	near_answer(near, &entry->limits, outcome);
	if (near->letter_count == NEAR_LETTERS_MOST)
		send_answers(p, near);
	if (p->batch.place)
		return;
	p->batch_since_us = now_us;
	timer_set(p->house.loop, &p->batch, now_us + BATCH_US, on_batch, p);
}

/* --- counts --- */

struct counted {
	struct pooled *pooled;
	struct partner partner;
	struct script_counted script;
	char certificate[SCRIPT_CERTIFICATE_MAX], sources[SCRIPT_SOURCES_MAX];
	bool by_text;
	struct script_call call;
};

static void send_counts(struct pooled *);

static void count(struct pooled *p, const struct partner *partner, const uint32_t verdicts[COUNTED], enum reason limited_by)
{
	struct near *near = near_use(&p->nears, partner, pooled_now(p));

	for (unsigned v = 0; near && v < COUNTED; v++)
		near_count(&p->nears, near, v, verdicts[v]);
	if (near && limited_by)
		near->limited_by = limited_by;
}

static void count_one(struct pooled *p, const struct partner *partner, const struct entry *entry, const struct store_visit *visit)
{
	uint32_t one[COUNTED] = { 0 };
	bool limited = reason_is_rate(visit->reason) && (partner->kind == PARTNER_PROVIDER) == visit->provider_decided;
	char key[PARTNER_KEY_MAX];

	one[reason_row(visit->reason)->verdict] = 1;
	one[COUNTED_OBSERVED] = visit->waived;
	count(p, partner, one, limited ? visit->reason : REASON_NONE);
	profiles_note(apart_profiles(p->apart), key, partner_key(partner, key), entry, visit, pooled_now(p));
}

void batch_count(struct pooled *p, const struct entry *entry, const struct store_visit *visit)
{
	count_one(p, &entry->partner, entry, visit);
	if (entry->has_provider)
		count_one(p, &entry->provider, entry, visit);
}

static void send_plain(struct pooled *p, size_t argc, const char *const argv[])
{
	size_t lengths[8];

	for (size_t i = 0; i < argc; i++)
		lengths[i] = strlen(argv[i]);
	redis_send(p->link, argc, argv, lengths, NULL, NULL);
}

static bool is_stranger(const struct partner *partner)
{
	return partner->kind == PARTNER_DISCOVERED || (partner->kind == PARTNER_TENANT && partner->domain.length);
}

static void note_in(struct pooled *p, const char *list, const struct partner *partner)
{
	char key[PARTNER_KEY_MAX], now[24];
	const char *argv[] = { "ZADD", list, now, key };

	snprintf(now, sizeof now, "%" PRId64, pooled_now(p) + p->redis_ahead_us);
	if (partner_key(partner, key))
		send_plain(p, 4, argv);
}

static void note_counted(struct pooled *p, const struct counted *c)
{
	note_in(p, is_stranger(&c->partner) ? KEY_SEEN : KEY_NAMED, &c->partner);
	if (c->script.limited_by)
		note_in(p, KEY_LIMITED, &c->partner);
}

/* Without a reply nobody can tell whether they count: they do not again. */
static void on_counted(void *arg, const redisReply *reply)
{
	struct counted *c = arg;
	struct pooled *p = c->pooled;
	struct partner common = partner_common(&c->partner);

	if (reply && !c->by_text && pooled_again(&c->call, reply)) {
		c->by_text = true;
		if (pooled_send(p, &c->call, on_counted, c))
			return;
	} else if (reply && reply->type == REDIS_REPLY_INTEGER) {
		if (reply->integer)
			note_counted(p, c);
		else
			count(p, &common, c->script.verdicts, c->script.limited_by);
	} else if (reply) {
		pooled_wrong_reply(p, &c->partner, reply);
	}
	free(c);
	p->counting--;
	send_counts(p);
}

/* What of it is news to the pool, or would be forgotten there. */
static void describe(struct pooled *p, struct counted *c)
{
	char key[PARTNER_KEY_MAX];
	size_t length = partner_key(&c->partner, key), used = 0;
	struct profile *profile = profiles_find(apart_profiles(p->apart), key, length);

	c->script.certificate = c->certificate;
	c->script.sources = c->sources;
	if (!profile)
		return;
	c->script.observe = profile->observe;
	if (profile->told_us && pooled_now(p) - profile->told_us < HOUR_MS * 1000)
		return;
	profile->told_us = pooled_now(p);
	if (profile->subject)
		snprintf(c->certificate, sizeof c->certificate, "%s\n%s\n%s", profile->subject, profile->issuer, profile->serial);
	for (size_t i = 0; i < profile->source_count; i++)
		used += (size_t)snprintf(c->sources + used, sizeof c->sources - used, "%s%s", used ? " " : "", profile->sources[i]);
}

/* A provider's tenants become known by their messages, which its max-tenants bounds; strangers by any. */
static bool send_count(struct pooled *p)
{
	struct counted *c = alloc_zero(1, sizeof *c);
	struct near *near = nears_take_counts(&p->nears, c->script.verdicts);
	bool may_add;

	if (!near) {
		free(c);
		return false;
	}
	c->pooled = p;
	c->partner = near->partner;
	c->script.limited_by = near->limited_by;
	near->limited_by = REASON_NONE;
	describe(p, c);
	may_add = !is_stranger(&c->partner) || (c->partner.kind == PARTNER_DISCOVERED && pooled_has_room(p));
	script_count(&c->call, p->house.edge, &c->partner, &c->script, may_add);
	if (pooled_send(p, &c->call, on_counted, c))
		return true;
	count(p, &c->partner, c->script.verdicts, c->script.limited_by);
	free(c);
	return false;
}

/* A few at a time: what messages ask comes between. */
static void send_counts(struct pooled *p)
{
	while (p->state == POOL_JOINED && p->counts_left > 0 && p->counting < COUNTING_MOST && send_count(p)) {
		p->counts_left--;
		p->counting++;
	}
}

static void on_known(void *arg, const redisReply *reply)
{
	struct pooled *p = arg;

	if (reply && reply->type == REDIS_REPLY_INTEGER && reply->integer >= 0)
		p->known = (uint64_t)reply->integer;
	else if (reply)
		pooled_wrong_reply(p, NULL, reply);
}

/* What stands in a list from before then matters no more; it outlives the last edge by as long. */
static void sweep_list(struct pooled *p, const char *list, int64_t kept_us)
{
	char score[24], ms[24];
	const char *sweep[] = { "ZREMRANGEBYSCORE", list, "-inf", score }, *keep[] = { "PEXPIRE", list, ms };

	snprintf(score, sizeof score, "%" PRId64, pooled_now(p) + p->redis_ahead_us - kept_us);
	snprintf(ms, sizeof ms, "%" PRId64, kept_us / 1000 + HOUR_MS);
	send_plain(p, 4, sweep);
	send_plain(p, 3, keep);
}

/* Those times lie ahead. */
static void sweep_held(struct pooled *p)
{
	const struct limits *l = &p->limits;
	char ms[24];
	const char *keep[] = { "PEXPIRE", KEY_HELD, ms };

	held_forget(p, pooled_now(p) + p->redis_ahead_us);
	snprintf(ms, sizeof ms, "%" PRId64, (l->watch_hold_us + l->suspicion_hold_us + l->suspicion_window_us) / 1000 + HOUR_MS);
	send_plain(p, 3, keep);
}

void batch_second(struct pooled *p)
{
	const char *card[] = { "ZCARD", KEY_SEEN };
	size_t lengths[] = { 5, sizeof KEY_SEEN - 1 };

	p->counts_left = p->nears.counted < COUNTS_MOST ? p->nears.counted : COUNTS_MOST; /* each once */
	send_counts(p);
	recall_tell(p);
	sweep_list(p, KEY_SEEN, p->limits.watch_window_us);
	sweep_list(p, KEY_NAMED, p->limits.watch_window_us);
	sweep_list(p, KEY_LIMITED, STORE_LIMITED_US);
	sweep_held(p);
	redis_send(p->link, 2, card, lengths, on_known, p);
}
