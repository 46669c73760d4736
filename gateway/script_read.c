/* What the scripts reply, read strictly: a reply of another shape is of somebody
 * else, or of another version, and decides nothing. */
#include "script.h"

#include <string.h>

#define HOLD_TIMES 5
#define NEWS_TIMES (HOLD_TIMES + 1)
#define NUMBER_END (INT64_C(1) << 53) /* what Lua tells exactly */

enum { STANDING_SUSPICIOUS = 1, STANDING_UNKNOWN = 2 }; /* as in outcome.lua and release.lua */

enum { /* places in the reply to SCRIPT_ADMIT */
	AT_NOW, AT_MARKS, AT_CLASS, AT_WAIT, AT_RETRY, AT_REFUSED_UNTIL, AT_OWN,
	AT_PROVIDER = AT_OWN + HOLD_TIMES, AT_END = AT_PROVIDER + HOLD_TIMES,
	AT_FIGURES = AT_END, FIGURES = 7, AT_PEEK_END = AT_FIGURES + 2 * FIGURES
};

enum { /* as in admit.lua */
	MARK_ADMITTED = 1, MARK_SUSPICIOUS = 2, MARK_BECAME_WATCHED = 4, MARK_PROVIDER_DECIDED = 8,
	MARK_STOPPED_WATCHED = 16, MARK_STOPPED_SUSPICIOUS = 32, MARK_PROVIDER_STOPPED_WATCHED = 64,
	MARK_CREATED = 128, MARK_SHARED = 256, MARK_USUAL_DECIDED = 512, MARKS_END = 1024
};

static const enum class classes[] = { CLASS_DISCOVERED, CLASS_SUSPICIOUS, CLASS_WATCHED };

#define CLASSES_TOLD ((int64_t)(sizeof(classes) / sizeof(classes[0])))

/* None below 0, and none that would overflow where times are added. */
static bool is_number(const redisReply *reply)
{
	return reply && reply->type == REDIS_REPLY_INTEGER && reply->integer >= 0 && reply->integer < NUMBER_END;
}

/* An array of so many of them. */
static bool read_numbers(int64_t *out, size_t count, const redisReply *reply)
{
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_number(reply->element[i]))
			return false;
		out[i] = reply->element[i]->integer;
	}
	return true;
}

static struct script_hold hold_of(const int64_t times[HOLD_TIMES])
{
	return (struct script_hold){ times[0], times[1], times[2], times[3], times[4] };
}

static struct reading reading_of(const int64_t *n)
{
	int64_t marks = n[AT_MARKS];

	return (struct reading){
		.class = classes[n[AT_CLASS]],
		.admitted = marks & MARK_ADMITTED,
		.wait_us = n[AT_WAIT],
		.slot_us = n[AT_NOW] + n[AT_WAIT],
		.retry_us = n[AT_RETRY],
		.refused_until_us = n[AT_REFUSED_UNTIL],
		.suspicious = marks & MARK_SUSPICIOUS,
		.usual_decided = marks & MARK_USUAL_DECIDED,
		.became_watched = marks & MARK_BECAME_WATCHED,
		.provider_decided = marks & MARK_PROVIDER_DECIDED,
		.stopped_watched = marks & MARK_STOPPED_WATCHED,
		.stopped_suspicious = marks & MARK_STOPPED_SUSPICIOUS,
		.provider_stopped_watched = marks & MARK_PROVIDER_STOPPED_WATCHED,
		.known = true,
	};
}

