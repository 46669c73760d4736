#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "proofs.h"

bool link_is_open(const struct link *l)
{
	return l->stream && l->origin && stream_is_open(l->stream);
}

void link_close(struct link *l, const char *why)
{
	if (l->stream)
		stream_close(l->stream, why);
}

void link_finish(struct link *l, const char *why)
{
	if (l->stream)
		stream_finish(l->stream, why);
}

void link_stall(struct link *l)
{
	l->stalled = true;
	stream_pause(l->stream);
}

void link_go_on(struct link *l)
{
	if (!l->stalled || stream_is_full(l->stream))
		return;
	l->stalled = false;
	stream_resume(l->stream);
}

struct link *link_by_id(struct links *all, uint64_t id)
{
	struct link *l;

	for (l = all->bucket[id % LINK_BUCKETS]; l && l->id != id; l = l->next_id)
		;
	return l;
}

static void join_origin(struct link *l, const char *name)
{
	struct origin *o = l->origin = origin_ref(l->all->origins, name);

	l->back = &o->links;
	l->next = o->links;
	if (l->next)
		l->next->back = &l->next;
	o->links = l;
	o->link_count++;
}

static void leave_origin(struct link *l)
{
	if (!l->origin)
		return;
	*l->back = l->next;
	if (l->next)
		l->next->back = l->back;
	l->origin->link_count--;
	origin_unref(l->all->origins, l->origin);
	l->origin = NULL;
}

void link_used(struct link *l)
{
	struct origin *o = l->origin;

	if (!o || o->links == l)
		return;
	*l->back = l->next;
	if (l->next)
		l->next->back = l->back;
	l->next = o->links;
	l->next->back = &l->next;
	l->back = &o->links;
	o->links = l;
}

/* --- what the stream says --- */

static void fail_handshake(struct link *l, const char *why)
{
	if (!l->failure)
		l->failure = alloc_text(why);
	l->all->calls->handshake(l->all->arg, l, why);
}

static bool read_identity(struct link *l, char *why, size_t size)
{
	SSL *ssl = stream_ssl(l->stream);

	if (ssl && !tls_peer_read(&l->peer, ssl, why, size))
		return false;
	return l->all->calls->may_speak(l->all->arg, l, why, size);
}

static void on_opened(void *arg)
{
	struct link *l = arg;
	char why[256] = "";
	const struct domain *organisation;
	const char *name;

	door_settled(&l->pass);
	if (!read_identity(l, why, sizeof why)) {
		fail_handshake(l, why);
		link_close(l, why);
		return;
	}
	organisation = peer_organisation(&l->peer.peer);
	name = l->kind != LINK_PARTNER ? "" : organisation->length ? organisation->text : ORIGIN_UNPROVEN;
	join_origin(l, name);
	if (l->kind == LINK_PARTNER && name[0] && l->origin->link_count > l->all->max_per_partner) {
		snprintf(why, sizeof why, "over %u connections of one partner (federation.max-per-partner)", l->all->max_per_partner);
		fail_handshake(l, why);
		link_close(l, why);
		return;
	}
	l->all->calls->handshake(l->all->arg, l, NULL);
	l->all->calls->opened(l->all->arg, l);
}

static void on_refused(void *arg)
{
	struct link *l = arg;
	char why[256];

	tls_failure(stream_ssl(l->stream), why, sizeof why);
	if (!l->origin)
		fail_handshake(l, why);
	else if (!l->failure)
		l->failure = alloc_text(why);
}

static size_t on_input(void *arg, const char *octets, size_t size)
{
	struct link *l = arg;
	const struct frame_limits *limits = l->kind == LINK_PARTNER ? &l->all->limits : &l->all->inner_limits;
	struct frame *frame = &l->all->scratch;
	size_t done = 0, used;

	while (link_is_open(l) && done < size) {
		switch (frame_next(&l->frame, limits, octets + done, size - done, frame, &used)) {
		case FRAME_MORE:
			return done + used;
		case FRAME_PING:
			stream_send(l->stream, "\r\n", 2);
			done += used;
			break;
		case FRAME_MESSAGE:
			done += used;
			l->all->calls->message(l->all->arg, l, frame);
			break;
		case FRAME_BROKEN:
			l->all->calls->message(l->all->arg, l, frame);
			return size;
		}
	}
	return done;
}

