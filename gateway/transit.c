/* One message's way through the edge: extract, match, measure, judge, act,
 * record. A transit owns its message, and keeps the ruleset it was matched under, so
 * that a reload never changes the law for a message already on its way. */
#include "transit.h"

#include <sofia-sip/sip_header.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "forward.h"
#include "measure.h"
#include "refusal.h"
#include "reply.h"
#include "response.h"

struct transit {
	struct traffic *traffic;   /* borrowed: outlives us */
	struct link *from;         /* borrowed: closing it ends us */
	msg_t *message;            /* a reference */
	struct ruleset *law;       /* a reference */
	struct facts facts;
	struct passage passage;
	struct entry entry;
	struct reading seen;
	bool measured;             /* seen says something */
	bool asking, gone;         /* the store has not answered yet; ended before it did */
	enum reason reason;
	size_t size, held;
	struct timer slot;
	struct transit *next, **back; /* of the link's waiting ones; back NULL: does not wait */
};

/* The store calls back once, whatever has happened since: until then the shell stays. */
static void transit_free(struct transit *t)
{
	timer_stop(t->traffic->loop, &t->slot);
	if (t->held)
		quota_give(pendings_held(t->traffic->pendings), &t->from->origin->held, t->held);
	if (t->back) {
		*t->back = t->next;
		if (t->next)
			t->next->back = t->back;
	}
	msg_destroy(t->message);
	ruleset_unref(t->law);
	t->gone = true;
	if (!t->asking)
		free(t);
}

/* --- record --- */

/* Who it is that the message put on the watch list. */
static struct partner watched_by(const struct entry *entry, const struct reading *seen)
{
	if (seen->provider_decided)
		return entry->provider;
	return seen->common ? partner_common(&entry->partner) : entry->partner;
}

static void record_class(const struct transit *t)
{
	struct partner watched = watched_by(&t->entry, &t->seen);

	ledger_class(t->traffic->ledger, &watched, t->seen.class == CLASS_WATCHED ? CLASS_DISCOVERED : t->seen.class,
	    CLASS_WATCHED, "asked for more distinct local URIs than the watch list allows");
}

static void record(const struct transit *t, enum reason reason)
{
	const sip_t *sip = sip_object(t->message);
	const char *method = sip->sip_request->rq_method_name, *call_id = sip->sip_call_id->i_id;
	const url_t *to = sip->sip_request->rq_url;
	const struct entry *entry = t->from->kind == LINK_PARTNER ? &t->entry : NULL;
	const struct reading *seen = t->measured ? &t->seen : NULL;
	struct decided d = {
		.reason = reason, .facts = &t->facts, .entry = entry, .seen = seen,
		.class = entry ? judge_class(entry, reason, seen) : CLASS_NONE,
		.organisation = t->from->origin->name, .address = t->from->address,
		.peer = t->from->peer.peer.count ? t->from->peer.names[0].domain.text : "",
		.method = method, .method_length = strlen(method),
		.call_id = call_id, .call_id_length = strlen(call_id),
		.target = to->url_user, .target_length = to->url_user ? strlen(to->url_user) : 0
	};

	ledger_record(t->traffic->ledger, &d);
	if (seen && seen->became_watched)
		record_class(t);
}

/* --- act --- */

static struct request request_of(const struct transit *t)
{
	return (struct request) { .from = t->from, .message = t->message, .size = t->size, .facts = &t->facts,
		.passage = &t->passage, .entry = t->from->kind == LINK_PARTNER ? &t->entry : NULL,
		.common = t->measured && t->seen.common, .law = t->law };
}

static void refuse(struct transit *t, enum reason reason)
{
	record(t, reason);
	if (t->facts.method == METHOD_INVITE && t->passage.in_dialog)
		refusal_await_ack(t->from, t->passage.transaction);
	refusal_note(t->traffic, t->from, &t->facts, &t->entry, t->measured ? &t->seen : NULL, reason);
	reply_refuse(t->traffic, t->from, t->message, t->facts.method, reason,
	    t->from->kind == LINK_PARTNER ? &t->entry : NULL, t->measured ? t->seen.retry_us : 0);
	/* A next hop serves all partners: a whole message of its never closes it. */
	if (reason == REASON_MALFORMED && t->from->kind == LINK_PARTNER)
		link_finish(t->from, "malformed message");
}

/* A message that waited was recorded when it began to wait. */
static void record_once(const struct transit *t, enum reason reason)
{
	if (reason)
		record(t, reason);
}

