/* Coming and going of Redis: what is told, what is mirrored from it, and what
 * this edge learned by itself is written to it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "pooled.h"

#define MERGES_MOST  64    /* on their way at a time */
#define PASS_MOST    10000 /* rows looked at in one turn */

/* --- what was learned is written --- */

/* Sent until it is known to be taken: the epoch makes it count once. */
struct merge {
	struct merge *next;          /* of those not known to be taken */
	struct pooled *pooled;
	struct partner partner;
	struct limits limits;
	struct learned learned;
	char epoch[64];
	int64_t made_us;             /* the ages in it are of then */
	struct script_merge script;
	bool by_text;
	struct script_call call;
};

static void merge_free(struct merge *m)
{
	learned_clear(&m->learned);
	free(m);
}

/* In their order, which is that of their epochs. */
static void keep_for_later(struct pooled *p, struct merge *m)
{
	struct merge **link = &p->untaken;

	while (*link)
		link = &(*link)->next;
	m->by_text = false;
	m->next = NULL;
	*link = m;
}

static void name_epoch(struct pooled *p, struct merge *m)
{
	snprintf(m->epoch, sizeof m->epoch, "%s.%lu", pool_instance(p->pool), ++p->epochs);
}

/* Trouble of the whole server: this one was not taken, whatever has come after it. */
static bool is_for_later(struct pooled *p, struct merge *m, const redisReply *reply)
{
	const struct redis_error *row = reply ? redis_error_of(reply) : NULL;

	if (!m->epoch[0] || (reply && !(row && row->server)))
		return false;
	if (reply)
		name_epoch(p, m);
	return true;
}

static void on_merged(void *arg, const redisReply *reply)
{
	struct merge *m = arg;
	struct pooled *p = m->pooled;
	struct script_standing got;

	if (reply && !m->by_text && pooled_again(&m->call, reply)) {
		m->by_text = true;
		if (pooled_send(p, &m->call, on_merged, m))
			return;
		reply = NULL;
	} else if (reply && script_read_outcome(&got, reply)) {
		p->merged += m->epoch[0] != '\0';
		pooled_mirror(p, &m->partner, &got.own, got.now_us);
		held_add(p, &m->partner, &got.own, got.now_us);
	} else if (reply) {
		pooled_wrong_reply(p, &m->partner, reply);
	}
	p->merging--;
	if (is_for_later(p, m, reply))
		keep_for_later(p, m);
	else
		merge_free(m);
	rejoin_merge(p);
}

static int64_t age(int64_t now_us, int64_t time_us)
{
	return time_us ? now_us - time_us : 0;
}

static void go(struct merge *m)
{
	struct pooled *p = m->pooled;

	m->script.late_us = pooled_now(p) - m->made_us;
	script_merge(&m->call, p->house.edge, &m->partner, &m->limits, &m->script, -1);
	if (pooled_send(p, &m->call, on_merged, m))
		p->merging++;
	else if (m->epoch[0])
		keep_for_later(p, m);
	else
		merge_free(m);
}

/* What was learned is the merge's from here on. */
static void merge_send(struct pooled *p, const struct partner *partner)
{
	struct merge *m = alloc_zero(1, sizeof *m);
	int64_t now_us = pooled_now(p);
	struct restriction *r = &m->learned.restriction;

	apart_learned(p->apart, partner, &m->learned);
	apart_forget(p->apart, partner);
	m->pooled = p;
	m->made_us = pooled_now(p);
	m->partner = *partner;
	m->limits = *apart_limits(p->apart, partner, &p->limits);
	if (m->learned.targets_size || m->learned.answers_size || m->learned.slots_size)
		name_epoch(p, m);
	m->script = (struct script_merge){
		.targets = m->learned.targets, .targets_size = m->learned.targets_size,
		.answers = m->learned.answers, .answers_size = m->learned.answers_size,
		.slots = m->learned.slots, .slots_size = m->learned.slots_size,
		.epoch = m->epoch,
		.hold = { .watched_since_us = age(now_us, r->watched_since_us), .watched_until_us = -age(now_us, r->watched_until_us),
			.suspicious_since_us = age(now_us, r->suspicious_since_us), .suspicious_until_us = -age(now_us, r->suspicious_until_us) },
	};
	go(m);
}

static void send_untaken(struct pooled *p)
{
	struct merge *m, *list = p->untaken;

	p->untaken = NULL;
	while ((m = list)) {
		list = m->next;
		go(m);
	}
}

void rejoin_clear(struct pooled *p)
{
	struct merge *m;

	while ((m = p->untaken)) {
		p->untaken = m->next;
		merge_free(m);
	}
}

void rejoin_merge(struct pooled *p)
{
	struct partner partner;

	if (p->state != POOL_JOINED || !redis_is_up(p->link))
		return;
	while (!p->untaken && p->merging < MERGES_MOST && apart_next(p->apart, &p->merge_at, PASS_MOST, &partner))
		merge_send(p, &partner);
	if (!p->merge_at && !p->merging && p->merged) {
		pooled_say(p, "redis: what this edge learned of %" PRIu64 " partners by itself is merged", p->merged);
		p->merged = 0;
	}
	held_more(p);
}

/* Restrictions that began before are not brought back, and those of the pool end. */
void rejoin_tell_release(struct pooled *p, const struct partner *partner, int64_t age_us)
{
	struct merge *m = alloc_zero(1, sizeof *m);

	m->pooled = p;
	m->made_us = pooled_now(p);
	m->partner = *partner;
	m->limits = p->limits;
	m->script = (struct script_merge){ .targets = "", .answers = "", .slots = "", .epoch = m->epoch, .hold.released_us = age_us };
	go(m);
}

