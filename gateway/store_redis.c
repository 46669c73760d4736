/* The pool's store, as the edge sees one: what it answers, and the one place
 * where a reply that is wrong is told. */
#include "store_redis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "log.h"
#include "pooled.h"

#define SECOND_US INT64_C(1000000)
#define TOLD_US   INT64_C(10000000) /* so old nothing is that is told */

static struct pooled *pooled_of(struct store *store)
{
	return (struct pooled *)store; /* its first member */
}

int64_t pooled_now(const struct pooled *p)
{
	(void)p;
	return clock_monotonic_us();
}

void pooled_reopen(struct pooled *p)
{
	nears_reopen(&p->nears);
	p->reopened_us = pooled_now(p);
}

void pooled_reopen_one(struct pooled *p, struct near *near)
{
	if (near)
		near_reopen(near);
	p->reopened_us = pooled_now(p);
}

/* What does not fit into that time is a clock that was set, or one that drifts. Else nothing changes: with
 * one difference for all, what was told in one order comes in that order. */
void pooled_clock(struct pooled *p, int64_t redis_now_us, int64_t sent_us)
{
	int64_t least_us = redis_now_us - pooled_now(p), most_us = redis_now_us - sent_us;

	if (p->redis_ahead_us < least_us)
		p->redis_ahead_us = least_us;
	else if (p->redis_ahead_us > most_us)
		p->redis_ahead_us = most_us;
	p->store.wall_ahead_us = apart_store(p->apart)->wall_ahead_us = p->redis_ahead_us;
}

void pooled_say(struct pooled *p, const char *format, ...)
{
	char text[900];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (p->store.on_event)
		p->store.on_event(p->store.on_class_arg, text);
}

static void say(void *arg, const char *text)
{
	pooled_say(arg, "%s", text);
}

void pooled_tell_class(struct pooled *p, const struct partner *partner, enum class before, enum class now)
{
	if (p->store.on_class)
		p->store.on_class(p->store.on_class_arg, partner, before, now);
}

/* What the twin mirrors is told by who changed it. */
static void on_class_here(void *arg, const struct partner *partner, enum class before, enum class now)
{
	struct pooled *p = arg;

	if (p->state == POOL_APART)
		pooled_tell_class(p, partner, before, now);
}

unsigned pooled_edges(const struct pooled *p)
{
	return p->conf.edges ? p->conf.edges : pool_edges(p->pool);
}

bool pooled_has_room(const struct pooled *p)
{
	return p->known < p->house.max_partners;
}

bool pooled_send(struct pooled *p, const struct script_call *call, redis_reply_fn *then, void *arg)
{
	return redis_send(p->link, call->argc, call->argv, call->lengths, then, arg);
}

bool pooled_again(struct script_call *call, const redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "NOSCRIPT", 8) != 0)
		return false;
	script_by_text(call);
	return true;
}

/* --- what holds --- */

static int64_t here(const struct pooled *p, int64_t time_us)
{
	return time_us ? time_us - p->redis_ahead_us : 0;
}

void pooled_mirror(struct pooled *p, const struct partner *partner, const struct script_hold *h, int64_t redis_now_us)
{
	struct restriction r;

	pooled_clock(p, redis_now_us, pooled_now(p) - TOLD_US);
	r = (struct restriction){
		.watched_since_us = here(p, h->watched_since_us), .watched_until_us = here(p, h->watched_until_us),
		.suspicious_since_us = here(p, h->suspicious_since_us), .suspicious_until_us = here(p, h->suspicious_until_us),
		.released_us = here(p, h->released_us),
	};
	apart_mirror(p->apart, partner, &r);
}

/* --- what a store answers --- */

static bool redis_measure(struct store *store, const struct entry *entry, const struct demand *demand, store_measured_fn *then, void *arg)
{
	return trip_measure(pooled_of(store), entry, demand, then, arg);
}

static void redis_peek(struct store *store, const struct entry *entry, const struct demand *demand, store_peeked_fn *then, void *arg)
{
	look(pooled_of(store), entry, demand, then, arg);
}

static void redis_outcome(struct store *store, const struct entry *entry, enum outcome outcome)
{
	batch_outcome(pooled_of(store), entry, outcome);
}

static void redis_count(struct store *store, const struct entry *entry, const struct store_visit *visit)
{
	batch_count(pooled_of(store), entry, visit);
}

static bool redis_release(struct store *store, const struct partner *partner)
{
	struct pooled *p = pooled_of(store);
	struct restriction none = { .released_us = INT64_MAX }, before;
	bool was = apart_restriction(p->apart, partner, &before);

	apart_mirror(p->apart, partner, &none);
	apart_forget(p->apart, partner);
	pooled_reopen(p);
	released_now(p, partner);
	if (was)
		pooled_tell_class(p, partner, before.watched_until_us ? CLASS_WATCHED : CLASS_SUSPICIOUS, CLASS_DISCOVERED);
	return was;
}

