/* Operators' decisions as the console tells them. */
#ifndef GATEWAY_ORDER_JSON_H
#define GATEWAY_ORDER_JSON_H

#include <jansson.h>

#include "../policy/orders.h"

/* {list, domain, who, uid, edge, since, until, comment, rule, overruled_by}: until null is for good; overruled_by is
 * the line of the policy file, or the operator, whose block an allow does not beat, else null. `law` is the one in force. */
json_t *order_json(const struct orders *, const struct order *, const struct ruleset *law);
/* Those in effect for this domain and for what it lies in: of `partner NAME`. */
json_t *orders_json(const struct orders *, const struct ruleset *law, const struct domain *);

#endif
