/* One dial after another leads to a connection or to the reason why there is none: the last
 * address's, as those before it are of the same server. */
#include "dial.h"

#include <stdio.h>
#include <string.h>

#include "redis.h"

static void connect_next(struct dial *d);

static void fail(struct dial *d)
{
	d->busy = false;
	d->calls->failed(d->arg, d->why, d->refused);
}

/* --- user and password --- */

static void ready(struct dial *d)
{
	struct resp *resp = d->resp;

	timer_stop(d->dialer->streams->loop, &d->deadline);
	d->resp = NULL;
	d->busy = false;
	d->calls->ready(d->arg, resp);
}

/* The text is never shown whole: a server that does not know AUTH repeats its words, the password
 * among them. */
static void refuse(struct dial *d, const redisReply *reply)
{
	const struct redis_error *row = redis_error_of(reply);
	size_t word = reply->type == REDIS_REPLY_ERROR ? strspn(reply->str, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
	char why[200];

	if (row)
		snprintf(why, sizeof why, "%s (%s)", row->meaning, row->word);
	else
		snprintf(why, sizeof why, "it does not take AUTH (%.*s): see whether it wants a user and a password at all",
		    (int)(word < 20 ? word : 20), word ? reply->str : "");
	d->refused = !row || row->then == REDIS_WAIT;
	resp_close(d->resp, why);
}

static void on_authenticated(void *arg, const redisReply *reply)
{
	struct dial *d = arg;

	if (!reply)
		resp_close(d->resp, "it does not answer AUTH");
	else if (reply->type == REDIS_REPLY_STATUS || d->lenient)
		ready(d);
	else
		refuse(d, reply);
}

/* --- one address --- */

static void on_opened(void *arg)
{
	struct dial *d = arg;
	const char *words[] = { "AUTH", d->dialer->user, d->dialer->password };
	const char *old[] = { "AUTH", d->dialer->password };

	if (!*d->dialer->password)
		ready(d);
	else if (*d->dialer->user)
		resp_say(d->resp, 3, words, DIAL_TIMEOUT_US, on_authenticated, d);
	else
		resp_say(d->resp, 2, old, DIAL_TIMEOUT_US, on_authenticated, d);
}

static void on_reply(void *arg, const redisReply *reply, resp_reply_fn *waiting, void *waiting_arg)
{
	(void)arg;
	if (waiting)
		waiting(waiting_arg, reply);
}

static void on_closed(void *arg, const char *why)
{
	struct dial *d = arg;

	snprintf(d->why, sizeof d->why, "%s", why);
	timer_stop(d->dialer->streams->loop, &d->deadline);
	resp_free(d->resp);
	d->resp = NULL;
	if (!d->refused && d->next_address < d->found.count)
		connect_next(d);
	else
		fail(d);
}

static const struct resp_calls resp_calls = { .opened = on_opened, .reply = on_reply, .closed = on_closed };

static void on_deadline(void *arg)
{
	struct dial *d = arg;

	resp_close(d->resp, "no connection in 5 s: see that it runs, that the way to it is open, and that tls is set as it is there");
}

static void connect_next(struct dial *d)
{
	struct loop *loop = d->dialer->streams->loop;

	d->resp = resp_connect(d->dialer->streams, &d->found.address[d->next_address++], d->dialer->context,
	    d->place->host, &resp_calls, d);
	timer_set(loop, &d->deadline, loop_now(loop) + DIAL_TIMEOUT_US, on_deadline, d);
}

/* --- the place --- */

static void on_found(void *arg, const struct resolved *found)
{
	struct dial *d = arg;

	d->lookup = NULL;
	d->found = *found;
	if (found->result == RESOLVE_FOUND) {
		connect_next(d);
		return;
	}
	snprintf(d->why, sizeof d->why, "its name has no address: %s", found->why);
	fail(d);
}

void dial_start(struct dial *d, const struct dialer *dialer, const struct redis_place *place, bool lenient,
    const struct dial_calls *calls, void *arg)
{
	*d = (struct dial){ .dialer = dialer, .place = place, .calls = calls, .arg = arg, .lenient = lenient, .busy = true };
	if (*place->path) {
		address_unix(&d->found.address[0], place->path);
		d->found.count = 1;
		connect_next(d);
	} else {
		d->lookup = resolve_host(dialer->resolver, place->host, place->port, on_found, d);
	}
}

void dial_stop(struct dial *d)
{
	if (!d->busy)
		return;
	if (d->lookup)
		lookup_cancel(d->lookup);
	timer_stop(d->dialer->streams->loop, &d->deadline);
	resp_free(d->resp);
	d->lookup = NULL;
	d->resp = NULL;
	d->busy = false;
}
