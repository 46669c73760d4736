/* RESP over a stream: hiredis formats commands and reads replies. It believes whatever length
 * is announced, so that is bounded here. */
#include "resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "log.h"
#include "tls.h"
#include "waiters.h"

/* The shortest element is three octets, as in "+\r\n". */
#define ELEMENTS_MAX (RESP_REPLY_MAX / 3)

#if HIREDIS_MAJOR >= 1
typedef size_t array_length;
#else
typedef int array_length;
#endif

struct resp {
	struct loop *loop;      /* borrowed */
	struct stream *stream;  /* NULL: closed */
	const struct resp_calls *calls; /* borrowed */
	void *arg;              /* borrowed */
	char *host;             /* owned */
	redisReader *reader;    /* owned */
	redisReplyObjectFunctions *hiredis; /* borrowed: how it makes objects */
	redisReplyObjectFunctions bounded;  /* the same, but for arrays */
	struct waiters waiters;
	size_t unfinished, announced; /* octets and elements since the last whole reply */
	int64_t heard_us;
	bool listens, ending;
	char why[240];          /* what went wrong, and the remedy; "": the stream says it */
};

static void on_missed(void *arg)
{
	struct resp *r = arg;

	if (r->calls->missed)
		r->calls->missed(r->arg);
}

void resp_give_up(struct resp *r)
{
	waiters_give_up(&r->waiters);
}

/* --- out --- */

bool resp_send(struct resp *r, size_t argc, const char *const argv[], const size_t lengths[],
    int64_t timeout_us, resp_reply_fn *reply, void *arg)
{
	long long size;
	char *octets;

	if (r->ending)
		return false;
	size = redisFormatCommandArgv(&octets, (int)argc, (const char **)argv, lengths);
	if (size < 0)
		abort(); /* out of memory */
	stream_send(r->stream, octets, (size_t)size);
	redisFreeCommand(octets);
	waiters_add(&r->waiters, reply, arg, timeout_us);
	return true;
}

bool resp_say(struct resp *r, size_t argc, const char *const words[], int64_t timeout_us, resp_reply_fn *reply, void *arg)
{
	size_t lengths[RESP_WORDS_MAX];

	for (size_t i = 0; i < argc; i++)
		lengths[i] = strlen(words[i]);
	return resp_send(r, argc, words, lengths, timeout_us, reply, arg);
}

void resp_close(struct resp *r, const char *why)
{
	if (r->ending)
		return;
	r->ending = true;
	snprintf(r->why, sizeof r->why, "%s", why);
	stream_close(r->stream, why);
}

/* --- in --- */

/* hiredis would reserve room for 5x10^7 elements on one short line's word. */
static void *make_array(const redisReadTask *task, array_length length)
{
	struct resp *r = task->privdata;

	r->announced += (size_t)length;
	if (r->announced > ELEMENTS_MAX)
		return NULL;
	return r->hiredis->createArray(task, length);
}

static bool is_message(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 && reply->element[0]->type == REDIS_REPLY_STRING
	    && strcmp(reply->element[0]->str, "message") == 0;
}

static void take(struct resp *r, const redisReply *reply)
{
	struct waiter w;

	r->unfinished = r->reader->len - r->reader->pos;
	r->announced = 0;
	r->heard_us = loop_now(r->loop);
	if (r->listens && is_message(reply)) {
		if (r->calls->pushed)
			r->calls->pushed(r->arg, reply);
	} else if (waiters_take(&r->waiters, &w)) {
		r->calls->reply(r->arg, reply, w.reply, w.arg);
	} else {
		resp_close(r, "it sent a reply that nobody asked for: is it Redis?");
	}
}

static void say_broken(struct resp *r)
{
	char quoted[120], why[240];

	if (r->announced > ELEMENTS_MAX) {
		resp_close(r, "it announced a reply that is too long");
		return;
	}
	log_quote(quoted, sizeof quoted, r->reader->errstr, strlen(r->reader->errstr));
	snprintf(why, sizeof why, "what it sends is not Redis' protocol (%s): is it Redis, and is tls set as it is there?", quoted);
	resp_close(r, why);
}

