#include "response.h"

#include "border.h"
#include "forward.h"
#include "hidden.h"
#include "reply.h"

#include <sofia-sip/sip_header.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STRANGE_MOST 100
#define ANSWERS_MOST 100 /* of one request that went to a partner, before its first final one and again behind it: forks and repetitions are far fewer */

/* --- whose is it? --- */

/* The branch of the first Via, when that is one of ours. */
static bool own_branch(const struct frame *f, uint64_t *transaction)
{
	const char *branch;
	size_t length;
	uint32_t mark;

	return frame_first_branch(f, &branch, &length) && via_branch_read(branch, length, transaction, &mark);
}

static bool sent_there(const struct traffic *tr, const struct pending *p, struct link *l)
{
	struct hop *hop;

	if (p->to_origin)
		return l->kind == LINK_PARTNER && l->origin == p->to_origin;
	if (l->kind == LINK_HOP)
		return l->hop->id == p->hop_id;
	if (l->kind != LINK_INSIDE)
		return false;
	/* A next hop may answer on a connection that it made to us. */
	for (hop = tr->hops->first; hop && hop->id != p->hop_id; hop = hop->next)
		;
	return hop && stream_ssl(l->stream) && tls_peer_is(&l->peer, stream_ssl(l->stream), hop->name);
}

static void unasked(const struct traffic *tr, struct link *l)
{
	ledger_answered(tr->ledger, ANSWERED_STRANGE);
	/* A next hop serves all partners: none of them may have it closed. */
	if (++l->strange >= STRANGE_MOST && l->kind == LINK_PARTNER)
		link_close(l, "100 responses that nobody asked for");
}

/* --- towards the inside --- */

/* A next hop serves all partners: none of them may fill its queue until it is closed. Requests are
 * held back by quota before they are read on; an answer by its sender, who is not read until half is gone. */
static void slow_down(struct link *by, struct link *to)
{
	if (by->kind != LINK_PARTNER || !to || to->kind == LINK_PARTNER || stream_queued(to->stream) <= STREAM_OUT_HIGH)
		return;
	stream_await_drained(to->stream);
	link_stall(by);
}

/* What many connections at once still bring has no room: it is as if it had not come. */
static bool has_room(const struct link *by, const struct link *to)
{
	return by->kind != LINK_PARTNER || !to || to->kind == LINK_PARTNER || stream_queued(to->stream) <= STREAM_OUT_MAX / 2;
}

/* --- printing it without our Via --- */

static bool line_stays(const struct traffic *tr, const struct frame *f, uint16_t i, char instead[BORDER_LINE_MAX])
{
	if (i != f->via)
		return border_line(tr->conf, f, i, instead);
	border_server(tr->conf, instead);
	return false;
}

/* By the scan: our Via's line is dropped, the others go as they came. */
static void pass_scanned(const struct traffic *tr, const struct frame *f, struct link *to)
{
	char instead[BORDER_LINE_MAX];
	size_t from = 0;

	for (uint16_t i = 0; i < f->lines; i++) {
		const struct frame_line *line = &f->line[i];

		if (line_stays(tr, f, i, instead))
			continue;
		stream_send(to->stream, f->octets + from, line->at - from);
		stream_send(to->stream, instead, strlen(instead));
		from = line->at + line->length + 2;
	}
	stream_send(to->stream, f->octets + from, f->size - from);
}

/* Without our Via, which may hide others. */
static bool take_way_back(const struct traffic *tr, msg_t *msg, const struct link *by)
{
	const sip_t *sip = sip_object(msg);

	if (by->kind != LINK_PARTNER || !hidden_in_via(sip)) {
		if (!sip->sip_via->v_next)
			return false;
		msg_header_remove(msg, NULL, (msg_header_t *)sip->sip_via);
	} else if (!hidden_give_vias(&tr->own, msg)) {
		return false;
	}
	if (by->kind == LINK_PARTNER)
		return hidden_give_records(&tr->own, msg);
	return !tr->conf->border.hide_hosts || hidden_take_records_of_answer(&tr->own, msg);
}

/* By the parser: what strangers send, what hides names, and a Via line with several values. */
static bool pass_parsed(const struct traffic *tr, const struct frame *f, const struct link *by, struct link *to)
{
	msg_t *msg = message_parse_framed(tr->class, f);
	bool good;

	if (!msg)
		return false;
	good = sip_object(msg)->sip_status && take_way_back(tr, msg, by)
	    && border_clean(tr->conf, msg, by->kind == LINK_PARTNER ? BORDER_TO_INSIDE : BORDER_TO_PARTNER)
	    && (!to || message_send(msg, to->stream));
	msg_destroy(msg);
	return good;
}

