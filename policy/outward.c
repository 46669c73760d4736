#include "outward.h"

#include <string.h>

/* "*" says who may speak for anybody, not that everybody is there. */
const struct provider *outward_provider(const struct ruleset *law, const struct domain *domain)
{
	const struct provider *provider;
	size_t count = ruleset_providers(law, &provider);

	for (; count > 0; count--, provider++)
		for (size_t i = 0; i < provider->domain_count; i++)
			if (domain_within(domain, &provider->domains[i]))
				return provider;
	return NULL;
}

static void take_allow(struct outward *out, const struct ruleset *law, const struct allow *allow)
{
	const struct provider *provider = allow->provider[0] ? ruleset_find_provider(law, allow->provider) : NULL;

	out->reason = REASON_ALLOWED;
	out->place = allow->place;
	out->edge = allow->edge.length || !provider ? allow->edge : provider->edge;
}

/* The longest match wins over both lists; operators' decisions stand to the file as in match.c. */
static bool listed(struct outward *out, const struct ruleset *law, const struct domain *domain)
{
	const struct block *block = ruleset_covering_order(law, domain);
	const struct allow *allow = NULL, *ordered = NULL;

	for (const char *name = domain->text; name && !block && !allow; name = domain_parent(name)) {
		block = ruleset_find_block(law, name);
		allow = ruleset_find_allow(law, name);
		if (!ordered)
			ordered = ruleset_find_ordered_allow(law, name);
	}
	if (block) {
		out->reason = REASON_BLOCKED_DOMAIN;
		out->place = block->place;
	} else if (ordered || allow) {
		take_allow(out, law, ordered ? ordered : allow);
	}
	return block || ordered || allow;
}

void outward_match(struct outward *out, const struct ruleset *law, const struct domain *domain)
{
	const struct provider *provider;
	struct place federation;
	bool enabled = ruleset_enabled(law, &federation);
	bool found;

	*out = (struct outward){ .reason = REASON_NOT_ALLOWED };
	found = listed(out, law, domain);
	if (out->reason == REASON_BLOCKED_DOMAIN)
		return;
	if (!enabled) {
		*out = (struct outward){ .reason = REASON_FEDERATION_OFF, .place = federation };
		return;
	}
	if (found || !ruleset_discovery(law, &out->place))
		return;
	out->reason = REASON_ALLOWED;
	provider = outward_provider(law, domain);
	if (provider) {
		out->edge = provider->edge;
		out->place = provider->place;
	}
}
