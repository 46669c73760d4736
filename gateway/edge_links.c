/* What the edge hears of its links and listeners, and to whom it passes it on. */
#include "edge_parts.h"

#include <stdio.h>

#include "log.h"
#include "response.h"
#include "transit.h"

static void on_opened(void *arg, struct link *l)
{
	struct edge *e = arg;

	trace_opened(&e->traces, l);
	if (l->kind == LINK_HOP && hop_opened(l->hop, l))
		response_hop_opened(&e->traffic, l);
	if (l->way)
		way_opened(l->way, l);
}

static void on_message(void *arg, struct link *l, const struct frame *f)
{
	struct edge *e = arg;

	transit_message(&e->traffic, l, f);
}

/* The queue of an internal server is down to half: whoever filled it is read from again. */
static void on_drained(void *arg, struct link *l)
{
	struct edge *e = arg;

	if (l->kind == LINK_PARTNER)
		link_go_on(l);
	else
		for (struct link *at = e->links.first; at; at = at->next_all)
			link_go_on(at);
}

static void on_sent(void *arg, struct link *l, size_t octets)
{
	(void)arg;
	if (l->kind == LINK_HOP)
		hop_sent(l->hop, octets);
}

static void on_closed(void *arg, struct link *l, const char *why)
{
	struct edge *e = arg;

	trace_closed(l);
	if (l->kind == LINK_HOP)
		hop_closed(l->hop, why);
	if (l->way)
		way_closed(l->way, l, why);
	if (l->origin)
		transit_link_closed(&e->traffic, l);
	on_drained(arg, l);
	log_line(LEVEL_DEBUG, "connection with %s ended: %s", l->address, why);
}

static void on_handshake(void *arg, struct link *l, const char *failure)
{
	struct edge *e = arg;

	if (l->kind != LINK_HOP)
		ledger_handshake(e->ledger, l->address, failure);
}

static bool is_inside(const struct edge *e, const struct link *l)
{
	const struct texts *peers = &e->conf->internal.peers;

	for (size_t i = 0; i < peers->count; i++)
		if (tls_peer_is(&l->peer, stream_ssl(l->stream), peers->list[i]))
			return true;
	return false;
}

/* A handshake goes by what was loaded when it began: a reload may have come since. */
bool edge_may_speak(void *arg, struct link *l, char *why, size_t size)
{
	const struct edge *e = arg;
	SSL_CTX *context = l->kind == LINK_PARTNER ? e->outer_context : e->inner_context;
	SSL *ssl = stream_ssl(l->stream);

	if (!ssl)
		return true;
	if (context && SSL_get_SSL_CTX(ssl) != context && !tls_still_good(context, ssl, why, size))
		return false;
	if (l->kind != LINK_INSIDE || is_inside(e, l))
		return true;
	snprintf(why, size, "the certificate is of none of internal.peers");
	return false;
}

const struct link_calls edge_link_calls = {
	.opened = on_opened, .message = on_message, .drained = on_drained, .sent = on_sent,
	.closed = on_closed, .handshake = on_handshake, .may_speak = edge_may_speak
};

void edge_on_partner(void *arg, int fd, const struct address *peer)
{
	struct edge *e = arg;

	link_accept(&e->links, LINK_PARTNER, &e->door, fd, e->outer_context, peer);
}

void edge_on_inside(void *arg, int fd, const struct address *peer)
{
	struct edge *e = arg;

	link_accept(&e->links, LINK_INSIDE, &e->inner_door, fd, e->conf->internal.plain ? NULL : e->inner_context, peer);
}

void edge_evict(void *owner)
{
	struct link *l = owner;

	door_leave(&l->pass);
	link_close(l, "its handshake gave way to others: too many under way from its network");
}
