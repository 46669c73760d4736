#include "forward.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "border.h"
#include "hidden.h"

static uint64_t spread(const struct traffic *tr, const sip_t *sip)
{
	return siphash(&tr->own.branch_key, sip->sip_call_id->i_id, strlen(sip->sip_call_id->i_id));
}

static struct link *link_of(const struct origin *o)
{
	struct link *to = NULL;

	for (struct link *l = o ? o->links : NULL; l; l = l->next) {
		if (l->kind != LINK_PARTNER || !link_is_open(l))
			continue;
		to = l;
		if (stream_queued(l->stream) <= STREAM_OUT_HIGH)
			break;
	}
	return to;
}

struct link *forward_partner(const struct traffic *tr, const struct domain *organisation)
{
	return link_of(origin_find(tr->origins, organisation->text));
}

/* Those whose certificates prove no organisation have one name here, and nothing else in common. */
static bool is_proven(const struct origin *o)
{
	return strcmp(o->name, ORIGIN_UNPROVEN);
}

struct link *forward_after(const struct traffic *tr, const struct pending *p)
{
	struct link *to = link_by_id(tr->links, p->to);
	struct hop *hop;

	if (to && link_is_open(to))
		return to;
	if (p->to_origin)
		return is_proven(p->to_origin) ? link_of(p->to_origin) : NULL;
	for (hop = tr->hops->first; hop && hop->id != p->hop_id; hop = hop->next)
		;
	return hop && hop->up && link_is_open(hop->link) ? hop->link : NULL;
}

enum reason forward_choose(const struct traffic *tr, const struct request *r, struct link **to)
{
	struct hop *hop;

	*to = r->to;
	if (r->from->kind != LINK_PARTNER)
		return stream_queued(r->to->stream) <= STREAM_OUT_HIGH ? REASON_NONE : REASON_BUSY;
	switch (hops_choose(tr->hops, spread(tr, sip_object(r->message)), r->from->origin, r->size, &hop)) {
	case HOP_DOWN:
		return REASON_NEXT_HOP_DOWN;
	case HOP_BUSY:
		stream_await_drained(hop->link->stream);
		link_stall(r->from);
		return REASON_BUSY;
	case HOP_FOUND:
		break;
	}
	*to = hop->link;
	return REASON_NONE;
}

/* --- changing it --- */

static bool starts_dialog(const struct request *r)
{
	const char *method = sip_object(r->message)->sip_request->rq_method_name;

	return !r->passage->in_dialog
	    && (r->facts->method == METHOD_INVITE || !strcmp(method, "SUBSCRIBE") || !strcmp(method, "REFER"));
}

/* The local party is who is called, or who calls. */
static bool record(const struct traffic *tr, const struct request *r, const struct link *to, const char *hidden)
{
	bool inward = r->from->kind == LINK_PARTNER;
	sip_t *sip = sip_object(r->message);
	const url_t *local = inward ? sip->sip_to->a_url : sip->sip_from->a_url;
	const char *organisation = inward ? r->from->origin->name : to->origin->name;
	struct token_dialog dialog = { sip->sip_call_id->i_id, local->url_user, local->url_host ? local->url_host : "" };
	struct token token = { .source = inward ? r->facts->source : r->passage->partner };

	if (!domain_parse(&token.organisation, organisation, strlen(organisation)))
		return false;
	return route_record(r->message, &tr->own, &token, &dialog, inward, *hidden ? hidden : NULL);
}

/* Where names are hidden ours hide all Routes of the inside: what else a partner has put behind them leads nowhere. */
static bool take_routes(const struct traffic *tr, const struct request *r, bool inward)
{
	bool more = r->passage->route == ROUTE_PROVEN && !(inward && tr->conf->border.hide_hosts);

	if (r->passage->hidden_routes)
		return hidden_give_routes(r->message, r->passage->hidden_routes);
	route_remove(r->message, more ? r->passage->own_routes : UINT32_MAX);
	return true;
}

/* Our Via goes again, and what it hides comes back: it must not stand in an answer of ours. */
static void take_back_via(const struct traffic *tr, msg_t *msg)
{
	sip_t *sip = sip_object(msg);

	if (!hidden_in_via(sip) || !hidden_give_vias(&tr->own, msg))
		msg_header_remove(msg, NULL, (msg_header_t *)sip->sip_via);
}

/* Headers in the order that they are pushed to the front: Via last. Where the names of the inside are hidden, a
 * Record-Route that begins no dialog goes without a trace: it has no meaning (RFC 3261 12.2). */
static enum reason change(const struct traffic *tr, const struct request *r, const struct link *to, const char *branch)
{
	bool inward = r->from->kind == LINK_PARTNER, hides = !inward && tr->conf->border.hide_hosts;
	char records[SEAL_PLAIN_MAX + 1] = "";

	if (hides && !hidden_take_records(r->message, records))
		return REASON_TOO_LARGE;
	if (!take_routes(tr, r, inward)
	    || !via_count_down(r->message)
	    || !border_clean(tr->conf, r->message, inward ? BORDER_TO_INSIDE : BORDER_TO_PARTNER)
	    || (starts_dialog(r) && !record(tr, r, to, records))
	    || !via_push(r->message, inward ? &tr->own.inner : &tr->own.outer, branch))
		return REASON_MALFORMED;
	if (!hides || hidden_take_vias(&tr->own, r->message))
		return REASON_NONE;
	take_back_via(tr, r->message);
	return REASON_TOO_LARGE;
}