/* Where nothing is learned and nothing held here, a merge only asks. */
void rejoin_ask(struct pooled *p, const struct partner *partner)
{
	merge_send(p, partner);
}

/* Those whose replies were late are sent again: they count once. */
void rejoin_second(struct pooled *p)
{
	send_untaken(p);
	rejoin_merge(p);
}

void rejoin_first(struct pooled *p, const struct partner *partner)
{
	if ((p->merge_at || p->merging) && apart_has_learned(p->apart, partner))
		merge_send(p, partner);
}

/* --- joining --- */

static void write_back(struct pooled *p)
{
	p->merge_at = UINT32_MAX;
	released_tell(p);
	send_untaken(p);
	held_begin(p);
	rejoin_merge(p);
}

static void adopt_key(struct pooled *p, const struct siphash_key *key)
{
	if (memcmp(key, &p->store.target_key, sizeof *key) == 0)
		return;
	p->store.target_key = *key;
	apart_forget_targets(p->apart);
	pooled_say(p, "redis: the pool hashes targets with another key than this edge did: what it counted by itself is forgotten");
}

/* For people: whole seconds of what took some. */
static int64_t round_time(int64_t us)
{
	int64_t unit_us = us < 10000000 ? 1000 : 1000000;

	return (us + unit_us - 1) / unit_us * unit_us;
}

static void joined(struct pooled *p)
{
	char away[RATE_TEXT_MAX];
	int64_t now_us = pooled_now(p);

	duration_text(round_time(now_us - p->state_since_us), away);
	p->state = POOL_JOINED;
	p->state_since_us = now_us;
	p->trouble[0] = '\0';
	nears_reopen(&p->nears);
	pooled_say(p, "redis: %s answers: limits are the pool's again, after %s", redis_where(p->link), away);
	write_back(p);
}

static void on_announced(void *arg, const redisReply *reply)
{
	struct pooled *p = arg;
	struct script_pool got;
	bool other;

	p->announcing = false;
	if (!reply)
		return;
	if (!script_read_announce(&got, reply)) {
		if (strncmp(reply->type == REDIS_REPLY_ERROR ? reply->str : "", "NOSCRIPT", 8))
			pooled_wrong_reply(p, NULL, reply);
		return;
	}
	pooled_clock(p, got.now_us, p->announced_us);
	pool_heard(p->pool, got.edges, got.count, pooled_now(p));
	other = p->pool_id[0] && strcmp(p->pool_id, got.id);
	snprintf(p->pool_id, sizeof p->pool_id, "%s", got.id);
	adopt_key(p, &got.target_key);
	if (p->state == POOL_JOINING) {
		joined(p);
	} else if (p->state == POOL_JOINED && other) {
		pooled_say(p, "redis: %s has been emptied or replaced: what restricts partners is written back", redis_where(p->link));
		write_back(p);
	}
}

/* An EVAL: short, and so it brings itself back after SCRIPT FLUSH. */
void rejoin_announce(struct pooled *p)
{
	struct script_call call;

	if (p->announcing)
		return;
	script_announce(&call, p->house.edge, pool_instance(p->pool), pool_text(p->pool), &p->store.target_key, -1);
	script_by_text(&call);
	p->announced_us = pooled_now(p);
	p->announcing = pooled_send(p, &call, on_announced, p);
}

static void load_scripts(struct pooled *p)
{
	for (enum script s = 0; s < SCRIPTS; s++) {
		const char *argv[] = { "SCRIPT", "LOAD", script_text(s) };
		size_t lengths[] = { 6, 4, strlen(script_text(s)) };

		redis_send(p->link, 3, argv, lengths, NULL, NULL);
	}
}

void rejoin_up(void *arg)
{
	struct pooled *p = arg;

	p->state = POOL_JOINING;
	load_scripts(p);
	rejoin_announce(p);
}

void rejoin_down(void *arg, const char *why)
{
	struct pooled *p = arg;
	struct rate share = rate_share(&p->house.limits->rate, pooled_edges(p));
	char rate[RATE_TEXT_MAX];
	bool was_joined = p->state == POOL_JOINED;

	snprintf(p->trouble, sizeof p->trouble, "%s", why);
	p->state = POOL_APART;
	p->merge_at = 0;
	if (was_joined || !p->said_lost) {
		p->said_lost = true;
		p->state_since_us = pooled_now(p);
		rate_text(&share, rate);
		pooled_say(p, "redis: lost %s: %s; this edge now limits by itself, %s a partner", redis_where(p->link), why, rate);
	} else {
		pooled_say(p, "redis: still without %s: %s", redis_where(p->link), why);
	}
	batch_keep(p);
	nears_reopen(&p->nears);
}

/* --- what other edges change --- */

void rejoin_news_up(void *arg)
{
	((struct pooled *)arg)->news_up = true;
}

/* Who hears of no release must not hold on to a refusal. */
void rejoin_news_down(void *arg, const char *why)
{
	struct pooled *p = arg;

	(void)why;
	p->news_up = false;
	nears_reopen(&p->nears);
}

void rejoin_news(void *arg, const char *payload, size_t length)
{
	struct pooled *p = arg;
	struct script_news news;
	struct near *near;

	if (!script_read_news(&news, payload, length))
		return;
	pooled_mirror(p, &news.partner, &news.hold, news.now_us);
	near = near_find(&p->nears, &news.partner);
	if (news.partner.kind == PARTNER_PROVIDER || (news.partner.kind == PARTNER_TENANT && !news.partner.domain.length))
		nears_reopen(&p->nears);
	else if (near)
		near_reopen(near);
}

