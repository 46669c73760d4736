#include "measure.h"

bool measure(struct store *store, const struct facts *facts, const struct entry *entry, store_measured_fn *then, void *arg)
{
	struct demand demand = {
		.target = facts->target,
		.has_target = facts->has_target,
		.ends_call = facts_ends_call(facts)
	};

	if (judge_before(facts, entry) == REASON_NONE)
		return store->ops->measure(store, entry, &demand, then, arg);
	then(arg, NULL);
	return true;
}
