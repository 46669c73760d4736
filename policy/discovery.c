#include "discovery.h"

static bool name_is_of(const struct certname *name, const struct domain *organisation)
{
	return organisation->length > 0 && domain_same(&name->organisation, organisation);
}

bool discovery_may_prove(const struct ruleset *law, const struct peer *peer, const struct domain *source,
    const struct domain *organisation)
{
	struct place where;

	if (!ruleset_discovery(law, &where) || source->length == 0 || ruleset_is_local(law, source))
		return false;
	for (size_t i = 0; i < peer->count; i++) {
		if (name_is_of(&peer->names[i], organisation))
			return true;
	}
	return false;
}

static bool server_is_of_peer(const struct peer *peer, const struct domain *organisation, const struct domain *server)
{
	for (size_t i = 0; i < peer->count; i++) {
		if (name_is_of(&peer->names[i], organisation) && certname_matches(&peer->names[i], server))
			return true;
	}
	return false;
}

bool discovery_proves(const struct peer *peer, const struct domain *organisation, const struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++) {
		const struct domain *server = &servers->list[i].domain;

		if (domain_within(server, organisation) && server_is_of_peer(peer, organisation, server))
			return true;
	}
	return false;
}

static bool is_edge(const struct ruleset *law, const struct domain *server)
{
	const struct allow *allow;
	const struct provider *provider;
	size_t allows = ruleset_allows(law, &allow), providers = ruleset_providers(law, &provider);

	for (; providers > 0; providers--, provider++) {
		if (domain_same(server, &provider->edge))
			return true;
	}
	for (; allows > 0; allows--, allow++) {
		if (domain_same(server, &allow->edge))
			return true;
	}
	return false;
}

void discovery_keep_usable(struct servers *servers, const struct ruleset *law, const struct domain *organisation)
{
	size_t kept = 0;

	for (size_t i = 0; i < servers->count; i++) {
		const struct domain *server = &servers->list[i].domain;

		if (domain_within(server, organisation) || is_edge(law, server))
			servers->list[kept++] = servers->list[i];
	}
	servers->count = kept;
}
