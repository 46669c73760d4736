/* The last refusals over the pool. Each edge has a hash in Redis that is as its own
 * memory of them (refusals.h), place by place, and so has its bounds; one list says which edges have.
 * Told once a second; read one edge after the other, for a question of the console. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "pooled.h"

#define KEPT_MS    INT64_C(90000000) /* a day and an hour behind the last one */
#define TOLD_MOST  128               /* in a second; the others wait for the next */
#define AT_ONCE    32                /* in one command */
#define KEY_MAX    300
#define EDGES_MOST "128"

static bool say(struct pooled *p, size_t argc, const char *const argv[], redis_reply_fn *then, void *arg)
{
	size_t lengths[2 + 2 * AT_ONCE];

	for (size_t i = 0; i < argc; i++)
		lengths[i] = strlen(argv[i]);
	return redis_send(p->link, argc, argv, lengths, then, arg);
}

/* --- telling --- */

/* Its type is another one: somebody else wrote there. */
static void mend(struct pooled *p)
{
	char key[KEY_MAX];
	const char *argv[] = { "DEL", key };

	snprintf(key, sizeof key, "%s:%s", SCRIPT_KEY_REFUSALS, p->house.edge);
	say(p, 2, argv, NULL, NULL);
}

static void on_told(void *arg, const redisReply *reply)
{
	struct pooled *p = arg;

	if (reply && reply->type == REDIS_REPLY_INTEGER)
		return;
	if (p->store.refusals)
		refusals_untell(p->store.refusals);
	if (!reply)
		return;
	if (reply->type == REDIS_REPLY_ERROR && strstr(reply->str, "WRONGTYPE"))
		mend(p);
	pooled_wrong_reply(p, NULL, reply);
}

/* False: nothing was left to tell. */
static bool tell_some(struct pooled *p, const char *key)
{
	const char *argv[2 + 2 * AT_ONCE] = { "HSET", key };
	char places[AT_ONCE][12], *texts[AT_ONCE];
	const struct refused *refused;
	unsigned place, count = 0;

	while (count < AT_ONCE && refusals_next_untold(p->store.refusals, &place, &refused)) {
		snprintf(places[count], sizeof places[count], "%u", place);
		argv[2 + 2 * count] = places[count];
		argv[3 + 2 * count] = texts[count] = refused_text(refused);
		count++;
	}
	if (count && !say(p, 2 + 2 * count, argv, on_told, p))
		refusals_untell(p->store.refusals);
	for (unsigned i = 0; i < count; i++)
		free(texts[i]);
	return count > 0;
}

static void keep_for_a_day(struct pooled *p, const char *key)
{
	char now[24], since[24], ms[24];
	int64_t redis_now_us = pooled_now(p) + p->redis_ahead_us;
	const char *add[] = { "ZADD", SCRIPT_KEY_REFUSALS, now, p->house.edge };
	const char *forget[] = { "ZREMRANGEBYSCORE", SCRIPT_KEY_REFUSALS, "-inf", since };
	const char *list[] = { "PEXPIRE", SCRIPT_KEY_REFUSALS, ms }, *own[] = { "PEXPIRE", key, ms };

	snprintf(now, sizeof now, "%" PRId64, redis_now_us);
	snprintf(since, sizeof since, "%" PRId64, redis_now_us - KEPT_MS * 1000);
	snprintf(ms, sizeof ms, "%" PRId64, KEPT_MS);
	say(p, 4, add, NULL, NULL);
	say(p, 4, forget, NULL, NULL);
	say(p, 3, list, NULL, NULL);
	say(p, 3, own, NULL, NULL);
}

void recall_tell(struct pooled *p)
{
	char key[KEY_MAX];
	bool any = false;

	if (!p->store.refusals)
		return;
	snprintf(key, sizeof key, "%s:%s", SCRIPT_KEY_REFUSALS, p->house.edge);
	for (int told = 0; told < TOLD_MOST && p->state == POOL_JOINED && tell_some(p, key); told += AT_ONCE)
		any = true;
	if (any)
		keep_for_a_day(p, key);
}

/* --- asking --- */

struct recall {
	struct pooled *pooled;            /* borrowed */
	struct refusals_found *found;     /* borrowed */
	enum refused_by by;
	char text[PARTNER_TEXT_MAX];
	char raw[REFUSED_MARK_MAX], escaped[REFUSED_MARK_MAX];
	char **edges;                     /* owned: those that have told */
	size_t count, at;
	bool by_text, whole;
	void (*then)(void *arg, bool whole);
	void *arg;
	struct script_call call;
};

static void end(struct recall *r)
{
	r->then(r->arg, r->whole);
	for (size_t i = 0; i < r->count; i++)
		free(r->edges[i]);
	free(r->edges);
	free(r);
}

static void take(struct recall *r, const redisReply *text)
{
	struct refused refused;

	if (text->type == REDIS_REPLY_STRING && refused_read(&refused, text->str, (size_t)text->len)
	    && refused_is(&refused, r->by, r->text))
		refusals_add(r->found, &refused);
}

static void ask_next(struct recall *);

static void on_recalled(void *arg, const redisReply *reply)
{
	struct recall *r = arg;

	if (reply && !r->by_text && pooled_again(&r->call, reply)) {
		r->by_text = true;
		if (pooled_send(r->pooled, &r->call, on_recalled, r))
			return;
	}
	if (!reply || reply->type != REDIS_REPLY_ARRAY)
		r->whole = false;
	else
		for (size_t i = 0; i < reply->elements; i++)
			take(r, reply->element[i]);
	r->at++;
	ask_next(r);
}

static void ask_next(struct recall *r)
{
	if (r->at < r->count) {
		script_recall(&r->call, r->edges[r->at], r->raw, r->escaped);
		if (r->by_text)
			script_by_text(&r->call);
		if (pooled_send(r->pooled, &r->call, on_recalled, r))
			return;
		r->whole = false;
	}
	end(r);
}

static void on_edges(void *arg, const redisReply *reply)
{
	struct recall *r = arg;

	r->whole = reply && reply->type == REDIS_REPLY_ARRAY;
	if (r->whole)
		r->edges = alloc_zero(reply->elements + 1, sizeof *r->edges);
	for (size_t i = 0; r->whole && i < reply->elements; i++) {
		const redisReply *edge = reply->element[i];
		struct domain name;

		if (edge->type == REDIS_REPLY_STRING && domain_parse(&name, edge->str, (size_t)edge->len))
			r->edges[r->count++] = alloc_text(name.text);
	}
	ask_next(r);
}

void recall_find(struct pooled *p, struct refusals_found *found, enum refused_by by, const char *text,
    void (*then)(void *, bool), void *arg)
{
	static const char *const argv[] = { "ZRANGEBYSCORE", SCRIPT_KEY_REFUSALS, "-inf", "+inf", "LIMIT", "0", EDGES_MOST };
	struct recall *r = alloc_zero(1, sizeof *r);

	r->pooled = p;
	r->found = found;
	r->by = by;
	r->then = then;
	r->arg = arg;
	snprintf(r->text, sizeof r->text, "%s", text);
	refused_marks(by, text, r->raw, r->escaped);
	if (p->state != POOL_JOINED || !say(p, sizeof argv / sizeof argv[0], argv, on_edges, r))
		end(r);
}
