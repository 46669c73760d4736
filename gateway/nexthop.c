#include "nexthop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "log.h"

#define BACKOFF_LEAST_US 100000
#define BACKOFF_MOST_US 5000000
#define STEADY_US 2000000

struct hop_debt {
	struct origin *origin; /* a reference */
	size_t octets;
};

static void try_now(void *arg);

void hops_init(struct hops *all, struct loop *loop, struct links *links, struct resolver *resolver)
{
	*all = (struct hops) { .loop = loop, .links = links, .resolver = resolver };
}

/* --- connecting --- */

static void try_later(struct hop *h, const char *why)
{
	char wait[RATE_TEXT_MAX];

	if (!h->said_down) {
		duration_text(h->backoff_us, wait);
		log_line(LEVEL_WARNING, "next hop %s: %s; next try in %s", h->uri, why, wait);
		h->said_down = true;
	}
	timer_set(h->all->loop, &h->retry, loop_now(h->all->loop) + h->backoff_us, try_now, h);
	h->backoff_us *= 2;
	if (h->backoff_us > BACKOFF_MOST_US)
		h->backoff_us = BACKOFF_MOST_US;
}

static void connect_next(struct hop *h)
{
	const struct address *to = &h->found.address[h->next_address++];
	const char *name = h->transport == TRANSPORT_TLS ? h->name : "";

	h->link = link_connect(h->all->links, h, to, h->transport == TRANSPORT_TLS ? h->all->context : NULL, name);
}

static void on_found(void *arg, const struct resolved *found)
{
	struct hop *h = arg;
	char why[200];

	h->lookup = NULL;
	if (found->result != RESOLVE_FOUND) {
		snprintf(why, sizeof why, "its name has no address: %s", found->why);
		try_later(h, why);
		return;
	}
	h->found = *found;
	h->next_address = 0;
	connect_next(h);
}

static void try_now(void *arg)
{
	struct hop *h = arg;

	if (h->retired || h->link || h->lookup)
		return;
	h->lookup = resolve_host(h->all->resolver, h->host, h->port, on_found, h);
	if (!h->lookup)
		try_later(h, "the resolver takes no more questions");
}

bool hop_opened(struct hop *h, struct link *l)
{
	SSL *ssl = stream_ssl(l->stream);

	if (ssl && !tls_peer_is(&l->peer, ssl, h->name)) {
		link_close(l, "its certificate does not match its name");
		return false;
	}
	h->up = true;
	h->up_since_us = loop_now(h->all->loop);
	log_line(LEVEL_INFO, "next hop %s: up at %s", h->uri, l->address);
	return true;
}

static void debts_clear(struct hop *h)
{
	while (h->debt_count)
		hop_sent(h, h->debts[h->debt_first].octets);
}

void hop_closed(struct hop *h, const char *why)
{
	bool was_up = h->up;

	/* One that opens and closes at once is not up: it is tried ever more seldom. */
	if (was_up && loop_now(h->all->loop) - h->up_since_us > STEADY_US)
		h->backoff_us = BACKOFF_LEAST_US;
	if (was_up)
		h->said_down = false;

	h->up = false;
	h->link = NULL;
	debts_clear(h);
	if (h->retired)
		return;
	if (!was_up && h->next_address < h->found.count) {
		connect_next(h);
		return;
	}
	try_later(h, why);
}

/* --- the list --- */

static bool same_hop(const struct hop *h, const struct hop_conf *c)
{
	return !h->retired && !strcmp(h->uri, c->uri) && !strcmp(h->name, c->name)
	    && h->port == c->port && h->transport == c->transport;
}

static void hop_free(struct hop *h)
{
	timer_stop(h->all->loop, &h->retry);
	if (h->lookup)
		lookup_cancel(h->lookup);
	debts_clear(h);
	free(h->debts);
	free(h->uri);
	free(h->host);
	free(h->name);
	free(h);
}

static struct hop *hop_new(struct hops *all, const struct hop_conf *c)
{
	struct hop *h = alloc_zero(1, sizeof *h);

	h->all = all;
	h->id = ++all->last_id;
	h->uri = alloc_text(c->uri);
	h->host = alloc_text(c->host);
	h->name = alloc_text(c->name);
	h->port = c->port;
	h->transport = c->transport;
	h->backoff_us = BACKOFF_LEAST_US;
	h->next = all->first;
	all->first = h;
	return h;
}

