/* Operators' decisions in the pool: each is written to the pool's store, whose channel says then that there is one more,
 * and read from there by the other edges, in pages, from the last change on that was read. Whoever
 * joins reads all, and then writes what the pool does not have as new: it may have lost them. */
#include <stdlib.h>

#include "../policy/alloc.h"
#include "pooled.h"

/* --- reading --- */

static struct store *local_of(const struct pooled *p)
{
	return apart_store(p->apart);
}

static int64_t clock_of(const struct pooled *p)
{
	return pooled_now(p) + p->store.wall_ahead_us;
}

/* What is as new here stays; what is newer here is written. */
static void take(struct pooled *p, const struct order *order)
{
	struct store *local = local_of(p);

	switch (local->ops->order(local, order)) {
	case ORDERS_TAKEN:
		p->orders_changed = true;
		break;
	case ORDERS_FULL:
		pooled_say(p, "redis: more than %d decisions of operators: that about %s does not hold here", ORDERS_MOST, order->domain.text);
		break;
	case ORDERS_OLD:
		break;
	}
	orders_share(local->orders, &order->domain, order->made_us);
}

static void on_page(void *arg, const redisReply *reply)
{
	struct pooled *p = arg;
	struct script_orders page;

	p->orders_asked = false;
	p->orders_behind |= !reply;
	if (!reply)
		return; /* asked again a second later, or when Redis is back */
	if (!script_read_orders(&page, reply)) {
		pooled_wrong_reply(p, NULL, reply);
		return;
	}
	p->orders_taking = !p->orders_read;
	for (int i = 0; i < page.count; i++)
		take(p, &page.orders[i]);
	p->orders_taking = false;
	p->orders_from = page.last > p->orders_from ? page.last : p->orders_from;
	p->orders_behind |= page.full;
	if (!p->orders_behind && !p->orders_read) {
		p->orders_read = true;
		if (p->orders_changed && p->store.on_order)
			p->store.on_order(p->store.on_class_arg, NULL);
	}
	ordered_more(p);
}

static void ask(struct pooled *p)
{
	struct script_call call;

	script_orders(&call, p->orders_from);
	script_by_text(&call);
	p->orders_asked = pooled_send(p, &call, on_page, p);
	p->orders_behind = !p->orders_asked;
}

/* --- writing --- */

struct writing {
	struct pooled *pooled;
	struct order order;
	char text[ORDER_TEXT_MAX];
	struct script_call call;
};

static void on_written(void *arg, const redisReply *reply)
{
	struct writing *w = arg;
	struct pooled *p = w->pooled;

	p->order_sent = false;
	if (!reply) {
		p->orders_unsent = true;
	} else if (reply->type != REDIS_REPLY_INTEGER) {
		pooled_wrong_reply(p, NULL, reply);
	} else if (reply->integer == SCRIPT_ORDER_OLD) {
		p->orders_behind = true;
	} else {
		orders_share(local_of(p)->orders, &w->order.domain, w->order.made_us);
		if (reply->integer == SCRIPT_ORDER_FULL)
			pooled_say(p, "redis: there are too many decisions of operators: that about %s holds at this edge only", w->order.domain.text);
	}
	free(w);
	if (reply)
		ordered_more(p);
}

/* One at a time, each a place further. */
static void write_next(struct pooled *p)
{
	const struct order *next = orders_unshared(local_of(p)->orders, &p->orders_at);
	struct writing *w;

	if (!next) {
		p->orders_unsent = false;
		return;
	}
	p->orders_at++;
	w = alloc_zero(1, sizeof *w);
	w->pooled = p;
	w->order = *next;
	order_write(next, w->text);
	script_order(&w->call, p->house.edge, &w->order, w->text);
	script_by_text(&w->call);
	p->order_sent = pooled_send(p, &w->call, on_written, w);
	if (!p->order_sent)
		free(w);
}

void ordered_more(struct pooled *p)
{
	if (p->state != POOL_JOINED || !redis_is_up(p->link))
		return;
	if (p->orders_behind && !p->orders_asked)
		ask(p);
	if (p->orders_read && p->orders_unsent && !p->order_sent)
		write_next(p);
}

void ordered_begin(struct pooled *p)
{
	orders_unshare(local_of(p)->orders);
	p->orders_from = 0;
	p->orders_at = 0;
	p->orders_read = p->orders_changed = false;
	p->orders_behind = p->orders_unsent = true;
	ordered_more(p);
}

void ordered_news(struct pooled *p)
{
	p->orders_behind = true;
	ordered_more(p);
}

/* --- what is told --- */

enum orders_put ordered_now(struct pooled *p, const struct order *order)
{
	struct store *local = local_of(p);
	enum orders_put put = local->ops->order(local, order);

	p->orders_at = 0;
	p->orders_unsent = true;
	ordered_more(p);
	return put;
}

/* All that is read at the beginning is one change. */
void ordered_here(void *arg, const struct order *order)
{
	struct pooled *p = arg;

	if (p->store.on_order && !p->orders_taking)
		p->store.on_order(p->store.on_class_arg, order);
}

static void forget_one(struct pooled *p, const struct order *order)
{
	struct script_call call;

	script_order(&call, p->house.edge, order, "");
	script_by_text(&call);
	pooled_send(p, &call, NULL, NULL);
}

void ordered_second(struct pooled *p)
{
	struct order old;

	for (int i = 0; i < 16 && orders_forget(local_of(p)->orders, clock_of(p), &old); i++)
		forget_one(p, &old);
	p->orders_at = 0;
	p->orders_behind |= !p->news_up;
	ordered_more(p);
}
