/* SRV and A by libunbound, answer for answer: see find.h. */
#include "find.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

enum { PLACES = 32, TYPE_A = 1, TYPE_SRV = 33, CLASS_IN = 1 };

struct place {
	char     address[80];    /* ADDR:PORT */
	char     name[256];      /* what SRV calls it */
	unsigned priority;
};

struct places {
	struct place place[PLACES];
	size_t       count;
};

struct finder {
	struct ub_ctx *context;  /* owned */
	char           service[300];
	struct places  places;
	size_t         next;
};

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "partner: %s: %s\n", what, why);
	exit(1);
}

/* NULL: it cannot be told. To be freed by ub_resolve_free. */
static struct ub_result *ask(struct finder *f, const char *name, int type)
{
	struct ub_result *r = NULL;

	return ub_resolve(f->context, name, type, CLASS_IN, &r) == 0 ? r : NULL;
}

/* A name out of DNS: labels with their lengths. libunbound has undone compression. */
static void read_name(const char *octets, size_t size, char out[256])
{
	size_t at = 0, length = 0;

	while (at < size && octets[at] != 0) {
		size_t label = (unsigned char)octets[at];

		if (at + 1 + label > size || length + label + 2 > 255)
			break;
		if (length > 0)
			out[length++] = '.';
		memcpy(out + length, octets + at + 1, label);
		length += label;
		at += 1 + label;
	}
	out[length] = '\0';
}

static unsigned number16(const char *octets)
{
	return (unsigned)((unsigned char)octets[0] << 8 | (unsigned char)octets[1]);
}

static void add_addresses(struct finder *f, struct places *to, const char *srv, size_t size)
{
	struct place place = { .priority = number16(srv) };
	struct ub_result *r;

	read_name(srv + 6, size - 6, place.name);
	r = ask(f, place.name, TYPE_A);
	for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL && to->count < PLACES; i++) {
		char host[INET_ADDRSTRLEN];

		if (r->len[i] != 4 || inet_ntop(AF_INET, r->data[i], host, sizeof host) == NULL)
			continue;
		snprintf(place.address, sizeof place.address, "%s:%u", host, number16(srv + 4));
		to->place[to->count++] = place;
	}
	ub_resolve_free(r);
}

/* Only those of the lowest priority number: the others are spares. Their order is made ours, so that
 * a server that turns its answers round does not undo the turn taken here. */
static int by_priority(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return strcmp(x->address, y->address);
}

/* What was known before stays where DNS cannot tell now. */
static void look_up(struct finder *f)
{
	struct ub_result *r = ask(f, f->service, TYPE_SRV);
	struct places found = { .count = 0 };
	size_t best = 0;

	for (int i = 0; r != NULL && r->havedata && r->data[i] != NULL; i++)
		if (r->len[i] > 7)
			add_addresses(f, &found, r->data[i], (size_t)r->len[i]);
	qsort(found.place, found.count, sizeof found.place[0], by_priority);
	while (best < found.count && found.place[best].priority == found.place[0].priority)
		best++;
	found.count = best;
	if (found.count > 0)
		f->places = found;
	ub_resolve_free(r);
}

static void set_server(struct ub_ctx *context, const char *dns)
{
	struct slice rest = slice_of(dns);
	char *host = slice_copy(slice_until(&rest, ':')), forward[100];

	snprintf(forward, sizeof forward, "%s@%.*s", host, (int)rest.length, rest.at);
	free(host);
	if (ub_ctx_set_option(context, "do-not-query-localhost:", "no") != 0 || ub_ctx_set_fwd(context, forward) != 0)
		give_up(dns, "the address and port of a DNS server is wanted");
}

struct finder *finder_open(const char *domain, const char *dns)
{
	struct finder *f = must(calloc(1, sizeof *f));

	f->context = must(ub_ctx_create());
	set_server(f->context, dns);
	snprintf(f->service, sizeof f->service, "_sipfederationtls._tcp.%s", domain);
	look_up(f);
	if (f->places.count == 0)
		give_up(f->service, "DNS names no edge");
	f->next = (size_t)(now_us() / 1000) % f->places.count;
	return f;
}

void finder_free(struct finder *f /* taken */)
{
	if (f == NULL)
		return;
	ub_ctx_delete(f->context);
	free(f);
}

void finder_next(struct finder *f, const char **address, const char **name)
{
	struct place *place = &f->places.place[f->next++ % f->places.count];

	*address = place->address;
	*name = place->name;
}

struct link *finder_connect(struct finder *f, const struct link_settings *settings, SSL_CTX *context)
{
	struct link_settings s = *settings;
	struct link *l = NULL;
	const char *name;

	look_up(f);
	for (size_t tried = 0; tried < f->places.count && (l == NULL || !l->open); tried++) {
		link_free(l);
		finder_next(f, &s.address, &name);
		if (settings->name == NULL)
			s.name = name;
		l = link_connect(&s, context);
	}
	return l;
}