static enum orders_put redis_order(struct store *store, const struct order *order)
{
	return ordered_now(pooled_of(store), order);
}

static void redis_edges(struct store *store, void (*each)(void *, const struct store_edge *), void *arg)
{
	const struct pool_edge *edges;
	size_t count = pool_list(pooled_of(store)->pool, &edges);

	for (size_t i = 0; i < count; i++) {
		struct store_edge edge = { edges[i].name, edges[i].address, edges[i].version, edges[i].policy, edges[i].heard_us, edges[i].same_policy };

		if (!edges[i].self)
			each(arg, &edge);
	}
}

static void redis_recall(struct store *store, struct refusals_found *found, enum refused_by by, const char *text,
    void (*then)(void *, bool), void *arg)
{
	recall_find(pooled_of(store), found, by, text, then, arg);
}

static void redis_reload(struct store *store, const struct limits *limits, unsigned max_partners, const char *policy_digest)
{
	struct pooled *p = pooled_of(store);
	struct store *local = apart_store(p->apart);

	p->limits = *limits;
	p->house.max_partners = max_partners;
	pool_set_law(p->pool, policy_digest, limits);
	local->ops->reload(local, limits, max_partners, policy_digest);
	pooled_reopen(p);
}

/* Of those with a restriction this edge knows all, of strangers the pool how many there are; those that
 * are allowed nobody asks for. */
static void count_classes(struct pooled *p)
{
	uint32_t *classes = p->store.figures.classes;
	uint64_t restricted;

	memcpy(classes, apart_store(p->apart)->figures.classes, sizeof p->store.figures.classes);
	restricted = (uint64_t)classes[CLASS_WATCHED] + classes[CLASS_SUSPICIOUS];
	if (p->state == POOL_JOINED)
		classes[CLASS_DISCOVERED] = p->known > restricted ? (uint32_t)(p->known - restricted) : 0;
}

static void redis_tick(struct store *store)
{
	struct pooled *p = pooled_of(store);
	struct store *local = apart_store(p->apart);

	local->ops->tick(local);
	count_classes(p);
	nears_sweep(&p->nears, pooled_now(p));
	if (p->state == POOL_APART)
		return;
	rejoin_announce(p);
	if (p->state != POOL_JOINED)
		return;
	batch_second(p);
	merge_more(p);
	ordered_second(p);
}

static void redis_health(struct store *store, struct store_health *out)
{
	struct pooled *p = pooled_of(store);
	struct store *local = apart_store(p->apart);

	local->ops->health(local, out);
	out->keeps = p->state == POOL_JOINED;
	out->trouble = p->trouble;
	out->where = redis_where(p->link);
	out->since_us = p->state_since_us;
	out->edges = pooled_edges(p);
	out->other_policies = pool_other_policies(p->pool);
	out->partners = (uint32_t)p->known;
}

/* What is on its way is told that nothing comes back. */
static void close_links(struct pooled *p)
{
	p->state = POOL_APART;
	redis_give_up(p->link);
	redis_close(p->link);
	redis_close(p->news);
	redis_conf_clear(&p->conf);
}

static void redis_close_store(struct store *store)
{
	struct pooled *p = pooled_of(store);

	store->on_class = NULL; /* who would be told may be gone */
	store->on_event = NULL;
	store->on_order = NULL;
	close_links(p);
	timer_stop(p->house.loop, &p->batch);
	merge_clear(p);
	nears_clear(&p->nears);
	apart_free(p->apart);
	pool_free(p->pool);
	released_clear(p);
	free(p);
}

static int64_t redis_clock(struct store *store)
{
	return pooled_now(pooled_of(store));
}

/* --- opening --- */

static const struct redis_calls link_calls = { .up = rejoin_up, .down = rejoin_down };
static const struct redis_calls news_calls = { .up = rejoin_news_up, .down = rejoin_news_down, .message = rejoin_news };

static struct siphash_key random_key(void)
{
	struct siphash_key key;

	if (getrandom(key.octets, sizeof key.octets, 0) != (ssize_t)sizeof key.octets)
		abort(); /* cannot be: so few octets are given whole, or the kernel has none */
	return key;
}

static void open_links(struct pooled *p, const struct redis_conf *conf, SSL_CTX *context)
{
	struct store_redis_house *h = &p->house;

	redis_conf_copy(&p->conf, conf);
	h->conf = &p->conf;
	h->context = context;
	p->link = redis_open(h->loop, h->streams, h->resolver, h->conf, h->context, NULL, &link_calls, p);
	p->news = redis_open(h->loop, h->streams, h->resolver, h->conf, h->context, SCRIPT_CHANNEL, &news_calls, p);
}

