/* Coming and going of Redis: what is told, what goes to it first, and what other edges
 * change meanwhile. */
#include <stdio.h>
#include <string.h>

#include "pooled.h"

/* --- joining --- */

static void write_back(struct pooled *p)
{
	p->merge_at = UINT32_MAX;
	profiles_untell(apart_profiles(p->apart));
	released_tell(p);
	if (p->store.refusals)
		refusals_untell(p->store.refusals);
	held_begin(p);
	merge_more(p);
	ordered_begin(p);
}

static void adopt_key(struct pooled *p, const struct siphash_key *key)
{
	if (memcmp(key, &p->store.target_key, sizeof *key) == 0)
		return;
	p->store.target_key = *key;
	apart_use_key(p->apart, key);
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
	pooled_reopen(p);
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
	pooled_reopen(p);
}

/* --- what other edges change --- */

/* What was told meanwhile has not been heard. */
void rejoin_news_up(void *arg)
{
	struct pooled *p = arg;

	p->news_up = true;
	if (p->state == POOL_JOINED)
		write_back(p);
}

/* Who hears of no release must not hold on to a refusal. */
void rejoin_news_down(void *arg, const char *why)
{
	struct pooled *p = arg;

	(void)why;
	p->news_up = false;
	pooled_reopen(p);
}

void rejoin_news(void *arg, const char *payload, size_t length)
{
	struct pooled *p = arg;
	struct script_news news;
	struct near *near;

	if (script_news_of_orders(payload, length)) {
		ordered_news(p);
		return;
	}
	if (!script_read_news(&news, payload, length))
		return;
	pooled_mirror(p, &news.partner, &news.hold, news.now_us);
	near = near_find(&p->nears, &news.partner);
	if (news.partner.kind == PARTNER_PROVIDER || (news.partner.kind == PARTNER_TENANT && !news.partner.domain.length))
		pooled_reopen(p);
	else
		pooled_reopen_one(p, near);
}