static bool queue(const struct request *r, struct link *to)
{
	size_t before = stream_queued(to->stream), queued;

	if (!message_send(r->message, to->stream))
		return false;
	queued = stream_queued(to->stream);
	if (to->kind == LINK_HOP && queued > before)
		hop_owes(to->hop, r->from->origin, queued - before);
	if (to->kind == LINK_PARTNER)
		link_used(to);
	return true;
}

/* --- remembering it --- */

/* A peer that uses a branch twice gets another one of ours: nothing is
 * retransmitted on streams, so it is another request. 0: too many of them. */
static uint64_t fresh_key(const struct traffic *tr, uint64_t key)
{
	for (int i = 0; i < 16 && pending_find(tr->pendings, key); i++)
		key = siphash(&tr->own.branch_key, &key, sizeof key);
	return pending_find(tr->pendings, key) ? 0 : key;
}

static void count_outcome_for(struct pending *p, const struct request *r)
{
	struct partner partner;
	char key[PARTNER_KEY_MAX];

	if (!r->entry || !judge_awaits_answer(r->facts, r->entry))
		return;
	partner = r->common ? partner_common(&r->entry->partner) : r->entry->partner;
	partner_key(&partner, key);
	p->partner = alloc_text(key);
	p->law = ruleset_ref(r->law);
}

static enum reason remember(const struct traffic *tr, const struct request *r, struct link *to, uint64_t key,
    const char *branch, char *lines)
{
	char *cancel = NULL;
	struct pending *p;

	if (r->facts->method == METHOD_INVITE && !(cancel = message_cancel(r->message))) {
		free(lines);
		return REASON_MALFORMED;
	}
	p = pending_add(tr->pendings, key, r->from, to, lines, cancel);
	if (!p)
		return REASON_BUSY;
	memcpy(p->branch, branch, BRANCH_MAX);
	p->hop_id = to->hop ? to->hop->id : 0;
	p->number = r->number;
	p->invite = r->facts->method == METHOD_INVITE;
	snprintf(p->method, sizeof p->method, "%s", sip_object(r->message)->sip_request->rq_method_name);
	p->request_uri = via_request_uri(&tr->own, sip_object(r->message));
	count_outcome_for(p, r);
	pending_arm(p, loop_now(tr->loop) + tr->conf->messages.answer_timeout_us);
	return REASON_NONE;
}

enum reason forward_send(const struct traffic *tr, const struct request *r, struct link *to)
{
	sip_t *sip = sip_object(r->message);
	uint64_t key = fresh_key(tr, r->passage->transaction);
	char branch[BRANCH_MAX], tag[TAG_MAX];
	char *lines = NULL;
	enum reason reason;

	if (!key)
		return REASON_BUSY;
	via_branch(branch, key, via_loop_mark(&tr->own, sip));
	if (r->facts->method != METHOD_ACK) {
		via_tag(&tr->own, sip, tag);
		lines = message_answer_lines(r->message, tag);
		if (!lines)
			return REASON_MALFORMED;
	}
	reason = change(tr, r, to, branch);
	if (reason) {
		free(lines);
		return reason;
	}
	reason = lines ? remember(tr, r, to, key, branch, lines) : REASON_NONE;
	if (!reason && queue(r, to))
		return REASON_NONE;
	if (!reason && lines)
		pending_drop(tr->pendings, pending_find(tr->pendings, key));
	take_back_via(tr, r->message);
	return reason ? reason : REASON_MALFORMED;
}

/* --- what follows an INVITE --- */

/* By whichever connection of the organisation: its name is part of the transaction. */
static struct pending *followed(const struct traffic *tr, const struct request *r)
{
	struct pending *p = pending_find(tr->pendings, r->passage->transaction);

	return p && p->invite
	    && p->request_uri == via_request_uri(&tr->own, sip_object(r->message)) ? p : NULL;
}

static bool send_along(const struct traffic *tr, const struct request *r, struct pending *p)
{
	struct link *to = forward_after(tr, p);

	return to && !change(tr, r, to, p->branch) && queue(r, to);
}

enum follow forward_ack(const struct traffic *tr, const struct request *r)
{
	struct pending *p;

	p = followed(tr, r);
	if (!p || p->success)
		return FOLLOW_NOBODY;
	if (p->ours)
		return FOLLOW_OURS;
	if (p->acked || !p->final)
		return FOLLOW_EXTRA;
	p->acked = true;
	send_along(tr, r, p);
	return FOLLOW_DONE;
}

enum follow forward_cancel(const struct traffic *tr, const struct request *r)
{
	struct pending *p = followed(tr, r);

	if (!p)
		return FOLLOW_NOBODY;
	if (p->final || p->cancelled || !send_along(tr, r, p))
		return FOLLOW_OURS;
	p->cancelled = true;
	p->cancel_from = r->from->id;
	return FOLLOW_DONE;
}
