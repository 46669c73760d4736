/* What the scripts reply, read strictly: a reply of another shape is of somebody
 * else, or of another version, and decides nothing. */
#include "script.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define HOLD_TIMES 5

enum { /* places in the reply to SCRIPT_ADMIT */
	AT_NOW, AT_MARKS, AT_CLASS, AT_WAIT, AT_RETRY, AT_REFUSED_UNTIL, AT_OWN,
	AT_PROVIDER = AT_OWN + HOLD_TIMES, AT_END = AT_PROVIDER + HOLD_TIMES
};

enum { /* as in admit.lua */
	MARK_ADMITTED = 1, MARK_SUSPICIOUS = 2, MARK_BECAME_WATCHED = 4, MARK_PROVIDER_DECIDED = 8,
	MARK_STOPPED_WATCHED = 16, MARK_STOPPED_SUSPICIOUS = 32, MARK_PROVIDER_STOPPED_WATCHED = 64,
	MARK_CREATED = 128, MARK_SHARED = 256, MARKS_END = 512
};

static const enum class classes[] = { CLASS_DISCOVERED, CLASS_SUSPICIOUS, CLASS_WATCHED };

/* An array of so many integers, none below 0. */
static bool read_numbers(int64_t *out, size_t count, const redisReply *reply)
{
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const redisReply *element = reply->element[i];

		if (!element || element->type != REDIS_REPLY_INTEGER || element->integer < 0)
			return false;
		out[i] = element->integer;
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
		.retry_us = n[AT_RETRY],
		.refused_until_us = n[AT_REFUSED_UNTIL],
		.suspicious = marks & MARK_SUSPICIOUS,
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
	if (!read_numbers(n, AT_PROVIDER, reply) && !read_numbers(n, AT_END, reply))
		return false;
	if (n[AT_MARKS] >= MARKS_END || n[AT_CLASS] >= (int64_t)(sizeof(classes) / sizeof(classes[0])))
		return false;
	out->seen = reading_of(n);
	out->now_us = n[AT_NOW];
	out->created = n[AT_MARKS] & MARK_CREATED;
	out->shared = n[AT_MARKS] & MARK_SHARED;
	out->own = hold_of(n + AT_OWN);
	out->provider = hold_of(n + AT_PROVIDER);
	return true;
}
