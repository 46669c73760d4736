/* What is said on a connection to Redis: who are you, may a script write, are you still there. */
#include "redis_parts.h"

#include <stdio.h>
#include <string.h>

#include "../policy/rate.h"

#define MISSES_MOST 3
#define PROBE_US 500000
#define SILENCE_US 5000000          /* while it is late */
#define PING_US 5000000             /* on a channel, where nothing else may come for hours */
#define CHANNEL_SILENCE_US 10000000

static void say(struct redis *r, size_t argc, const char *const words[], resp_reply_fn *reply)
{
	resp_say(r->resp, argc, words, DIAL_TIMEOUT_US, reply, r);
}

/* --- the probe --- */

static void on_probed(void *arg, const redisReply *reply)
{
	struct redis *r = arg;
	char text[300], why[400];

	if (!reply || redis_error_of(reply))
		return; /* for on_missed and on_trouble */
	if (reply->type == REDIS_REPLY_INTEGER) {
		link_up(r);
		return;
	}
	redis_error_text(reply, text, sizeof text);
	snprintf(why, sizeof why, "a script cannot write there: %s", text);
	link_away(r, why, BACKOFF_MOST_US);
}

static void probe(struct redis *r)
{
	static const char *const words[] = { "EVAL", "redis.call('SET',KEYS[1],'1','PX',1000) return 1", "1", "fg:1:{probe}" };

	resp_say(r->resp, 4, words, r->conf->timeout_us, on_probed, r);
}

static bool is_silent(const struct redis *r, int64_t since_us, int64_t limit_us)
{
	int64_t heard = resp_heard_at(r->resp);

	return link_now(r) - (heard > since_us ? heard : since_us) >= limit_us;
}

static void on_probe_time(void *arg)
{
	struct redis *r = arg;

	if (is_silent(r, r->late_since_us, SILENCE_US)) {
		link_away(r, "it has said nothing for 5 s: see that it runs, and that the way to it is open", -1);
		return;
	}
	probe(r);
	link_set(r, &r->tick, PROBE_US, on_probe_time);
}

void talk_probe(struct redis *r)
{
	on_probe_time(r);
}

/* --- the greeting --- */

static void on_role(void *arg, const redisReply *reply)
{
	struct redis *r = arg;
	char why[320];

	if (!reply || redis_error_of(reply))
		return;
	if (reply->type != REDIS_REPLY_ARRAY || !reply->elements || reply->element[0]->type != REDIS_REPLY_STRING) {
		redis_error_text(reply, why, sizeof why);
		link_away(r, why, BACKOFF_MOST_US);
	} else if (strcmp(reply->element[0]->str, "master") != 0) {
		r->doubt = true;
		link_away(r, "it is a replica, which takes no writes: name the master, or let sentinels say which it is", -1);
	} else {
		link_late(r);
	}
}

static void ask_role(struct redis *r)
{
	say(r, 1, (const char *const[]){ "ROLE" }, on_role);
}

static void on_selected(void *arg, const redisReply *reply)
{
	struct redis *r = arg;
	char text[300], why[400];

	if (!reply || redis_error_of(reply))
		return;
	if (reply->type == REDIS_REPLY_STATUS) {
		ask_role(r);
		return;
	}
	redis_error_text(reply, text, sizeof text);
	snprintf(why, sizeof why, "store.database %u: %s", r->conf->database, text);
	link_away(r, why, BACKOFF_MOST_US);
}

static void select_database(struct redis *r)
{
	char number[12];

	snprintf(number, sizeof number, "%u", r->conf->database);
	say(r, 2, (const char *const[]){ "SELECT", number }, on_selected);
}

/* --- a channel --- */

static void on_ping_time(void *arg)
{
	struct redis *r = arg;

	if (is_silent(r, 0, CHANNEL_SILENCE_US)) {
		link_away(r, "it has said nothing for 10 s: see that it runs, and that the way to it is open", -1);
		return;
	}
	say(r, 1, (const char *const[]){ "PING" }, NULL);
	link_set(r, &r->tick, PING_US, on_ping_time);
}

static void on_subscribed(void *arg, const redisReply *reply)
{
	struct redis *r = arg;
	char why[320];

	if (!reply || redis_error_of(reply))
		return;
	if (reply->type == REDIS_REPLY_ARRAY) {
		link_set(r, &r->tick, PING_US, on_ping_time);
		link_up(r);
		return;
	}
	redis_error_text(reply, why, sizeof why);
	link_away(r, why, BACKOFF_MOST_US);
}

static void subscribe(struct redis *r)
{
	resp_listen(r->resp);
	say(r, 2, (const char *const[]){ "SUBSCRIBE", r->channel }, on_subscribed);
}

static void on_pushed(void *arg, const redisReply *reply)
{
	struct redis *r = arg;
	const redisReply *payload = reply->element[2];

	if (r->state == UP && payload->type == REDIS_REPLY_STRING)
		r->calls->message(r->arg, payload->str, payload->len);
}

/* --- whatever comes, or does not --- */

static void on_missed(void *arg)
{
	struct redis *r = arg;
	char limit[RATE_TEXT_MAX], why[200];

	if (r->state == GREETING)
		link_away(r, "it does not answer within 5 s: see what holds it up", -1);
	else if (r->state == UP && !r->channel && ++r->misses >= MISSES_MOST)
		link_late(r);
	if (r->state != LATE || *r->said)
		return;
	duration_text(r->conf->timeout_us, limit);
	snprintf(why, sizeof why, "its answers take longer than %s: see what holds it up, or raise store.timeout", limit);
	link_say_down(r, why);
}

/* Of the whole server. Who waited for this reply has had it. */
static void on_trouble(struct redis *r, const struct redis_error *row, const redisReply *reply)
{
	char why[400];

	redis_error_text(reply, why, sizeof why);
	if (row->then == REDIS_LEAVE)
		r->doubt = true;
	if (row->then != REDIS_PROBE || r->state == GREETING || r->channel) {
		link_away(r, why, row->then == REDIS_WAIT ? BACKOFF_MOST_US : -1);
		return;
	}
	if (r->state == UP)
		link_late(r);
	link_say_down(r, why);
}

static void on_reply(void *arg, const redisReply *reply, resp_reply_fn *waiting, void *waiting_arg)
{
	struct redis *r = arg;
	const struct redis_error *row = redis_error_of(reply);

	if (waiting)
		r->misses = 0;
	r->troubled = row && row->server; /* down already for who gets the reply */
	if (waiting)
		waiting(waiting_arg, reply);
	if (r->troubled && r->state != AWAY)
		on_trouble(r, row, reply);
	r->troubled = false;
}

static const struct resp_calls resp_calls = {
	.reply = on_reply, .pushed = on_pushed, .missed = on_missed, .closed = link_closed
};

void talk_greet(struct redis *r, struct resp *resp)
{
	r->resp = resp;
	resp_set_owner(resp, &resp_calls, r);
	if (r->channel)
		subscribe(r);
	else if (r->conf->database)
		select_database(r);
	else
		ask_role(r);
}
