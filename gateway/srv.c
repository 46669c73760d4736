#include "srv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "naptr.h"

#define LABEL_MAX 63
#define PORT_END 6       /* priority, weight and port stand before the target */

static unsigned get16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

bool srv_read_name(char text[WIRE_NAME_MAX + 1], size_t *length, const unsigned char *wire, size_t size)
{
	size_t at = 0, used = 0;

	if (size > WIRE_NAME_MAX)
		return false;
	while (at < size && wire[at] > 0) {
		size_t label = wire[at++];

		if (label > LABEL_MAX || label >= size - at || memchr(wire + at, '.', label))
			return false;
		memcpy(text + used, wire + at, label);
		used += label;
		text[used++] = '.';
		at += label;
	}
	*length = used;
	return at + 1 == size;
}

enum record { RECORD_BROKEN, RECORD_NO_SERVICE, RECORD_SERVER };

static enum record read_record(struct server *out, const unsigned char *octets, size_t size)
{
	char text[WIRE_NAME_MAX + 1];
	size_t length;

	*out = (struct server){ 0 };
	if (size <= PORT_END || !srv_read_name(text, &length, octets + PORT_END, size - PORT_END))
		return RECORD_BROKEN;
	if (length == 0)
		return RECORD_NO_SERVICE;
	out->priority = (uint16_t)get16(octets);
	out->weight = (uint16_t)get16(octets + 2);
	out->port = (uint16_t)get16(octets + 4);
	return out->port && domain_parse(&out->domain, text, length) ? RECORD_SERVER : RECORD_BROKEN;
}

static void none(struct srv *out, bool no_service)
{
	out->result = RESOLVE_NONE;
	out->no_service = no_service;
	snprintf(out->why, sizeof out->why, "%s", no_service ? "the domain says that it has no such service" : "its SRV records name no server");
}

void srv_read(struct srv *out, const struct answer *a)
{
	bool no_service = false;
	struct server server;

	out->result = a->result;
	out->no_service = false;
	out->secure = a->secure;
	out->bogus = a->bogus;
	out->ttl_us = a->ttl_us;
	memcpy(out->why, a->why, sizeof out->why);
	out->servers.count = 0;
	if (a->result != RESOLVE_FOUND)
		return;
	for (size_t i = 0; a->data[i]; i++) {
		enum record kind = a->length[i] > 0
		    ? read_record(&server, (const unsigned char *)a->data[i], (size_t)a->length[i]) : RECORD_BROKEN;

		if (kind == RECORD_SERVER)
			servers_add(&out->servers, &server);
		no_service = no_service || kind == RECORD_NO_SERVICE;
	}
	if (out->servers.count == 0)
		none(out, no_service);
}

/* --- asking --- */

struct srv_lookup {
	struct question question;
	void (*read)(struct srv *, const struct answer *);
	srv_done_fn *done;
	void *arg;             /* borrowed */
};

static void on_answer(void *arg, const struct answer *a)
{
	struct srv_lookup *l = arg;
	struct srv_lookup asked = *l;
	struct srv srv;

	free(l);
	if (!a)
		return;
	asked.read(&srv, a);
	asked.done(asked.arg, &srv);
}

static struct srv_lookup *ask(struct resolver *r, const char *name, enum question_type type,
    void (*read)(struct srv *, const struct answer *), srv_done_fn *done, void *arg)
{
	struct srv_lookup *l = alloc_zero(1, sizeof *l);

	l->read = read;
	l->done = done;
	l->arg = arg;
	question_ask(&l->question, r, name, type, on_answer, l);
	return l;
}

struct srv_lookup *resolve_srv(struct resolver *r, const char *name, srv_done_fn *done, void *arg)
{
	return ask(r, name, QUESTION_SRV, srv_read, done, arg);
}

struct srv_lookup *resolve_naptr(struct resolver *r, const char *name, srv_done_fn *done, void *arg)
{
	return ask(r, name, QUESTION_NAPTR, naptr_read, done, arg);
}

void srv_cancel(struct srv_lookup *l)
{
	question_cancel(&l->question);
	free(l);
}
