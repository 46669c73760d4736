#include "order_json.h"

#include "talk.h"

static json_t *overruled_by(const struct orders *orders, const struct order *o, const struct ruleset *law)
{
	const struct order *order = orders_covering(orders, ORDER_BLOCK, &o->domain);
	const struct block *block = ruleset_longest_block(law, &o->domain);
	char rule[ORDER_RULE_MAX], line[PLACE_TEXT_MAX];

	if (o->list != ORDER_ALLOW || (!order && !block))
		return json_null();
	if (!order)
		return json_string(place_text(&block->place, line));
	order_rule(order, rule);
	return json_string(rule);
}

json_t *order_json(const struct orders *orders, const struct order *o, const struct ruleset *law)
{
	char rule[ORDER_RULE_MAX];

	order_rule(o, rule);
	return json_pack("{ss ss ss sI ss so so ss ss so}", "list", order_list_token(o->list), "domain", o->domain.text,
	    "who", o->who, "uid", (json_int_t)o->uid, "edge", o->edge.text, "since", talk_time(o->made_us),
	    "until", talk_time(o->until_us), "comment", o->comment, "rule", rule,
	    "overruled_by", overruled_by(orders, o, law));
}

json_t *orders_json(const struct orders *orders, const struct ruleset *law, const struct domain *domain)
{
	json_t *list = json_array();

	for (const char *name = domain->length ? domain->text : NULL; name; name = domain_parent(name)) {
		const struct order *o = orders_find(orders, name);

		if (o && orders_holds(o))
			json_array_append_new(list, order_json(orders, o, law));
	}
	return list;
}
