/* Messages that wait on their connection, for DNS, for the store's reading or for their
 * slot: kept within bounds, found by a CANCEL, dropped with their connection. */
#include <sofia-sip/sip_header.h>

#include "message.h"
#include "refusal.h"
#include "reply.h"
#include "response.h"
#include "transit_parts.h"

bool waiting_keep(struct transit *t)
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

void waiting_leave(struct transit *t)
{
	timer_stop(t->traffic->loop, &t->slot);
	if (t->paced)
		t->from->paced--;
	if (t->held)
		quota_give(pendings_held(t->traffic->pendings), &t->from->origin->held, t->held);
	if (!t->back)
		return;
	*t->back = t->next;
	if (t->next)
		t->next->back = t->back;
}

bool waiting_before(const struct transit *t)
{
	return t->from->paced > 0;
}

static void on_slot(void *arg)
{
	struct transit *t = arg;

	act_forward(t, REASON_NONE);
	transit_free(t);
}

/* By the slot, not by the wait: the time since the reading is another one for each message, and those with one
 * slot would overtake each other. */
bool waiting_for_slot(struct transit *t)
{
	if (!waiting_keep(t))
		return false;
	t->paced = true;
	t->from->paced++;
	timer_set(t->traffic->loop, &t->slot, t->seen.slot_us - t->traffic->store->ahead_us, on_slot, t);
	return true;
}

/* By whichever connection of the organisation it came, with the same Request-URI (RFC 3261 9.2). */
static struct transit *waiting_invite(const struct origin *o, uint64_t transaction, uint64_t request_uri)
{
	for (struct link *l = o->links; l; l = l->next)
		for (struct transit *w = l->waiting; w; w = w->next)
			if (w->facts.method == METHOD_INVITE && w->passage.transaction == transaction && w->request_uri == request_uri)
				return w;
	return NULL;
}

bool waiting_cancel(struct transit *t)
{
	struct origin *o = t->from->origin;
	const struct own *own = &t->traffic->own;
	const sip_t *cancel = sip_object(t->message);
	struct transit *w = waiting_invite(o, via_transaction(own, cancel, o->name), via_request_uri(own, cancel));

	if (!w)
		return false;
	reply_plain(t->traffic, t->from, t->message, 200, "");
	act_refuse(w, REASON_CANCELLED);
	transit_free(w);
	transit_free(t);
	return true;
}

/* --- the end of a connection --- */

void transit_last_words(struct traffic *tr, struct link *l)
{
	struct transit *w;

	while ((w = l->waiting)) {
		act_refuse(w, REASON_BUSY);
		transit_free(w);
	}
	response_link_closed(tr, l);
}

void transit_link_closed(struct traffic *tr, struct link *l)
{
	while (l->waiting) {
		act_record(l->waiting, REASON_CONNECTION_CLOSED);
		transit_free(l->waiting);
	}
	refusal_forget(l);
	witness_closed(&tr->witness, l->id, l->told);
	response_link_closed(tr, l);
}