static bool one_via(const struct frame *f)
{
	size_t length;
	const char *value = frame_value(f, f->via, &length);

	return !memchr(value, ',', length);
}

static bool has_line(const struct frame *f, uint16_t from, enum frame_header header)
{
	for (uint16_t i = from; i < f->lines; i++)
		if (f->line[i].header == header)
			return true;
	return false;
}

static bool pass(const struct traffic *tr, const struct frame *f, const struct link *by, struct link *to)
{
	if (by->kind == LINK_PARTNER || !one_via(f)
	    || (tr->conf->border.hide_hosts && has_line(f, 0, FRAME_RECORD_ROUTE)))
		return pass_parsed(tr, f, by, to);
	if (!has_line(f, (uint16_t)(f->via + 1), FRAME_VIA))
		return false; /* without another Via below ours it is for nobody */
	if (to)
		pass_scanned(tr, f, to);
	return true;
}

/* --- what it means --- */

/* Who looks on hears of it, whether it counts by the law or not. */
static void witness_outcome(const struct traffic *tr, const struct pending *p, enum outcome outcome)
{
	struct sight_of_outcome seen = { .at_us = tr->store->clock_us(tr->store), .number = p->number, .outcome = outcome };
	struct partner partner;
	char who[PARTNER_TEXT_MAX];

	if (p->partner && partner_from_key(&partner, p->partner, strlen(p->partner)))
		partner_text(&partner, who);
	else
		snprintf(who, sizeof who, "%s", p->owner->name);
	seen.partner = who;
	witness_answered(&tr->witness, &seen);
}

static void count_outcome(const struct traffic *tr, struct pending *p, unsigned status)
{
	struct entry entry = { .limited = true };
	enum outcome outcome = outcome_of_status((int)status);

	ledger_answered(tr->ledger, outcome == OUTCOME_SUCCESS ? ANSWERED_SUCCESS
	    : outcome == OUTCOME_FAILURE ? ANSWERED_FAILURE : ANSWERED_NEUTRAL);
	if (p->number && witness_looks(&tr->witness))
		witness_outcome(tr, p, outcome);
	if (!p->partner || outcome == OUTCOME_NEUTRAL || !partner_from_key(&entry.partner, p->partner, strlen(p->partner)))
		return;
	entry.limits = *ruleset_limits(p->law);
	tr->store->ops->outcome(tr->store, &entry, outcome);
}

static bool is_for_cancel(const struct frame *f)
{
	size_t length;
	const char *value = frame_value(f, f->cseq, &length);

	return length > 7 && (value[length - 7] == ' ' || value[length - 7] == '\t') && !memcmp(value + length - 6, "CANCEL", 6);
}

static void note_provisional(const struct traffic *tr, struct pending *p, unsigned status)
{
	ledger_answered(tr->ledger, ANSWERED_PROVISIONAL);
	if (!p->invite || (status == 100 && p->provisional))
		return;
	p->provisional = true;
	pending_arm(p, loop_now(tr->loop) + tr->conf->messages.ring_timeout_us);
}

static void note_final(const struct traffic *tr, struct pending *p, unsigned status)
{
	count_outcome(tr, p, status);
	if (!p->invite) {
		pending_drop(tr->pendings, p);
		return;
	}
	p->answers = 0;
	pending_arm(p, loop_now(tr->loop) + PENDING_LIFE_US);
	pending_final(tr->pendings, p, status);
}

/* The first final one is never too many: without it the caller would hear of a call that was taken as of one that failed. */
static bool is_too_many(struct pending *p, const struct link *by, const struct frame *f)
{
	return by->kind == LINK_PARTNER && (p->final || f->status < 200) && ++p->answers > ANSWERS_MOST;
}

static struct link *open_link(const struct traffic *tr, uint64_t id)
{
	struct link *l = link_by_id(tr->links, id);

	return l && link_is_open(l) ? l : NULL;
}

static void cancel_answered(const struct traffic *tr, struct link *by, const struct frame *f, struct pending *p)
{
	if (f->status < 200)
		return; /* 100 to a CANCEL goes hop by hop */
	if (p->cancel_answered || !(p->cancelled || p->own_cancel))
		unasked(tr, by);
	else if (p->cancelled)
		pass(tr, f, by, open_link(tr, p->cancel_from));
	p->cancel_answered = true;
}

static void cancel_onward(const struct traffic *tr, struct pending *p)
{
	struct link *to = p->cancel && !p->own_cancel ? forward_after(tr, p) : NULL;

	if (!to)
		return;
	stream_send(to->stream, p->cancel, strlen(p->cancel));
	p->own_cancel = true;
}

