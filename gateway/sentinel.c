/* One sentinel at a time: first it is heard for a switch, then asked, so that no switch can fall between
 * the two. */
#include "sentinel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "log.h"
#include "redis.h"

#define BACKOFF_LEAST_US 100000
#define BACKOFF_MOST_US 5000000
#define PING_US 5000000
#define SILENCE_US 10000000
#define HOST_MAX 255

struct sentinel {
	const struct dialer *dialer;          /* borrowed, these three */
	const struct redis_conf *conf;
	const struct sentinel_calls *calls;
	void *arg;                            /* borrowed */
	size_t at;                            /* the one in use */
	size_t failures;                      /* since one has answered */
	struct dial hear_dial, ask_dial;
	struct resp *hear, *ask;              /* owned */
	bool heard;                           /* subscribed */
	bool answered, again;                 /* the asking connection closes; it is wanted again */
	struct timer retry, tick;
	struct task next;
	int64_t backoff_us;
	char why[400];                        /* "": nothing is wrong with it, another is wanted */
};

static void hear(void *arg);

/* --- the next one --- */

/* From a clean stack: whatever it failed in is over. */
static void on_next(void *arg)
{
	struct sentinel *s = arg;
	struct loop *loop = s->dialer->streams->loop;

	dial_stop(&s->hear_dial);
	dial_stop(&s->ask_dial);
	resp_free(s->hear);
	resp_free(s->ask);
	s->hear = s->ask = NULL;
	s->heard = s->answered = s->again = false;
	timer_stop(loop, &s->tick);
	s->at = (s->at + 1) % s->conf->server_count;
	if (*s->why && ++s->failures % s->conf->server_count == 0) {
		s->backoff_us = s->backoff_us * 2 < BACKOFF_MOST_US ? s->backoff_us * 2 : BACKOFF_MOST_US;
		s->calls->lost(s->arg, s->why);
	}
	timer_set(loop, &s->retry, loop_now(loop) + s->backoff_us, hear, s);
}

static void fail(struct sentinel *s, const char *why)
{
	const struct redis_place *place = &s->conf->servers[s->at];

	if (s->next.waiting)
		return;
	snprintf(s->why, sizeof s->why, "no sentinel can say where %s is; %s port %u: %s", s->conf->master, place->host, place->port, why);
	loop_later(s->dialer->streams->loop, &s->next, on_next, s);
}

static void on_dial_failed(void *arg, const char *why, bool refused)
{
	(void)refused;
	fail(arg, why);
}

static void on_missed(void *arg)
{
	fail(arg, "it does not answer within 5 s");
}

static void on_reply(void *arg, const redisReply *reply, resp_reply_fn *waiting, void *waiting_arg)
{
	(void)arg;
	if (waiting)
		waiting(waiting_arg, reply);
}

/* --- asking --- */

static void tell(struct sentinel *s, const char *host, const char *port)
{
	unsigned number;

	if (!*host || strlen(host) > HOST_MAX || !address_port_parse(&number, port) || !number) {
		fail(s, "what it names is no host and port");
		return;
	}
	s->failures = 0;
	s->backoff_us = BACKOFF_LEAST_US;
	s->calls->master(s->arg, host, number);
}

static bool is_text(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_STRING && strlen(reply->str) == reply->len;
}

static void on_answer(void *arg, const redisReply *reply)
{
	struct sentinel *s = arg;
	char text[300];

	if (!reply)
		return; /* on_missed has it, or on_ask_closed */
	if (reply->type == REDIS_REPLY_NIL) {
		fail(s, "it does not know that name: write store.master as in `sentinel monitor`");
		return;
	}
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || !is_text(reply->element[0]) || !is_text(reply->element[1])) {
		redis_error_text(reply, text, sizeof text);
		fail(s, text);
		return;
	}
	s->answered = true;
	resp_close(s->ask, "answered");
	tell(s, reply->element[0]->str, reply->element[1]->str);
}

static void ask(struct sentinel *s);

static void on_ask_closed(void *arg, const char *why)
{
	struct sentinel *s = arg;

	if (!s->answered)
		fail(s, why);
	resp_free(s->ask);
	s->ask = NULL;
	if (s->again)
		ask(s);
}

static const struct resp_calls ask_calls = { .reply = on_reply, .missed = on_missed, .closed = on_ask_closed };

static void on_ask_ready(void *arg, struct resp *resp)
{
	struct sentinel *s = arg;
	const char *words[] = { "SENTINEL", "get-master-addr-by-name", s->conf->master };

	s->ask = resp;
	resp_set_owner(resp, &ask_calls, s);
	resp_say(resp, 3, words, DIAL_TIMEOUT_US, on_answer, s);
}

