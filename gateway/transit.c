/* One message's way through the edge: extract, match, prove, measure, judge, show,
 * act, record. A transit owns its message, and keeps the ruleset it was matched under, so
 * that a reload never changes the law for a message already on its way. */
#include <sofia-sip/sip_header.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "measure.h"
#include "refusal.h"
#include "reply.h"
#include "response.h"
#include "transit_parts.h"

/* The store calls back once, whatever has happened since: until then the shell stays. */
void transit_free(struct transit *t)
{
	waiting_leave(t);
	way_leave(&t->way);
	prove_cancel(&t->proving);
	msg_destroy(t->message);
	ruleset_unref(t->law);
	t->gone = true;
	if (!t->asking)
		free(t);
}

/* --- the way --- */

/* For the record and for a candidate of the law, where there are such; nobody waits for them. */
static void show(struct transit *t, const struct reading *seen)
{
	struct traffic *tr = t->traffic;
	const char *method = sip_object(t->message)->sip_request->rq_method_name;
	char who[PARTNER_TEXT_MAX];
	struct sight sight = {
		.at_us = seen ? seen->at_us : tr->store->clock_us(tr->store),
		.connection = t->from->id, .told = &t->from->told, .peer = &t->from->peer.peer,
		.facts = &t->facts, .method = method, .method_length = strlen(method), .in_dialog = t->passage.in_dialog,
		.dns = t->proving.said, .dns_asked = t->proving.asked,
		.partner = who, .reason = t->reason, .waived = judge_is_waived(&t->entry, t->reason),
		.wait_us = seen && seen->admitted ? seen->wait_us : 0,
	};

	ledger_who(&t->entry, t->from->origin->name, who);
	t->number = witness_judged(&tr->witness, &sight);
}

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
	if (witness_looks(&t->traffic->witness))
		show(t, seen);
	if (t->measured)
		via_tell_rate(t->message, seen->suspicious ? &t->entry.limits.suspicious_rate : &t->entry.limits.rate,
		    clock_wall_us());
	if (!act(t))
		transit_free(t);
}

/* `done`: what it would wait for has called already, and it may be gone. */
static void wait_or_end(struct transit *t, bool done)
{
	if (done || waiting_keep(t))
		return;
	act_refuse(t, REASON_BUSY);
	transit_free(t);
}

/* What DNS proves may be another entry's. */
static void on_proved(void *arg, enum proof dns)
{
	struct transit *t = arg;

	if (dns != PROOF_NONE)
		match(&t->entry, t->law, &t->from->peer.peer, &t->facts, dns);
	t->asking = true;
	wait_or_end(t, measure(t->traffic->store, &t->facts, &t->entry, on_measured, t));
}

static struct transit *transit_new(struct traffic *tr, struct link *from, msg_t *message /* taken */, size_t size)
{
	struct transit *t = alloc_zero(1, sizeof *t);

	t->traffic = tr;
	t->from = from;
	t->message = message;
	t->size = size;
	t->since_us = from->kind == LINK_PARTNER ? loop_now(tr->loop) : 0;
	t->law = ruleset_ref(tr->law);
	return t;
}

/* The ACK of a failed INVITE goes with its INVITE, uncounted. */
static bool ack_followed(struct transit *t)
{
	struct request r = act_request(t);
	bool ours = via_tag_is_ours(&t->traffic->own, sip_object(t->message))
	    || refusal_awaits_ack(t->from, t->passage.transaction);
	enum follow follow = ours ? FOLLOW_OURS : t->facts.fault ? FOLLOW_NOBODY : forward_ack(t->traffic, &r);

	switch (follow) {
	case FOLLOW_NOBODY:
		return false;
	case FOLLOW_DONE:
		break;
	case FOLLOW_OURS:
		act_record(t, REASON_ACK_OURS);
		break;
	case FOLLOW_EXTRA:
		act_record(t, REASON_ACK_EXTRA);
		break;
	}
	transit_free(t);
	return true;
}

/* What blocks a name of the certificate: many names are looked through once for a connection and a law. */
static void ask_block(const struct traffic *tr, struct link *l, struct facts *facts)
{
	if (l->block_law != tr->law_number) {
		l->block = match_block(tr->law, &l->peer.peer);
		l->block_law = tr->law_number;
	}
	facts->block = l->block;
	facts->block_asked = true;
}

static void from_partner(struct transit *t, enum method method)
{
	struct traffic *tr = t->traffic;
	struct extract_view view = { &tr->own, t->law, tr->pendings, &tr->store->target_key };

	extract(&t->facts, &t->passage, &view, t->from, method, t->message);
	if (method == METHOD_ACK && ack_followed(t))
		return;
	ask_block(tr, t->from, &t->facts);
	match(&t->entry, t->law, &t->from->peer.peer, &t->facts, PROOF_NONE);
	wait_or_end(t, prove(&t->proving, tr, t->from, t->law, &t->facts, &t->entry, on_proved, t));
}

