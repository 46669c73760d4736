/* Pointers in the order of the domains. A put is rare, and moves at most some hundred kilobytes. */
#include "orders.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "outward.h"

#define LOOK_US INT64_C(600000000) /* between two looks for what may be forgotten */

struct orders {
	struct order **list;     /* owned, as each of them is */
	size_t count, room;
	size_t in_effect;
	int64_t next_us;         /* no time of one in effect comes before this; INT64_MAX: none has one */
	int64_t looked_us;       /* for what may be forgotten */
};

struct orders *orders_new(void)
{
	struct orders *o = alloc_zero(1, sizeof *o);

	o->next_us = INT64_MAX;
	return o;
}

void orders_free(struct orders *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->count; i++)
		free(o->list[i]);
	free(o->list);
	free(o);
}

bool orders_holds(const struct order *order)
{
	return !order_is_undone(order) && !order->over;
}

/* Since when it has not been in effect. */
static int64_t ended_us(const struct order *order)
{
	return order->until_us ? order->until_us : order->made_us;
}

/* The first place whose domain is not before this one. */
static size_t place_of(const struct orders *o, const char *domain)
{
	size_t low = 0, high = o->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(o->list[middle]->domain.text, domain) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct order *find(const struct orders *o, const char *domain)
{
	size_t at = place_of(o, domain);

	return at < o->count && strcmp(o->list[at]->domain.text, domain) == 0 ? o->list[at] : NULL;
}

static void take_out(struct orders *o, size_t at)
{
	free(o->list[at]);
	o->count--;
	memmove(o->list + at, o->list + at + 1, (o->count - at) * sizeof *o->list);
}

/* --- putting --- */

static void drop_oldest_over(struct orders *o)
{
	size_t oldest = o->count;

	for (size_t i = 0; i < o->count; i++)
		if (!orders_holds(o->list[i]) && (oldest == o->count || ended_us(o->list[i]) < ended_us(o->list[oldest])))
			oldest = i;
	if (oldest < o->count)
		take_out(o, oldest);
}

static void put_in(struct orders *o, const struct order *order)
{
	struct order *copy = alloc_zero(1, sizeof *copy);
	size_t at;

	*copy = *order;

	if (o->count >= 2 * ORDERS_MOST)
		drop_oldest_over(o);
	if (o->count == o->room) {
		o->room = o->room ? 2 * o->room : 16;
		o->list = alloc_resize(o->list, o->room, sizeof *o->list);
	}
	at = place_of(o, order->domain.text);
	memmove(o->list + at + 1, o->list + at, (o->count - at) * sizeof *o->list);
	o->list[at] = copy;
	o->count++;
}

static void replace(struct orders *o, struct order *known, const struct order *new)
{
	if (orders_holds(known))
		o->in_effect--;
	*known = *new;
}

/* By a clock that was wrong: it is the same one, and its time is not over. */
static bool ended_too_soon(const struct order *known, const struct order *new)
{
	return known->over && !new->over && known->made_us == new->made_us && known->list == new->list;
}

enum orders_put orders_put(struct orders *o, const struct order *order, int64_t now_us)
{
	struct order *known = find(o, order->domain.text), new = *order;

	new.over = order->until_us && order->until_us <= now_us;
	if (known && !order_is_newer(order, known) && !ended_too_soon(known, &new))
		return ORDERS_OLD;
	if (orders_holds(&new) && o->in_effect >= ORDERS_MOST && !(known && orders_holds(known)))
		return ORDERS_FULL;
	if (known)
		replace(o, known, &new);
	else
		put_in(o, &new);
	if (orders_holds(&new)) {
		o->in_effect++;
		if (new.until_us && new.until_us < o->next_us)
			o->next_us = new.until_us;
	}
	return ORDERS_TAKEN;
}

/* --- asking --- */

const struct order *orders_find(const struct orders *o, const char *domain)
{
	return find(o, domain);
}

const struct order *orders_covering(const struct orders *o, enum order_list list, const struct domain *domain)
{
	for (const char *name = domain->text; name && o->in_effect; name = domain_parent(name)) {
		const struct order *order = find(o, name);

		if (order && order->list == list && orders_holds(order))
			return order;
	}
	return NULL;
}

int64_t orders_stamp(const struct orders *o, const struct domain *domain, int64_t now_us)
{
	const struct order *known = find(o, domain->text);

	return known && known->made_us >= now_us ? known->made_us + 1 : now_us;
}

const struct order *orders_next(const struct orders *o, const char *behind)
{
	size_t at = place_of(o, behind);

	if (at < o->count && strcmp(o->list[at]->domain.text, behind) == 0)
		at++;
	return at < o->count ? o->list[at] : NULL;
}

size_t orders_in_effect(const struct orders *o)
{
	return o->in_effect;
}

/* --- time --- */

const struct order *orders_end(struct orders *o, int64_t now_us, size_t *at)
{
	if (*at == 0) {
		if (now_us < o->next_us)
			return NULL;
		o->next_us = INT64_MAX;
	}
	while (*at < o->count) {
		struct order *order = o->list[(*at)++];

		if (!orders_holds(order) || !order->until_us)
			continue;
		if (order->until_us <= now_us) {
			order->over = true;
			o->in_effect--;
			return order;
		}
		if (order->until_us < o->next_us)
			o->next_us = order->until_us;
	}
	return NULL;
}

bool orders_forget(struct orders *o, int64_t now_us, struct order *forgotten)
{
	if (o->looked_us && now_us - o->looked_us < LOOK_US && now_us >= o->looked_us)
		return false;
	for (size_t i = 0; i < o->count; i++) {
		if (orders_holds(o->list[i]) || now_us - ended_us(o->list[i]) < ORDERS_KEPT_US)
			continue;
		*forgotten = *o->list[i];
		take_out(o, i);
		return true;
	}
	o->looked_us = now_us;
	return false;
}

/* --- what the pool has --- */

bool orders_share(struct orders *o, const struct domain *domain, int64_t made_us)
{
	struct order *order = find(o, domain->text);

	if (!order || order->made_us != made_us)
		return false;
	order->shared = true;
	return true;
}

void orders_unshare(struct orders *o)
{
	for (size_t i = 0; i < o->count; i++)
		o->list[i]->shared = false;
}

const struct order *orders_unshared(const struct orders *o, size_t *at)
{
	while (*at < o->count && o->list[*at]->shared)
		++*at;
	return *at < o->count ? o->list[*at] : NULL;
}

/* --- the law --- */

/* By which edge or provider the domain may come, and is reached, the file says as before: its entry that covers the
 * domain, else the provider that lists it. */
static struct allow allow_of(const struct order *order, const struct ruleset *file, struct place place)
{
	struct allow allow = { .domain = order->domain, .place = place };
	const struct allow *covering = ruleset_longest_allow(file, &order->domain);
	const struct provider *provider = covering ? NULL : outward_provider(file, &order->domain);

	if (covering) {
		allow.edge = covering->edge;
		memcpy(allow.provider, covering->provider, sizeof allow.provider);
	} else if (provider) {
		memcpy(allow.provider, provider->name, sizeof allow.provider);
	}
	return allow;
}

static void add_to(struct ruleset *law, const struct ruleset *file, const struct order *order)
{
	char rule[ORDER_RULE_MAX];
	struct place place = { NULL, 0 }, where;
	struct block block;
	struct allow allow;

	order_rule(order, rule);
	place.file = ruleset_file(law, rule);
	if (order->list == ORDER_BLOCK) {
		block = (struct block){ order->domain, place };
		ruleset_add_block(law, &block, &where);
	} else {
		allow = allow_of(order, file, place);
		ruleset_add_allow(law, &allow, &where);
	}
}

struct ruleset *orders_law(const struct orders *o, struct ruleset *file)
{
	struct ruleset *law;

	if (!o->in_effect)
		return ruleset_ref(file);
	law = ruleset_over(file);
	for (size_t i = 0; i < o->count; i++)
		if (orders_holds(o->list[i]))
			add_to(law, file, o->list[i]);
	ruleset_seal(law);
	return law;
}