/* Who does not read his answers is not read from. */
static void on_filled(void *arg)
{
	struct link *l = arg;

	if (l->kind != LINK_HOP)
		link_stall(l);
}

static void on_drained(void *arg)
{
	struct link *l = arg;

	l->all->calls->drained(l->all->arg, l);
}

static void on_sent(void *arg, size_t octets)
{
	struct link *l = arg;

	l->all->calls->sent(l->all->arg, l, octets);
}

static bool on_awaits(void *arg)
{
	const struct link *l = arg;

	return l->awaited > 0 || l->owed > 0 || l->waiting;
}

static void link_free(struct link *l)
{
	struct link **at;

	leave_origin(l);
	door_leave(&l->pass);
	tls_peer_clear(&l->peer);
	*l->back_all = l->next_all;
	if (l->next_all)
		l->next_all->back_all = l->back_all;
	for (at = &l->all->bucket[l->id % LINK_BUCKETS]; *at != l; at = &(*at)->next_id)
		;
	*at = l->next_id;
	free(l->failure);
	free(l->refused);
	proofs_free(l->proofs);
	free(l);
}

void links_clear(struct links *all)
{
	while (all->first)
		link_free(all->first);
}

static void on_closed(void *arg, const char *why)
{
	struct link *l = arg;

	if (!l->origin && !l->failure)
		fail_handshake(l, why);
	l->all->calls->closed(l->all->arg, l, l->failure ? l->failure : why);
	l->stream = NULL;
	link_free(l);
}

static const struct stream_calls stream_calls = {
	.opened = on_opened, .refused = on_refused, .input = on_input, .filled = on_filled,
	.drained = on_drained, .sent = on_sent, .awaits = on_awaits, .closed = on_closed
};

/* --- making one --- */

static struct link *link_new(struct links *all, enum link_kind kind, const struct address *peer)
{
	struct link *l = alloc_zero(1, sizeof *l);
	struct link **bucket;

	l->all = all;
	l->kind = kind;
	l->id = ++all->last_id;
	bucket = &all->bucket[l->id % LINK_BUCKETS];
	l->next_id = *bucket;
	*bucket = l;
	l->next_all = all->first;
	l->back_all = &all->first;
	if (l->next_all)
		l->next_all->back_all = &l->next_all;
	all->first = l;
	address_text(peer, l->address);
	address_host_text(peer, l->host);
	return l;
}

struct link *link_accept(struct links *all, enum link_kind kind, struct door *door, int fd, SSL_CTX *context, const struct address *peer)
{
	struct link *l = link_new(all, kind, peer);

	if (door && door_enter(door, &l->pass, peer, l) != DOOR_OPEN) {
		all->calls->handshake(all->arg, l, "too many connections (federation.max-connections, max-per-address)");
		close(fd);
		link_free(l);
		return NULL;
	}
	l->stream = stream_accepted(all->streams, fd, context, peer, &stream_calls, l);
	return l;
}

struct link *link_reach(struct links *all, struct way *way, const struct address *to, SSL_CTX *context, const char *name)
{
	struct link *l = link_new(all, LINK_PARTNER, to);

	l->way = way;
	l->stream = stream_connect(all->streams, to, context, name, &stream_calls, l);
	return l;
}

struct link *link_connect(struct links *all, struct hop *hop, const struct address *to, SSL_CTX *context, const char *name)
{
	struct link *l = link_new(all, LINK_HOP, to);

	l->hop = hop;
	l->stream = stream_connect(all->streams, to, context, name, &stream_calls, l);
	stream_never_idle(l->stream);
	return l;
}