bool script_read_admit(struct script_reading *out, const redisReply *reply)
{
	int64_t n[AT_END] = { 0 };

	*out = (struct script_reading){ 0 };
	if (read_numbers(n, 1, reply)) {
		out->unknown = true;
		out->now_us = n[AT_NOW];
		return true;
	}
	if (!read_numbers(n, AT_OWN, reply) && !read_numbers(n, AT_END, reply))
		return false;
	if (n[AT_MARKS] >= MARKS_END || n[AT_CLASS] >= CLASSES_TOLD)
		return false;
	out->seen = reading_of(n);
	out->now_us = n[AT_NOW];
	out->created = n[AT_MARKS] & MARK_CREATED;
	out->shared = n[AT_MARKS] & MARK_SHARED;
	out->own = hold_of(n + AT_OWN);
	out->provider = hold_of(n + AT_PROVIDER);
	return true;
}

static int64_t ahead(int64_t time_us, int64_t now_us)
{
	return time_us > now_us ? time_us - now_us : 0;
}

static uint32_t count_of(int64_t number)
{
	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static struct figures figures_of(const int64_t *n, const struct script_hold *hold, const struct limits *limits, int64_t now_us)
{
	struct figures f = {
		.rate = limits->rate, .suspicious_rate = limits->suspicious_rate,
		.used = count_of(n[0]), .suspicious_used = count_of(n[1]), .waiting = count_of(n[2]), .distinct_uris = count_of(n[3]),
		.successes = count_of(n[4]), .failures = count_of(n[5]), .target_known = n[6] != 0,
		.watched = hold->watched_until_us && limits->distinct_uris,
		.suspicious = hold->suspicious_until_us && limits->min_responses,
	};

	if (f.watched) {
		f.watched_since_us = ahead(now_us, hold->watched_since_us);
		f.watched_until_us = ahead(hold->watched_until_us, now_us);
	}
	if (f.suspicious) {
		f.suspicious_since_us = ahead(now_us, hold->suspicious_since_us);
		f.suspicious_until_us = ahead(hold->suspicious_until_us, now_us);
	}
	return f;
}

bool script_read_peek(struct script_glimpse *out, const struct entry *entry, const redisReply *reply)
{
	int64_t n[AT_PEEK_END] = { 0 };
	struct script_hold own, provider;
	struct reading *seen = &out->glimpse.seen;

	*out = (struct script_glimpse){ 0 };
	if (read_numbers(n, 1, reply)) {
		out->unknown = true;
		out->now_us = n[AT_NOW];
		return true;
	}
	if (!read_numbers(n, AT_PEEK_END, reply) || n[AT_MARKS] >= MARKS_END || n[AT_CLASS] >= CLASSES_TOLD)
		return false;
	out->now_us = n[AT_NOW];
	out->created = n[AT_MARKS] & MARK_CREATED;
	out->shared = n[AT_MARKS] & MARK_SHARED;
	own = hold_of(n + AT_OWN);
	provider = hold_of(n + AT_PROVIDER);
	*seen = reading_of(n);
	seen->stopped_watched = seen->stopped_suspicious = seen->provider_stopped_watched = false;
	out->glimpse.own = figures_of(n + AT_FIGURES, &own, &entry->limits, out->now_us);
	if (entry->has_provider)
		out->glimpse.provider = figures_of(n + AT_FIGURES + FIGURES, &provider, &entry->provider_limits, out->now_us);
	return true;
}

static bool read_standing(struct script_standing *out, const redisReply *reply)
{
	int64_t n[2 + HOLD_TIMES];

	*out = (struct script_standing){ 0 };
	if (read_numbers(n, 1, reply)) {
		out->unknown = true;
		out->now_us = n[0];
		return true;
	}
	if (!read_numbers(n, 2 + HOLD_TIMES, reply) || n[1] > STANDING_UNKNOWN)
		return false;
	out->now_us = n[0];
	out->became_suspicious = n[1] == STANDING_SUSPICIOUS;
	out->unknown = n[1] == STANDING_UNKNOWN;
	out->own = hold_of(n + 2);
	return true;
}

bool script_read_outcome(struct script_standing *out, const redisReply *reply)
{
	return read_standing(out, reply);
}

/* Takes a decimal number and what ends it off the front. */
static bool take_number(int64_t *out, const char **at, const char *end, char stop)
{
	int64_t number = 0;
	const char *p = *at;

	while (p < end && *p >= '0' && *p <= '9' && number < NUMBER_END)
		number = number * 10 + (*p++ - '0');
	if (p == *at || number >= NUMBER_END || p > end || (stop ? p == end || *p != stop : p != end))
		return false;
	*out = number;
	*at = p + (stop != 0);
	return true;
}

bool script_read_news(struct script_news *out, const char *payload, size_t length)
{
	const char *end = payload + length, *key = memchr(payload, '\n', length), *at = NULL;
	int64_t n[NEWS_TIMES];

	*out = (struct script_news){ 0 };
	if (key)
		at = memchr(key + 1, '\n', (size_t)(end - key - 1));
	if (!at || key == payload || (size_t)(key - payload) >= sizeof(out->edge))
		return false;
	if (!partner_from_key(&out->partner, key + 1, (size_t)(at - key - 1)))
		return false;
	at++;
	for (int i = 0; i < NEWS_TIMES; i++) {
		if (!take_number(&n[i], &at, end, i + 1 < NEWS_TIMES ? ' ' : '\0'))
			return false;
	}
	memcpy(out->edge, payload, (size_t)(key - payload));
	out->hold = hold_of(n);
	out->now_us = n[HOLD_TIMES];
	return true;
}

static const char *text_of(const redisReply *reply)
{
	if (!reply || reply->type != REDIS_REPLY_STRING || strlen(reply->str) != (size_t)reply->len)
		return NULL;
	return reply->str;
}

static bool read_edge(struct script_edge *out, redisReply *const *four)
{
	*out = (struct script_edge){ text_of(four[0]), text_of(four[1]), text_of(four[2]), 0 };
	if (!out->name || !out->instance || !out->text)
		return false;
	if (!is_number(four[3]))
		return false;
	out->age_us = four[3]->integer;
	return true;
}

static bool read_pool(struct script_pool *out, redisReply *const *three)
{
	const char *id = text_of(three[1]);

	if (!is_number(three[0]) || !id || strlen(id) > SCRIPT_POOL_ID_MAX)
		return false;
	if (!three[2] || three[2]->type != REDIS_REPLY_STRING || (size_t)three[2]->len != sizeof(out->target_key.octets))
		return false;
	out->now_us = three[0]->integer;
	memcpy(out->id, id, strlen(id) + 1);
	memcpy(out->target_key.octets, three[2]->str, sizeof(out->target_key.octets));
	return true;
}

bool script_read_announce(struct script_pool *out, const redisReply *reply)
{
	size_t count;

	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements % 4 != 3)
		return false;
	count = reply->elements / 4;
	if (count > SCRIPT_EDGES_MAX || !read_pool(out, reply->element))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_edge(&out->edges[i], reply->element + 3 + 4 * i))
			return false;
	}
	out->count = (int)count;
	return true;
}

static bool read_order(struct script_orders *out, const redisReply *number, const redisReply *text)
{
	if (!is_number(number) || !text || text->type != REDIS_REPLY_STRING)
		return false;
	out->last = number->integer;
	out->count += order_read(&out->orders[out->count], text->str, (size_t)text->len);
	return true;
}

bool script_read_orders(struct script_orders *out, const redisReply *reply)
{
	*out = (struct script_orders){ .count = 0 };
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements % 2 || reply->elements > 2 * SCRIPT_ORDERS_PAGE)
		return false;
	for (size_t i = 0; i < reply->elements; i += 2)
		if (!read_order(out, reply->element[i], reply->element[i + 1]))
			return false;
	out->full = reply->elements == 2 * SCRIPT_ORDERS_PAGE;
	return true;
}

bool script_news_of_orders(const char *payload, size_t length)
{
	static const char words[] = "\n=orders\n";
	size_t end = sizeof(words) - 1;

	return length > end && memcmp(payload + length - end, words, end) == 0;
}
