/* Whom the pool restricts, in one list, so that an edge that joins can mirror them. It may be long: it is
 * read in pages, the next one when all that the last one named has been asked for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pooled.h"

#define PAGE_MOST 64
#define PAGE_TEXT "64"

static bool say(struct pooled *p, size_t argc, const char *const argv[], redis_reply_fn *then)
{
	size_t lengths[9];

	for (size_t i = 0; i < argc; i++)
		lengths[i] = strlen(argv[i]);
	return redis_send(p->link, argc, argv, lengths, then, then ? p : NULL);
}

static void put_time(char out[HELD_SCORE_MAX], int64_t time_us)
{
	snprintf(out, HELD_SCORE_MAX, "%" PRId64, time_us);
}

/* --- the list --- */

void held_add(struct pooled *p, const struct partner *partner, const struct script_hold *h, int64_t redis_now_us)
{
	char key[PARTNER_KEY_MAX], until[HELD_SCORE_MAX];
	const char *argv[] = { "ZADD", KEY_HELD, until, key };
	int64_t last_us = h->suspicious_since_us ? h->suspicious_until_us + p->house.limits->suspicion_window_us : 0;

	if (h->watched_until_us > last_us)
		last_us = h->watched_until_us;
	if (last_us <= redis_now_us || !partner_key(partner, key))
		return;
	put_time(until, last_us);
	say(p, 4, argv, NULL);
}

void held_forget(struct pooled *p, int64_t redis_now_us)
{
	char now[HELD_SCORE_MAX];
	const char *argv[] = { "ZREMRANGEBYSCORE", KEY_HELD, "-inf", now };

	put_time(now, redis_now_us);
	say(p, 4, argv, NULL);
}

/* --- reading it --- */

static const char *text_at(const redisReply *page, size_t i)
{
	const redisReply *text = page->element[i];

	return text->type == REDIS_REPLY_STRING && text->len < HELD_SCORE_MAX ? text->str : "";
}

/* Behind the last one: of its score as many are passed over as have been read. */
static void go_behind(struct pooled *p, const redisReply *page)
{
	const char *last = text_at(page, page->elements - 1);
	unsigned same = 0;

	for (size_t i = page->elements; i >= 2 && strcmp(text_at(page, i - 1), last) == 0; i -= 2)
		same++;
	if (strcmp(last, p->held_from) != 0)
		p->held_skip = 0;
	snprintf(p->held_from, sizeof p->held_from, "%s", last);
	p->held_skip += same;
}

static void on_page(void *arg, const redisReply *page)
{
	struct pooled *p = arg;
	struct partner partner;

	p->held_asked = false;
	if (!page)
		return; /* asked again a second later, or when Redis is back */
	p->held_left = false;
	if (page->type != REDIS_REPLY_ARRAY || page->elements % 2) {
		pooled_wrong_reply(p, NULL, page);
		return;
	}
	if (page->elements == 2 * PAGE_MOST) {
		go_behind(p, page);
		p->held_left = true;
	}
	for (size_t i = 0; i < page->elements; i += 2) {
		const redisReply *key = page->element[i];

		if (key->type == REDIS_REPLY_STRING && partner_from_key(&partner, key->str, (size_t)key->len))
			merge_ask(p, &partner);
	}
	held_more(p);
}

void held_begin(struct pooled *p)
{
	put_time(p->held_from, pooled_now(p) + p->redis_ahead_us);
	p->held_skip = 0;
	p->held_left = true;
	held_more(p);
}

void held_more(struct pooled *p)
{
	char skip[16];
	const char *argv[] = { "ZRANGEBYSCORE", KEY_HELD, p->held_from, "+inf", "WITHSCORES", "LIMIT", skip, PAGE_TEXT };

	if (!p->held_left || p->held_asked || p->merging)
		return;
	snprintf(skip, sizeof skip, "%u", p->held_skip);
	p->held_asked = say(p, 8, argv, on_page);
}