/* Where it goes; the reason may become that nobody takes it. */
static void send_on(struct transit *t, enum reason admitted)
{
	struct request r = request_of(t);
	struct link *to;
	enum reason reason;

	if (t->facts.method == METHOD_CANCEL) {
		enum follow follow = forward_cancel(t->traffic, &r);

		if (follow == FOLLOW_OURS)
			reply_plain(t->traffic, t->from, t->message, 200, "");
		if (follow != FOLLOW_NOBODY) {
			record_once(t, admitted);
			return;
		}
	}
	reason = forward_choose(t->traffic, &r, &to);
	if (!reason)
		reason = forward_send(t->traffic, &r, to);
	if (reason)
		refuse(t, reason);
	else
		record_once(t, admitted);
}

static void forward(struct transit *t, enum reason admitted)
{
	if (t->facts.for_edge) {
		record_once(t, admitted);
		reply_plain(t->traffic, t->from, t->message, 200, "Accept: */*\r\n");
	} else {
		send_on(t, admitted);
	}
}

static void on_slot(void *arg)
{
	struct transit *t = arg;

	forward(t, REASON_NONE);
	transit_free(t);
}

/* It waits, for the store or for its slot: a CANCEL finds it, the end of its
 * connection drops it. */
static bool keep(struct transit *t)
{
	struct link *l = t->from;
	size_t size = message_size(t->message) + sizeof *t;

	if (t->held)
		return true;
	if (!quota_take(pendings_held(t->traffic->pendings), &l->origin->held, size))
		return false;
	t->held = size;
	t->next = l->waiting;
	t->back = &l->waiting;
	if (t->next)
		t->next->back = &t->next;
	l->waiting = t;
	return true;
}

/* By the slot, not by the wait: the time since the reading is another one for each message, and those with one
 * slot would overtake each other. */
static bool hold(struct transit *t)
{
	if (!keep(t))
		return false;
	timer_set(t->traffic->loop, &t->slot, t->seen.slot_us - t->traffic->store->ahead_us, on_slot, t);
	return true;
}

/* True: the transit lives on, it waits. */
static bool act(struct transit *t)
{
	if (judge_is_waived(&t->entry, t->reason)) {
		record(t, t->reason);
		forward(t, REASON_NONE);
		return false;
	}
	switch (reason_row(t->reason)->verdict) {
	case VERDICT_FORWARD:
		forward(t, t->reason);
		return false;
	case VERDICT_DELAY:
		if (!hold(t)) {
			refuse(t, REASON_BUSY);
			return false;
		}
		record(t, t->reason);
		return true;
	default:
		refuse(t, t->reason);
		return false;
	}
}

/* --- the way --- */

static void on_measured(void *arg, const struct reading *seen)
{
	struct transit *t = arg;

	t->asking = false;
	if (t->gone) {
		free(t);
		return;
	}
	t->measured = seen != NULL;
	if (seen)
		t->seen = *seen;
	t->reason = judge(&t->facts, &t->entry, seen);
	if (t->measured)
		via_tell_rate(t->message, seen->suspicious ? &t->entry.limits.suspicious_rate : &t->entry.limits.rate,
		    clock_wall_us());
	if (!act(t))
		transit_free(t);
}

static struct transit *transit_new(struct traffic *tr, struct link *from, msg_t *message /* taken */, size_t size)
{
	struct transit *t = alloc_zero(1, sizeof *t);

	t->traffic = tr;
	t->from = from;
	t->message = message;
	t->size = size;
	t->law = ruleset_ref(tr->law);
	return t;
}

/* The ACK of a failed INVITE goes with its INVITE, uncounted. */
static bool ack_followed(struct transit *t)
{
	struct request r = request_of(t);
	bool ours = via_tag_is_ours(&t->traffic->own, sip_object(t->message))
	    || refusal_awaits_ack(t->from, t->passage.transaction);
	enum follow follow = ours ? FOLLOW_OURS : t->facts.fault ? FOLLOW_NOBODY : forward_ack(t->traffic, &r);

	switch (follow) {
	case FOLLOW_NOBODY:
		return false;
	case FOLLOW_DONE:
		break;
	case FOLLOW_OURS:
		record(t, REASON_ACK_OURS);
		break;
	case FOLLOW_EXTRA:
		record(t, REASON_ACK_EXTRA);
		break;
	}
	transit_free(t);
	return true;
}

static void from_partner(struct transit *t, enum method method)
{
	struct traffic *tr = t->traffic;
	struct extract_view view = { &tr->own, t->law, tr->pendings, &tr->store->target_key };

	extract(&t->facts, &t->passage, &view, t->from, method, t->message);
	if (method == METHOD_ACK && ack_followed(t))
		return;
	match(&t->entry, t->law, &t->from->peer.peer, &t->facts, PROOF_NONE);
	t->asking = true;
	if (!measure(tr->store, &t->facts, &t->entry, on_measured, t) && !keep(t)) {
		refuse(t, REASON_BUSY);
		transit_free(t);
	}
}