static size_t on_input(void *arg, const char *octets, size_t size)
{
	struct resp *r = arg;
	int good = redisReaderFeed(r->reader, octets, size);
	void *reply = NULL;

	r->unfinished += size;
	while (!r->ending && good == REDIS_OK) {
		good = redisReaderGetReply(r->reader, &reply);
		if (good != REDIS_OK || !reply)
			break;
		take(r, reply);
		freeReplyObject(reply);
	}
	if (r->ending)
		return size;
	if (good != REDIS_OK)
		say_broken(r);
	else if (r->unfinished > RESP_REPLY_MAX)
		resp_close(r, "it sent a reply that is too long");
	return size;
}

/* --- the life of a connection --- */

static bool is_host(struct resp *r, SSL *ssl)
{
	char why[160];
	struct tls_peer peer;
	bool good;

	if (!tls_peer_read(&peer, ssl, why, sizeof why)) {
		resp_close(r, why);
		return false;
	}
	good = tls_peer_is(&peer, ssl, r->host);
	tls_peer_clear(&peer);
	if (!good) {
		snprintf(why, sizeof why, "its certificate does not prove %s: put that name into it, or write the name that it has", r->host);
		resp_close(r, why);
	}
	return good;
}

static void on_opened(void *arg)
{
	struct resp *r = arg;
	SSL *ssl = stream_ssl(r->stream);

	r->heard_us = loop_now(r->loop);
	stream_never_idle(r->stream);
	if (ssl && !is_host(r, ssl))
		return;
	if (r->calls->opened)
		r->calls->opened(r->arg);
}

static void on_refused(void *arg)
{
	struct resp *r = arg;

	char why[120];

	tls_failure(stream_ssl(r->stream), why, sizeof why);
	snprintf(r->why, sizeof r->why, "TLS failed: %s: see that tls and ca fit the server", why);
}

/* Over the mark commands only wait longer, and their deadlines say so. */
static void on_level(void *arg)
{
	(void)arg;
}

/* The words outlive us: who is told frees us there, and tells them on. */
static void on_closed(void *arg, const char *why)
{
	struct resp *r = arg;
	char words[sizeof r->why];

	r->stream = NULL;
	r->ending = true;
	if (!*r->why)
		snprintf(r->why, sizeof r->why, "%s: see that it runs and lets this host in", why);
	memcpy(words, r->why, sizeof words);
	resp_give_up(r);
	r->calls->closed(r->arg, words);
}

static const struct stream_calls stream_calls = {
	.opened = on_opened, .refused = on_refused, .input = on_input, .filled = on_level, .drained = on_level,
	.closed = on_closed
};

struct resp *resp_connect(struct streams *streams, const struct address *to, SSL_CTX *context, const char *host,
    const struct resp_calls *calls, void *arg)
{
	struct resp *r = alloc_zero(1, sizeof *r);
	struct address numeric;

	r->loop = streams->loop;
	r->heard_us = loop_now(r->loop);
	r->host = alloc_text(host);
	resp_set_owner(r, calls, arg);
	waiters_init(&r->waiters, r->loop, on_missed, r);
	r->reader = redisReaderCreate();
	if (!r->reader)
		abort();
	r->hiredis = r->reader->fn;
	r->bounded = *r->hiredis;
	r->bounded.createArray = make_array;
	r->reader->fn = &r->bounded;
	r->reader->privdata = r;
	r->stream = stream_connect(streams, to, context, address_make(&numeric, host, 0) ? "" : host, &stream_calls, r);
	return r;
}

void resp_set_owner(struct resp *r, const struct resp_calls *calls, void *arg)
{
	r->calls = calls;
	r->arg = arg;
}

void resp_listen(struct resp *r)
{
	r->listens = true;
}

int64_t resp_heard_at(const struct resp *r)
{
	return r->heard_us;
}

void resp_free(struct resp *r)
{
	if (!r)
		return;
	if (r->stream)
		stream_abandon(r->stream);
	waiters_clear(&r->waiters);
	redisReaderFree(r->reader);
	free(r->host);
	free(r);
}