void hops_configure(struct hops *all, const struct hop_conf *list, size_t count, SSL_CTX *context)
{
	struct hop *h, *kept = NULL, *before = all->first;

	if (context)
		SSL_CTX_up_ref(context);
	SSL_CTX_free(all->context);
	all->context = context;
	all->queue.limit = STREAM_OUT_HIGH * count;
	for (h = before; h; h = h->next)
		h->weight = 0; /* not on the new list until it is found there */
	for (size_t i = 0; i < count; i++) {
		for (kept = before; kept && (kept->weight || !same_hop(kept, &list[i])); kept = kept->next)
			;
		h = kept ? kept : hop_new(all, &list[i]);
		h->priority = list[i].priority;
		h->weight = list[i].weight;
		if (!kept)
			try_now(h);
	}
	for (h = all->first; h; h = h->next)
		h->retired = !h->weight;
	hops_sweep(all);
}

void hops_sweep(struct hops *all)
{
	struct hop **at = &all->first, *h;

	while ((h = *at)) {
		if (h->retired && h->link && !h->link->pending)
			link_close(h->link, "no longer a next hop");
		if (h->retired && !h->link) {
			*at = h->next;
			hop_free(h);
		} else {
			at = &h->next;
		}
	}
}

void hops_clear(struct hops *all)
{
	struct hop *h;

	while ((h = all->first)) {
		all->first = h->next;
		hop_free(h);
	}
	SSL_CTX_free(all->context);
	all->context = NULL;
}

/* --- choosing --- */

/* A connection that is ending takes nothing more, though its end was not heard of yet. */
static bool is_up(const struct hop *h)
{
	return h->up && !h->retired && link_is_open(h->link);
}

static bool takes(const struct hop *h)
{
	return is_up(h) && stream_queued(h->link->stream) <= STREAM_OUT_HIGH;
}

static struct hop *pick(struct hops *all, uint64_t hash, bool (*fits)(const struct hop *))
{
	unsigned best = UINT32_MAX;
	uint64_t weights = 0;
	struct hop *h;

	for (h = all->first; h; h = h->next)
		if (fits(h) && h->priority < best)
			best = h->priority;
	for (h = all->first; h; h = h->next)
		if (fits(h) && h->priority == best)
			weights += h->weight;
	if (!weights)
		return NULL;
	hash %= weights;
	for (h = all->first; h; h = h->next) {
		if (!fits(h) || h->priority != best)
			continue;
		if (hash < h->weight)
			return h;
		hash -= h->weight;
	}
	return NULL;
}

enum hop_answer hops_choose(struct hops *all, uint64_t hash, const struct origin *from, size_t size, struct hop **out)
{
	if ((*out = pick(all, hash, takes)))
		return HOP_FOUND;
	if (!(*out = pick(all, hash, is_up)))
		return HOP_DOWN;
	return quota_would(&all->queue, &from->queued, size) ? HOP_FOUND : HOP_BUSY;
}

/* --- whose octets wait --- */

void hop_owes(struct hop *h, struct origin *origin, size_t octets)
{
	struct hop_debt *debts;

	if (h->debt_count == h->debt_room) {
		size_t room = h->debt_room ? h->debt_room * 2 : 64;

		debts = alloc_zero(room, sizeof *debts);
		for (size_t i = 0; i < h->debt_count; i++)
			debts[i] = h->debts[(h->debt_first + i) % h->debt_room];
		free(h->debts);
		h->debts = debts;
		h->debt_room = room;
		h->debt_first = 0;
	}
	origin_hold(origin);
	h->debts[(h->debt_first + h->debt_count++) % h->debt_room] = (struct hop_debt) { origin, octets };
	if (!origin->queued.used)
		h->all->queue.owners++;
	origin->queued.used += octets; /* booked whatever the quota says: it is queued already */
	h->all->queue.used += octets;
}

void hop_sent(struct hop *h, size_t octets)
{
	while (h->debt_count && octets) {
		struct hop_debt *debt = &h->debts[h->debt_first];
		size_t part = octets < debt->octets ? octets : debt->octets;

		quota_give(&h->all->queue, &debt->origin->queued, part);
		debt->octets -= part;
		octets -= part;
		if (debt->octets)
			return;
		origin_unref(h->all->links->origins, debt->origin);
		h->debt_first = (h->debt_first + 1) % h->debt_room;
		h->debt_count--;
	}
}