/* What the policy refuses whole it refuses in both directions, also in a dialog
 * that began before. Of a partner without a connection only the names are known. */
static enum reason partner_is_refused(const struct transit *t)
{
	const struct origin *o = origin_find(t->traffic->origins, t->passage.token.organisation.text);
	struct facts facts = { .method = t->facts.method, .source = t->passage.token.source };
	struct peer nobody = { 0 };
	struct entry entry;

	match(&entry, t->law, o && o->links ? &o->links->peer.peer : &nobody, &facts, PROOF_NONE);
	switch (entry.stance) {
	case STANCE_BLOCK:
		return REASON_BLOCKED_DOMAIN;
	case STANCE_OFF:
		return REASON_FEDERATION_OFF;
	case STANCE_CLOSED:
		return o && o->links ? REASON_NOT_ALLOWED : REASON_NONE;
	case STANCE_ALLOW:
	case STANCE_DISCOVER:
		break;
	}
	return REASON_NONE;
}

/* Inside a dialog that we let through, back to the partner; no limit holds. */
static void from_inside(struct transit *t, enum method method)
{
	struct traffic *tr = t->traffic;
	struct extract_view view = { &tr->own, t->law, tr->pendings, &tr->store->target_key };

	extract_inside(&t->facts, &t->passage, &view, method, t->message);
	if (method == METHOD_ACK && ack_followed(t))
		return;
	if (!t->facts.fault && t->passage.route == ROUTE_PROVEN)
		t->facts.fault = partner_is_refused(t);
	if (t->facts.fault)
		refuse(t, t->facts.fault);
	else
		forward(t, REASON_ALLOWED);
	transit_free(t);
}

/* --- what needs no law --- */

/* By whichever connection of the organisation it came. */
static struct transit *waiting_invite(const struct origin *o, uint64_t transaction)
{
	for (struct link *l = o->links; l; l = l->next)
		for (struct transit *w = l->waiting; w; w = w->next)
			if (w->facts.method == METHOD_INVITE && w->passage.transaction == transaction)
				return w;
	return NULL;
}

/* A CANCEL for an INVITE that still waits here: neither goes on. */
static bool cancelled_here(struct transit *t)
{
	struct origin *o = t->from->origin;
	struct transit *w = waiting_invite(o, via_transaction(&t->traffic->own, sip_object(t->message), o->name));

	if (!w)
		return false;
	reply_plain(t->traffic, t->from, t->message, 200, "");
	refuse(w, REASON_CANCELLED);
	transit_free(w);
	transit_free(t);
	return true;
}

static void broken(struct traffic *tr, struct link *from, const struct frame *f, enum reason reason, bool closes)
{
	struct decided d = { .reason = reason, .class = CLASS_NONE, .organisation = from->origin->name, .address = from->address,
		.peer = from->peer.peer.count ? from->peer.names[0].domain.text : "",
		.method = f->request ? f->octets : "-", .method_length = f->request ? f->method_length : 1 };

	ledger_record(tr->ledger, &d);
	if (f->request)
		reply_scanned(tr, from, f, reason, NULL, 0);
	if (closes)
		link_finish(from, reason_row(reason)->sentence);
}

static void on_request(struct traffic *tr, struct link *from, const struct frame *f)
{
	msg_t *message;
	struct transit *t;

	if (refusal_again(tr, from, f))
		return;
	message = message_parse(tr->class, f->octets, f->size);
	if (!message || !sip_object(message)->sip_request || !via_received(message, from->host, address_port(stream_peer(from->stream)))) {
		if (message)
			msg_destroy(message);
		broken(tr, from, f, REASON_MALFORMED, from->kind == LINK_PARTNER);
		return;
	}
	t = transit_new(tr, from, message, f->size);
	t->facts.method = f->method;
	if (f->method == METHOD_CANCEL && cancelled_here(t))
		return;
	if (from->kind == LINK_PARTNER)
		from_partner(t, f->method);
	else
		from_inside(t, f->method);
}

void transit_message(struct traffic *tr, struct link *from, const struct frame *f)
{
	if (f->fault)
		broken(tr, from, f, f->fault, f->closes);
	else if (f->request)
		on_request(tr, from, f);
	else
		response_arrived(tr, from, f);
}

void transit_last_words(struct traffic *tr, struct link *l)
{
	struct transit *w;

	while ((w = l->waiting)) {
		refuse(w, REASON_BUSY);
		transit_free(w);
	}
	response_link_closed(tr, l);
}

void transit_link_closed(struct traffic *tr, struct link *l)
{
	while (l->waiting) {
		record(l->waiting, REASON_CONNECTION_CLOSED);
		transit_free(l->waiting);
	}
	refusal_forget(l);
	response_link_closed(tr, l);
}

void transit_due(void *traffic, struct pending *p)
{
	response_due(traffic, p);
}
