/* The link's life: away, greeting, up, late. Each change of state is in one function here. */
#include "redis_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "log.h"
#include "tls.h"

#define STEADY_US 2000000

/* --- a change of state --- */

int64_t link_now(const struct redis *r)
{
	return loop_now(r->dialer.streams->loop);
}

void link_set(struct redis *r, struct timer *t, int64_t in_us, void (*fire)(void *))
{
	timer_set(r->dialer.streams->loop, t, link_now(r) + in_us, fire, r);
}

void link_stop(struct redis *r, struct timer *t)
{
	timer_stop(r->dialer.streams->loop, t);
}

void link_say_down(struct redis *r, const char *why)
{
	if (strcmp(why, r->said) == 0)
		return;
	snprintf(r->said, sizeof r->said, "%s", why);
	r->calls->down(r->arg, r->said);
}

void link_up(struct redis *r)
{
	if (r->state == UP)
		return;
	if (!r->channel)
		link_stop(r, &r->tick);
	r->state = UP;
	r->up_since_us = link_now(r);
	r->misses = 0;
	r->said[0] = '\0';
	r->calls->up(r->arg);
}

/* One that opens and fails at once was not up: it is tried ever more seldom. */
static void leave(struct redis *r, enum state state)
{
	if (r->state == UP && link_now(r) - r->up_since_us > STEADY_US)
		r->backoff_us = BACKOFF_LEAST_US;
	r->state = state;
	link_stop(r, &r->tick);
}

void link_late(struct redis *r)
{
	leave(r, LATE);
	r->late_since_us = link_now(r);
	resp_give_up(r->resp);
	talk_probe(r);
}

void link_away(struct redis *r, const char *why, int64_t wait_us)
{
	leave(r, AWAY);
	r->wait_us = wait_us;
	resp_give_up(r->resp);
	link_say_down(r, why);
	resp_close(r->resp, why);
}

/* --- connecting --- */

static void try_now(void *arg);

static void try_later(struct redis *r)
{
	int64_t wait = r->wait_us;

	if (wait < 0) {
		wait = r->backoff_us;
		r->backoff_us = wait * 2 < BACKOFF_MOST_US ? wait * 2 : BACKOFF_MOST_US;
	}
	r->wait_us = -1;
	link_set(r, &r->retry, wait, try_now);
}

void link_closed(void *arg, const char *why)
{
	struct redis *r = arg;

	if (r->state != AWAY) {
		leave(r, AWAY);
		link_say_down(r, why);
	}
	resp_free(r->resp);
	r->resp = NULL;
	try_later(r);
}

static void on_ready(void *arg, struct resp *resp)
{
	struct redis *r = arg;

	r->state = GREETING;
	talk_greet(r, resp);
}

static void on_failed(void *arg, const char *why, bool refused)
{
	struct redis *r = arg;

	r->wait_us = refused ? BACKOFF_MOST_US : -1;
	link_say_down(r, why);
	try_later(r);
}

static const struct dial_calls dial_calls = { on_ready, on_failed };

static void try_now(void *arg)
{
	struct redis *r = arg;

	if (r->sentinel && !r->known) {
		sentinel_ask(r->sentinel, r->doubt);
		r->doubt = false;
		return;
	}
	r->known = false;
	dial_start(&r->dial, &r->dialer, r->place, false, &dial_calls, r);
}

/* --- the master, by its sentinels --- */

static char *text_of(const struct redis_place *place)
{
	char *text;

	if (*place->path)
		return alloc_text(place->path);
	if (asprintf(&text, strchr(place->host, ':') ? "[%s]:%u" : "%s:%u", place->host, place->port) < 0)
		abort();
	return text;
}

static void set_master(struct redis *r, const char *host, unsigned port)
{
	free(r->master.host);
	r->master = (struct redis_place){ .host = alloc_text(host), .port = port, .path = "" };
	r->place = &r->master;
	free(r->where);
	r->where = text_of(r->place);
}

static void switch_to(struct redis *r, const char *host, unsigned port)
{
	char quoted[200], why[320];

	dial_stop(&r->dial);
	if (r->resp && r->state != AWAY) {
		snprintf(why, sizeof why, "the sentinels have made %s port %u the master: it is connected to now",
		    log_quote(quoted, sizeof quoted, host, strlen(host)), port);
		link_away(r, why, 0);
	}
	set_master(r, host, port);
}

static void on_master(void *arg, const char *host, unsigned port)
{
	struct redis *r = arg;
	bool same = r->place && r->place->port == port && strcmp(r->place->host, host) == 0;

	r->said_sentinels = false;
	if (same && (r->resp || r->dial.busy))
		return;
	if (!same)
		switch_to(r, host, port);
	r->known = true;
	if (r->resp)
		r->wait_us = 0; /* from where it is closed */
	else
		link_set(r, &r->retry, 0, try_now);
}

/* Without sentinels a master that answers is as good as before. */
static void on_lost(void *arg, const char *why)
{
	struct redis *r = arg;

	if (r->state == AWAY && !r->dial.busy)
		link_say_down(r, why);
	else if (!r->said_sentinels)
		log_line(LEVEL_WARNING, "redis: %s; the connection to %s stays", why, r->where);
	r->said_sentinels = true;
}

static const struct sentinel_calls sentinel_calls = { on_master, on_lost };

/* --- for the owner --- */

bool redis_context(SSL_CTX **out, const struct redis_conf *conf, char *why, size_t size)
{
	struct tls_files files = { .certificate = "", .key = "", .ca = *conf->ca ? conf->ca : NULL, .crl = "" };

	*out = conf->tls ? tls_context(&files, why, size) : NULL;
	return *out || !conf->tls;
}

static void start(struct redis *r)
{
	if (*r->conf->master) {
		r->where = alloc_text(r->conf->master);
		r->sentinel = sentinel_open(&r->dialer, r->conf, &sentinel_calls, r);
	} else {
		r->place = r->conf->servers;
		r->where = text_of(r->place);
		link_set(r, &r->retry, 0, try_now);
	}
}

struct redis *redis_open(struct loop *loop, struct streams *streams, struct resolver *resolver, const struct redis_conf *conf,
    SSL_CTX *context, const char *channel, const struct redis_calls *calls, void *arg)
{
	struct redis *r = alloc_zero(1, sizeof *r);

	(void)loop; /* it is the streams' */
	r->dialer = (struct dialer){ streams, resolver, context, conf->user, conf->password };
	r->conf = conf;
	r->channel = channel;
	r->calls = calls;
	r->arg = arg;
	r->backoff_us = BACKOFF_LEAST_US;
	r->wait_us = -1;
	start(r);
	return r;
}

void redis_close(struct redis *r)
{
	if (!r)
		return;
	sentinel_close(r->sentinel);
	dial_stop(&r->dial);
	resp_free(r->resp);
	link_stop(r, &r->retry);
	link_stop(r, &r->tick);
	free(r->master.host);
	free(r->where);
	free(r);
}

void redis_give_up(struct redis *r)
{
	if (r->resp)
		resp_give_up(r->resp);
}

void redis_use(struct redis *r, SSL_CTX *context)
{
	r->dialer.context = context;
}

bool redis_is_up(const struct redis *r)
{
	return r->state == UP && !r->troubled;
}

const char *redis_where(const struct redis *r)
{
	return r->where;
}

bool redis_send(struct redis *r, size_t argc, const char *const argv[], const size_t lengths[],
    redis_reply_fn *reply, void *arg)
{
	return redis_is_up(r) && !r->channel && resp_send(r->resp, argc, argv, lengths, r->conf->timeout_us, reply, arg);
}
