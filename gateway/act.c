/* What is done with a message once its reason is known. */
#include <sofia-sip/sip_header.h>
#include <string.h>

#include "clock.h"
#include "refusal.h"
#include "reply.h"
#include "transit_parts.h"

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

void act_record(struct transit *t, enum reason reason)
{
	const sip_t *sip = sip_object(t->message);
	const char *method = sip->sip_request->rq_method_name, *call_id = sip->sip_call_id->i_id;
	const url_t *to = sip->sip_request->rq_url;
	const struct entry *entry = t->from->kind == LINK_PARTNER ? &t->entry : NULL;
	const struct reading *seen = t->measured ? &t->seen : NULL;
	struct decided d = {
		.reason = reason, .judged = t->reason, .facts = &t->facts, .entry = entry, .seen = seen,
		.class = entry ? judge_class(entry, reason, seen) : CLASS_NONE,
		.place = t->outward.place,
		.organisation = entry ? t->from->origin->name : t->passage.partner.text, .address = t->from->address,
		.peer = t->from->peer.peer.count ? t->from->peer.names[0].domain.text : "", .certificate = &t->from->peer,
		.method = method, .method_length = strlen(method),
		.call_id = call_id, .call_id_length = strlen(call_id),
		.target = to->url_user, .target_length = to->url_user ? strlen(to->url_user) : 0,
		.timed = t->since_us != 0, .took_us = t->since_us ? clock_monotonic_us() - t->since_us : 0
	};

	ledger_record(t->traffic->ledger, &d);
	t->since_us = 0;
	if (seen && seen->became_watched)
		record_class(t);
	t->seen.became_watched = false; /* it is told once, whatever becomes of the message */
}

/* --- act --- */

struct request act_request(const struct transit *t)
{
	return (struct request) { .from = t->from, .message = t->message, .size = t->size, .facts = &t->facts,
		.passage = &t->passage, .entry = t->from->kind == LINK_PARTNER ? &t->entry : NULL,
		.common = t->measured && t->seen.common, .law = t->law, .to = t->to, .number = t->number };
}

void act_refuse(struct transit *t, enum reason reason)
{
	act_record(t, reason);
	if (t->facts.method == METHOD_INVITE && t->passage.in_dialog)
		refusal_await_ack(t->from, t->passage.transaction);
	refusal_note(t->traffic, t->from, &t->facts, &t->entry, t->measured ? &t->seen : NULL, t->proving.until_us, reason);
	/* refuse-status is for ordinary requests: what ends a call gets the table's 503 (product.md 2, Rate). */
	reply_refuse(t->traffic, t->from, t->message, t->facts.method, reason,
	    t->from->kind == LINK_PARTNER && !facts_ends_call(&t->facts) ? &t->entry : NULL,
	    t->measured ? t->seen.retry_us : 0);
	/* A next hop serves all partners: a whole message of its never closes it. */
	if (reason == REASON_MALFORMED && t->from->kind == LINK_PARTNER)
		link_finish(t->from, "malformed message");
}

/* A message that waited was recorded when it began to wait. */
static void record_once(struct transit *t, enum reason reason)
{
	if (reason)
		act_record(t, reason);
}

/* Where it goes; the reason may become that nobody takes it. */
static void send_on(struct transit *t, enum reason admitted)
{
	struct request r = act_request(t);
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
		act_refuse(t, reason);
	else
		record_once(t, admitted);
}

void act_forward(struct transit *t, enum reason admitted)
{
	if (t->facts.for_edge) {
		record_once(t, admitted);
		reply_plain(t->traffic, t->from, t->message, 200, "Accept: */*\r\n");
	} else {
		send_on(t, admitted);
	}
}

bool act(struct transit *t)
{
	if (judge_is_waived(&t->entry, t->reason)) {
		act_record(t, t->reason);
		act_forward(t, REASON_NONE);
		return false;
	}
	switch (reason_row(t->reason)->verdict) {
	case VERDICT_FORWARD:
		/* Whose slot has just come, and whose timer not yet, goes first. */
		if (t->measured && waiting_before(t) && waiting_for_slot(t)) {
			act_record(t, t->reason);
			return true;
		}
		act_forward(t, t->reason);
		return false;
	case VERDICT_DELAY:
		if (!waiting_for_slot(t)) {
			act_refuse(t, REASON_BUSY);
			return false;
		}
		act_record(t, t->reason);
		return true;
	default:
		act_refuse(t, t->reason);
		return false;
	}
}