/* The caller's ACK was for our own failure: that of another failure is ours too (RFC 3261 16.7). */
static void acknowledge(const struct traffic *tr, const struct pending *p, const struct frame *f)
{
	struct link *to = forward_after(tr, p);
	char *ack = to && p->cancel ? message_ack(tr->class, p->cancel, f) : NULL;

	if (ack)
		stream_send(to->stream, ack, strlen(ack));
	free(ack);
}

/* Of no use any more: what rings after a failure of ours rings for nobody. */
static void came_late(const struct traffic *tr, struct pending *p, const struct frame *f)
{
	ledger_answered(tr->ledger, ANSWERED_LATE);
	if (p->ours && f->status >= 300)
		acknowledge(tr, p, f);
	else if (p->ours && f->status < 200 && !p->cancelled)
		cancel_onward(tr, p);
}

void response_arrived(const struct traffic *tr, struct link *by, const struct frame *f)
{
	struct pending *p;
	struct link *to;
	uint64_t transaction;

	if (!own_branch(f, &transaction) || !(p = pending_find(tr->pendings, transaction)) || !sent_there(tr, p, by)) {
		unasked(tr, by);
		return;
	}
	to = open_link(tr, p->from);
	if (p->invite && f->cseq != UINT16_MAX && is_for_cancel(f)) {
		cancel_answered(tr, by, f, p);
		return;
	}
	if (p->final && !(p->invite && f->status / 100 == 2)) {
		came_late(tr, p, f);
		return;
	}
	if (!has_room(by, to)) {
		ledger_answered(tr->ledger, ANSWERED_NOBODY);
		slow_down(by, to);
		return;
	}
	if (is_too_many(p, by, f) || !pass(tr, f, by, to)) {
		unasked(tr, by);
		return;
	}
	slow_down(by, to);
	if (!to)
		ledger_answered(tr->ledger, ANSWERED_NOBODY);
	if (f->status < 200)
		note_provisional(tr, p, f->status);
	else if (!p->final)
		note_final(tr, p, f->status);
	else
		p->success = true;
}

/* --- no answer --- */

/* Of the lines that are kept for an answer. */
static const char *call_id_of(const struct pending *p, size_t *length)
{
	static const char name[] = "\r\nCall-ID: ";
	const char *at = p->answer ? strstr(p->answer, name) : NULL;

	*length = at ? strcspn(at + sizeof name - 1, "\r\n") : 0;
	return at ? at + sizeof name - 1 : NULL;
}

static void say(const struct traffic *tr, struct pending *p, enum reason reason)
{
	struct link *from = link_by_id(tr->links, p->from);
	struct decided d = { .reason = reason, .class = CLASS_NONE, .organisation = p->owner->name,
		.address = from ? from->address : NULL, .method = p->method, .method_length = strlen(p->method) };

	d.call_id = call_id_of(p, &d.call_id_length);
	ledger_record(tr->ledger, &d);
	reply_kept(tr, from, p->answer, reason);
}

static void fail(const struct traffic *tr, struct pending *p, enum reason reason)
{
	say(tr, p, reason);
	if (!p->invite) {
		pending_drop(tr->pendings, p);
		return;
	}
	p->ours = true;
	pending_arm(p, loop_now(tr->loop) + PENDING_LIFE_US);
	pending_final(tr->pendings, p, (unsigned)reason_row(reason)->status);
}

void response_due(const struct traffic *tr, struct pending *p)
{
	if (p->final) {
		pending_drop(tr->pendings, p);
	} else if (!p->invite) {
		ledger_answered(tr->ledger, ANSWERED_NEVER);
		pending_drop(tr->pendings, p);
	} else {
		/* Before a provisional answer nothing may be cancelled (RFC 3261 9.1). */
		if (p->provisional)
			cancel_onward(tr, p);
		fail(tr, p, REASON_NEXT_HOP_SILENT);
	}
}

void response_link_closed(const struct traffic *tr, struct link *l)
{
	while (l->pending) {
		/* The other end rings on: at the last words of a stop it is still there, and else it may have another connection. */
		if (l->pending->provisional)
			cancel_onward(tr, l->pending);
		fail(tr, l->pending, l->kind == LINK_PARTNER ? REASON_PARTNER_GONE : REASON_NEXT_HOP_DOWN);
	}
}

void response_hop_opened(const struct traffic *tr, const struct link *l)
{
	for (struct pending *p = pendings_answered(tr->pendings); p; p = p->next)
		if (p->ours && p->provisional && p->hop_id == l->hop->id)
			cancel_onward(tr, p);
}
