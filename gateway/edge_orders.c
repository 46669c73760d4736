/* The law in force: the policy file's rules, and the operators' decisions over them. A change of either makes a new
 * one, as a reload does, so that nothing that was remembered under the old one holds on. */
#include <string.h>

#include "clock.h"
#include "edge_parts.h"

static struct ruleset *law_of(const struct edge *e)
{
	return e->store ? orders_law(e->store->orders, e->rules) : ruleset_ref(e->rules);
}

void edge_make_law(struct edge *e)
{
	ruleset_unref(e->law);
	e->law = e->traffic.law = law_of(e);
	e->traffic.law_number++;
}

static void decision_text(struct edge *e, const char *key, const char *text)
{
	if (text[0])
		decisions_text(e->decisions, key, text, strlen(text));
}

/* One line on each edge, whoever's console it came from. People were told of what was decided at ours. */
static void tell(struct edge *e, const struct order *o, const char *what)
{
	bool asked = !o->over && domain_same(&o->edge, &e->traffic.own.edge);
	char until[CLOCK_TEXT_MAX] = "";

	if (o->until_us)
		clock_text(o->until_us, until);
	if (!asked)
		log_line(LEVEL_INFO, "%s: %s, of operator %s at %s%s%s%s%s", o->domain.text, what, o->who, o->edge.text,
		    until[0] ? ", until " : "", until, o->comment[0] ? ": " : "", o->comment);
	decisions_begin(e->decisions, "operator");
	decision_text(e, "decision", what);
	decision_text(e, "partner", o->domain.text);
	decision_text(e, "who", o->who);
	decision_text(e, "at", o->edge.text);
	decision_text(e, "until", until);
	decision_text(e, "comment", o->comment);
	decisions_end(e->decisions);
}

static void make_law(void *edge)
{
	edge_make_law(edge);
}

/* Many may come in one turn: they make one law, which the next turn's messages come under. */
void edge_on_order(void *edge, const struct order *o)
{
	struct edge *e = edge;

	loop_later(e->loop, &e->new_law, make_law, e);
	if (o)
		tell(e, o, order_list_token(o->list));
}

void edge_end_orders(struct edge *e)
{
	int64_t now = e->store->clock_us(e->store) + e->store->wall_ahead_us;
	const struct order *o;
	size_t at = 0;
	bool any = false;

	for (; (o = orders_end(e->store->orders, now, &at)); any = true)
		tell(e, o, o->list == ORDER_ALLOW ? "allow is over" : "block is over");
	if (any)
		edge_make_law(e);
}