/* What the policy refuses whole it refuses in both directions, also in a dialog
 * that began before. Of a partner without a connection only the names are known. */
static enum reason partner_is_refused(const struct transit *t)
{
	const struct origin *o = origin_find(t->traffic->origins, t->passage.token.organisation.text);
	struct facts facts = { .method = t->facts.method, .source = t->passage.token.source };
	struct peer nobody = { 0 };
	struct entry entry;

	if (o && o->links)
		ask_block(t->traffic, o->links, &facts);
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

/* Inside a dialog the connection that it began by shows who the partner is; else the domain says it. */
static enum reason refused_outward(struct transit *t)
{
	outward_match(&t->outward, t->law, &t->passage.partner);
	if (t->passage.route == ROUTE_PROVEN)
		return partner_is_refused(t);
	return t->outward.reason == REASON_ALLOWED ? REASON_NONE : t->outward.reason;
}

static void on_way(void *arg, struct link *to, enum reason why)
{
	struct transit *t = arg;

	t->to = to;
	if (why)
		act_refuse(t, why);
	else
		act_forward(t, REASON_ALLOWED);
	transit_free(t);
}

/* True: it waits for a connection. */
static bool go_outward(struct transit *t)
{
	struct traffic *tr = t->traffic;
	enum reason reason = REASON_NONE;

	if (t->passage.route == ROUTE_PROVEN)
		t->to = forward_partner(tr, &t->passage.token.organisation);
	if (!t->to && t->outward.reason != REASON_ALLOWED)
		reason = t->outward.reason; /* nobody is sought whom the law does not let us reach */
	else if (!t->to)
		reason = way_find(tr->ways, t->law, &t->passage.partner, &t->outward.edge, &t->to, &t->way, on_way, t);
	if (!reason && !t->to && waiting_keep(t))
		return true;
	if (reason || !t->to)
		act_refuse(t, reason ? reason : REASON_BUSY);
	else
		act_forward(t, REASON_ALLOWED);
	return false;
}

/* Of our side: inside a dialog that we let through, or to a domain that the law lets us reach; no limit holds. */
static void from_inside(struct transit *t, enum method method)
{
	struct traffic *tr = t->traffic;
	struct extract_view view = { &tr->own, t->law, tr->pendings, &tr->store->target_key };
	bool outward;

	extract_inside(&t->facts, &t->passage, &view, method, t->message);
	if (method == METHOD_ACK && ack_followed(t))
		return;
	outward = t->passage.partner.length > 0;
	if (!t->facts.fault && outward)
		t->facts.fault = refused_outward(t);
	if (t->facts.fault)
		act_refuse(t, t->facts.fault);
	else if (outward && go_outward(t))
		return;
	else if (!outward)
		act_forward(t, REASON_ALLOWED);
	transit_free(t);
}

/* --- what needs no law --- */

static void broken(struct traffic *tr, struct link *from, const struct frame *f, enum reason reason, bool closes)
{
	struct decided d = { .reason = reason, .class = CLASS_NONE, .organisation = from->origin->name, .address = from->address,
		.peer = from->peer.peer.count ? from->peer.names[0].domain.text : "",
		.method = f->request ? f->octets : "-", .method_length = f->request ? f->method_length : 1,
		.timed = from->kind == LINK_PARTNER, .took_us = clock_monotonic_us() - loop_now(tr->loop) };

	if (f->call_id < f->lines)
		d.call_id = frame_value(f, f->call_id, &d.call_id_length);
	ledger_record(tr->ledger, &d);
	if (f->request)
		reply_broken(tr, from, f, reason);
	if (closes)
		link_finish(from, reason_row(reason)->sentence);
}

static void on_request(struct traffic *tr, struct link *from, const struct frame *f)
{
	msg_t *message;
	struct transit *t;

	if (refusal_again(tr, from, f))
		return;
	message = message_parse_framed(tr->class, f);
	if (!message || !sip_object(message)->sip_request || !via_received(message, from->host, address_port(stream_peer(from->stream)))) {
		if (message)
			msg_destroy(message);
		broken(tr, from, f, REASON_MALFORMED, from->kind == LINK_PARTNER);
		return;
	}
	t = transit_new(tr, from, message, f->size);
	t->facts.method = f->method;
	if (f->method == METHOD_INVITE)
		t->request_uri = via_request_uri(&tr->own, sip_object(message));
	if (f->method == METHOD_CANCEL && waiting_cancel(t))
		return;
	if (from->kind == LINK_PARTNER)
		from_partner(t, f->method);
	else
		from_inside(t, f->method);
}

void transit_message(struct traffic *tr, struct link *from, const struct frame *f)
{
	if (from->tap)
		trace_came(from, f);
	if (f->fault)
		broken(tr, from, f, f->fault, f->closes);
	else if (f->request)
		on_request(tr, from, f);
	else
		response_arrived(tr, from, f);
}

void transit_due(void *traffic, struct pending *p)
{
	response_due(traffic, p);
}