/* The local twin keeps them, with or without Redis. */
static void share_orders(struct pooled *p)
{
	struct store *local = apart_store(p->apart);

	p->store.orders = local->orders;
	p->store.wall_ahead_us = local->wall_ahead_us;
	local->on_order = ordered_here;
	local->on_class_arg = p;
}

struct store *store_redis_open(const struct store_redis_house *house)
{
	static const struct store_ops ops = {
		.measure = redis_measure, .peek = redis_peek, .outcome = redis_outcome, .count = redis_count, .release = redis_release,
		.order = redis_order, .walk = survey_walk, .edges = redis_edges, .reload = redis_reload, .tick = redis_tick, .health = redis_health,
		.close = redis_close_store,
		.recall = redis_recall,
	};
	struct pooled *p = alloc_zero(1, sizeof *p);
	struct siphash_key key = random_key();

	p->house = *house;
	p->limits = *house->limits;
	p->house.limits = &p->limits;
	p->state_since_us = pooled_now(p);
	p->store = (struct store){ .ops = &ops, .clock_us = redis_clock, .target_key = house->target_key };
	nears_init(&p->nears, &key, house->max_partners);
	p->apart = apart_new(house->state_file, &house->target_key, house->max_partners, house->limits, clock_monotonic_us, on_class_here, p);
	share_orders(p);
	p->pool = pool_new(house->edge, house->address, say, p);
	pool_set_law(p->pool, house->policy_digest, house->limits);
	open_links(p, house->conf, house->context);
	return &p->store;
}

void store_redis_configure(struct store *store, const struct redis_conf *conf, SSL_CTX *context)
{
	struct pooled *p = pooled_of(store);

	p->house.context = context;
	if (redis_conf_same(&p->conf, conf)) {
		redis_use(p->link, context);
		redis_use(p->news, context);
		return;
	}
	if (p->state != POOL_APART)
		rejoin_down(p, "configured anew by a reload");
	close_links(p);
	open_links(p, conf, context);
}

/* --- replies that are none of ours --- */

static void on_mended(void *arg, const redisReply *reply)
{
	struct pooled *p = arg;

	if (!reply || reply->type != REDIS_REPLY_INTEGER || reply->integer <= 0)
		return; /* nothing of another type was left */
	pooled_say(p, "redis: %lld keys of another type were removed; what this edge knows is written back", reply->integer);
	p->merge_at = UINT32_MAX;
	merge_more(p); /* at once: until then Redis takes the partner for one that nothing restricts */
	ordered_begin(p);
}

/* Somebody else wrote to our keys: those of a wrong type hold nothing that could be kept. */
static void mend(struct pooled *p, const struct partner *partner)
{
	struct script_call call;

	script_mend(&call, partner);
	script_by_text(&call);
	pooled_send(p, &call, on_mended, p);
}

/* What belongs to no partner; each in a hash slot of its own, and so in a script of its own. */
static void mend_pool(struct pooled *p)
{
	static const char script[] = "if redis.call('TYPE',KEYS[1]).ok~=ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0";
	static const struct { const char *key, *type; } shared[] = {
		{ SCRIPT_KEY_EDGES, "hash" }, { SCRIPT_KEY_POOL, "hash" }, { KEY_SEEN, "zset" }, { KEY_HELD, "zset" },
		{ SCRIPT_KEY_REFUSALS, "zset" }, { KEY_LIMITED, "zset" }, { KEY_NAMED, "zset" },
		{ SCRIPT_KEY_ORDERS, "hash" }, { SCRIPT_KEY_ORDERS_AT, "zset" },
	};

	for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
		const char *argv[] = { "EVAL", script, "1", shared[i].key, shared[i].type };
		size_t lengths[] = { 4, sizeof script - 1, 1, strlen(shared[i].key), strlen(shared[i].type) };

		redis_send(p->link, 5, argv, lengths, on_mended, p);
	}
}

void pooled_wrong_reply(struct pooled *p, const struct partner *partner, const redisReply *reply)
{
	int64_t now_us = pooled_now(p);
	char words[200] = "it has another shape: is the edge of another version?", who[PARTNER_TEXT_MAX] = "the pool";
	bool error = reply->type == REDIS_REPLY_ERROR;

	if (error && strstr(reply->str, "WRONGTYPE")) {
		if (partner)
			mend(p, partner);
		else
			mend_pool(p);
	}
	if (now_us - p->complained_us < SECOND_US)
		return;
	p->complained_us = now_us;
	if (error)
		log_quote(words, sizeof words, reply->str, (size_t)reply->len);
	if (partner)
		partner_text(partner, who);
	pooled_say(p, "redis: %s: a reply for %s is of no use: %s; decided here", redis_where(p->link), who, words);
}
