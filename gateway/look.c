/* What a message would hear, asked of Redis without a change: for who asks why. Where Redis is
 * late or gone this edge says what it knows by itself. */
#include <stdlib.h>

#include "../policy/alloc.h"
#include "pooled.h"

struct look {
	struct pooled *pooled;       /* borrowed */
	const struct entry *entry;   /* borrowed from who asked */
	struct entry charged;        /* or its partner_common */
	struct demand demand;
	store_peeked_fn *then;
	void *arg;
	bool common, by_text;
	struct script_call call;
};

static void look_here(struct look *l)
{
	apart_peek(l->pooled->apart, l->entry, &l->demand, pooled_edges(l->pooled), l->then, l->arg);
	free(l);
}

static bool ask(struct look *l);

static void tell(struct look *l, struct script_glimpse *got)
{
	struct reading *seen = &got->glimpse.seen;

	seen->common = got->shared || l->common;
	l->then(l->arg, &got->glimpse, false);
	free(l);
}

static void on_looked(void *arg, const redisReply *reply)
{
	struct look *l = arg;
	struct script_glimpse got;

	if (reply && !l->by_text && pooled_again(&l->call, reply)) {
		l->by_text = true;
		if (pooled_send(l->pooled, &l->call, on_looked, l))
			return;
	} else if (reply && script_read_peek(&got, &l->charged, reply)) {
		if (!got.unknown || l->common) {
			tell(l, &got);
			return;
		}
		l->charged.partner = partner_common(&l->entry->partner);
		l->common = true;
		if (ask(l))
			return;
	} else if (reply) {
		pooled_wrong_reply(l->pooled, &l->charged.partner, reply);
	}
	look_here(l);
}

/* Whom the pool has no room for is charged with the others, who are always known. */
static bool ask(struct look *l)
{
	script_peek(&l->call, l->pooled->house.edge, &l->charged, &l->demand, l->common || pooled_has_room(l->pooled), -1);
	if (l->by_text)
		script_by_text(&l->call);
	return pooled_send(l->pooled, &l->call, on_looked, l);
}

void look(struct pooled *p, const struct entry *entry, const struct demand *demand, store_peeked_fn *then, void *arg)
{
	struct look *l = alloc_zero(1, sizeof *l);

	*l = (struct look){ .pooled = p, .entry = entry, .charged = *entry, .demand = *demand, .then = then, .arg = arg };
	if (p->state != POOL_JOINED || !ask(l))
		look_here(l);
}