static const struct dial_calls ask_dial_calls = { on_ask_ready, on_dial_failed };

static void ask(struct sentinel *s)
{
	s->answered = s->again = false;
	dial_start(&s->ask_dial, s->dialer, &s->conf->servers[s->at], true, &ask_dial_calls, s);
}

void sentinel_ask(struct sentinel *s, bool another)
{
	if (!s->heard || s->next.waiting)
		return; /* it will be asked as soon as it is heard */
	if (another && s->conf->server_count > 1) {
		s->why[0] = '\0';
		loop_later(s->dialer->streams->loop, &s->next, on_next, s);
	} else if (s->ask && s->answered) {
		s->again = true;
	} else if (!s->ask && !s->ask_dial.busy) {
		ask(s);
	}
}

/* --- hearing --- */

static void on_tick(void *arg)
{
	struct sentinel *s = arg;
	struct loop *loop = s->dialer->streams->loop;

	if (loop_now(loop) - resp_heard_at(s->hear) > SILENCE_US) {
		fail(s, "it has said nothing for 10 s");
		return;
	}
	resp_say(s->hear, 1, (const char *const[]){ "PING" }, SILENCE_US, NULL, NULL);
	timer_set(loop, &s->tick, loop_now(loop) + PING_US, on_tick, s);
}

static void on_subscribed(void *arg, const redisReply *reply)
{
	struct sentinel *s = arg;
	struct loop *loop = s->dialer->streams->loop;
	char text[300];

	if (!reply)
		return;
	if (reply->type != REDIS_REPLY_ARRAY) {
		redis_error_text(reply, text, sizeof text);
		fail(s, text);
		return;
	}
	s->heard = true;
	timer_set(loop, &s->tick, loop_now(loop) + PING_US, on_tick, s);
	ask(s);
}

/* "NAME OLD-HOST OLD-PORT NEW-HOST NEW-PORT" */
static void on_pushed(void *arg, const redisReply *reply)
{
	struct sentinel *s = arg;
	char copy[1024], *rest = copy, *words[5];

	if (!is_text(reply->element[2]) || reply->element[2]->len >= sizeof copy)
		return;
	strcpy(copy, reply->element[2]->str);
	for (size_t i = 0; i < 5; i++)
		if (!(words[i] = strsep(&rest, " ")))
			return;
	if (strcmp(words[0], s->conf->master) == 0)
		tell(s, words[3], words[4]);
}

static void on_hear_closed(void *arg, const char *why)
{
	struct sentinel *s = arg;

	timer_stop(s->dialer->streams->loop, &s->tick);
	s->heard = false;
	fail(s, why);
	resp_free(s->hear);
	s->hear = NULL;
}

static const struct resp_calls hear_calls = {
	.reply = on_reply, .pushed = on_pushed, .missed = on_missed, .closed = on_hear_closed
};

static void on_hear_ready(void *arg, struct resp *resp)
{
	struct sentinel *s = arg;

	s->hear = resp;
	resp_set_owner(resp, &hear_calls, s);
	resp_listen(resp);
	resp_say(resp, 2, (const char *const[]){ "SUBSCRIBE", "+switch-master" }, DIAL_TIMEOUT_US, on_subscribed, s);
}

static const struct dial_calls hear_dial_calls = { on_hear_ready, on_dial_failed };

static void hear(void *arg)
{
	struct sentinel *s = arg;

	dial_start(&s->hear_dial, s->dialer, &s->conf->servers[s->at], true, &hear_dial_calls, s);
}

/* --- for the owner --- */

struct sentinel *sentinel_open(const struct dialer *dialer, const struct redis_conf *conf,
    const struct sentinel_calls *calls, void *arg)
{
	struct sentinel *s = alloc_zero(1, sizeof *s);

	*s = (struct sentinel){ .dialer = dialer, .conf = conf, .calls = calls, .arg = arg, .backoff_us = BACKOFF_LEAST_US };
	hear(s);
	return s;
}

void sentinel_close(struct sentinel *s)
{
	if (!s)
		return;
	dial_stop(&s->hear_dial);
	dial_stop(&s->ask_dial);
	resp_free(s->hear);
	resp_free(s->ask);
	timer_stop(s->dialer->streams->loop, &s->retry);
	timer_stop(s->dialer->streams->loop, &s->tick);
	loop_forget(s->dialer->streams->loop, &s->next);
	free(s);
}
