#include "pending.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

#define FIRST_ROOM 1024

struct pendings {
	struct loop *loop;       /* borrowed */
	struct origins *origins; /* borrowed */
	struct pending **table;  /* owned; a power of two of buckets, keys are keyed hashes already */
	size_t room, count;
	struct quota unanswered, held;
	struct pending *oldest, **newest; /* answered ones, in that order: bounded like the others */
	size_t answered;
	void (*due)(void *arg, struct pending *);
	void *arg;
};

struct pendings *pendings_new(struct loop *loop, struct origins *origins, void (*due)(void *, struct pending *), void *arg)
{
	struct pendings *p = alloc_zero(1, sizeof *p);

	p->due = due;
	p->arg = arg;
	p->loop = loop;
	p->origins = origins;
	p->newest = &p->oldest;
	p->room = FIRST_ROOM;
	p->table = alloc_zero(p->room, sizeof *p->table);
	return p;
}

struct quota *pendings_quota(struct pendings *p)
{
	return &p->unanswered;
}

struct quota *pendings_held(struct pendings *p)
{
	return &p->held;
}

struct pending *pendings_answered(const struct pendings *p)
{
	return p->oldest;
}

size_t pendings_count(const struct pendings *p)
{
	return p->count;
}

struct pending *pending_find(struct pendings *p, uint64_t key)
{
	struct pending *at;

	for (at = p->table[key & (p->room - 1)]; at && at->key != key; at = at->next_key)
		;
	return at;
}

static void grow(struct pendings *p)
{
	size_t room = p->room * 2;
	struct pending **table = alloc_zero(room, sizeof *table);
	struct pending *at, *next;

	for (size_t i = 0; i < p->room; i++)
		for (at = p->table[i]; at; at = next) {
			next = at->next_key;
			at->next_key = table[at->key & (room - 1)];
			table[at->key & (room - 1)] = at;
		}
	free(p->table);
	p->table = table;
	p->room = room;
}

/* Where it came from nothing is awaited for it any more, if that is there yet. */
static void settle_debt(const struct pending *at)
{
	struct link *from = link_by_id(at->on->all, at->from);

	if (from)
		from->owed--;
}

static void list_leave(struct pending *at)
{
	if (!at->back)
		return;
	*at->back = at->next;
	if (at->next)
		at->next->back = at->back;
	else if (at->all->newest == &at->next)
		at->all->newest = at->back;
	at->back = NULL;
	if (at->final) {
		at->all->answered--;
		return;
	}
	at->on->awaited--;
	settle_debt(at);
}

static void list_join(struct pending *at, struct link *to)
{
	at->next = to->pending;
	at->back = &to->pending;
	if (at->next)
		at->next->back = &at->next;
	to->pending = at;
	at->on = to;
	to->awaited++;
}

struct pending *pending_add(struct pendings *p, uint64_t key, struct link *from, struct link *to,
    char *answer, char *cancel)
{
	size_t held = strlen(answer) + (cancel ? strlen(cancel) : 0) + sizeof(struct pending);
	/* Who does not answer uses up his own share, not that of the inside. */
	struct origin *owner = to->kind == LINK_PARTNER ? to->origin : from->origin;
	struct pending *at;

	if (!quota_take(&p->unanswered, &owner->pending, 1)) {
		free(answer);
		free(cancel);
		return NULL;
	}
	if (!quota_take(&p->held, &owner->held, held)) {
		quota_give(&p->unanswered, &owner->pending, 1);
		free(answer);
		free(cancel);
		return NULL;
	}
	if (p->count >= p->room)
		grow(p);
	at = alloc_zero(1, sizeof *at);
	*at = (struct pending) { .all = p, .key = key, .from = from->id, .to = to->id, .owner = owner,
		.answer = answer, .cancel = cancel, .held = held };
	origin_hold(owner);
	if (to->kind == LINK_PARTNER) {
		at->to_origin = to->origin;
		origin_hold(at->to_origin);
	}
	at->next_key = p->table[key & (p->room - 1)];
	p->table[key & (p->room - 1)] = at;
	p->count++;
	list_join(at, to);
	from->owed++;
	return at;
}

static void on_due(void *arg)
{
	struct pending *at = arg;

	at->all->due(at->all->arg, at);
}

void pending_arm(struct pending *at, int64_t at_us)
{
	timer_set(at->all->loop, &at->timer, at_us, on_due, at);
}

static void give_back(struct pendings *p, struct pending *at, bool keep_cancel)
{
	size_t kept = keep_cancel && at->cancel ? strlen(at->cancel) : 0;

	if (at->answer)
		quota_give(&p->unanswered, &at->owner->pending, 1);
	quota_give(&p->held, &at->owner->held, at->held - kept);
	at->held = kept;
	free(at->answer);
	at->answer = NULL;
	if (kept)
		return;
	free(at->cancel);
	at->cancel = NULL;
}

void pending_drop(struct pendings *p, struct pending *at)
{
	struct pending **link = &p->table[at->key & (p->room - 1)];

	for (; *link != at; link = &(*link)->next_key)
		;
	*link = at->next_key;
	p->count--;
	list_leave(at);
	give_back(p, at, false);
	timer_stop(p->loop, &at->timer);
	origin_unref(p->origins, at->owner);
	origin_unref(p->origins, at->to_origin);
	ruleset_unref(at->law);
	free(at->partner);
	free(at);
}

void pending_final(struct pendings *p, struct pending *at, unsigned status)
{
	list_leave(at);
	/* Who was silent may ring yet, and only then be cancelled (RFC 3261 9.1); who is gone may be back, and rings; who
	 * fails late awaits an ACK. */
	give_back(p, at, at->ours);
	at->final = (uint16_t)status;
	at->success = status / 100 == 2;
	at->next = NULL;
	at->back = p->newest;
	*p->newest = at;
	p->newest = &at->next;
	if (++p->answered > p->unanswered.limit)
		pending_drop(p, p->oldest);
}

void pendings_free(struct pendings *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->room; i++)
		while (p->table[i])
			pending_drop(p, p->table[i]);
	free(p->table);
	free(p);
}
