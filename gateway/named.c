#include "named.h"

#include <stdio.h>
#include <string.h>

#include "tls.h"

static void add(struct named *n, enum partner_kind kind, const struct domain *domain, const char *provider)
{
	struct partner *p = &n->list[n->count];

	if (n->count == NAMED_MOST)
		return;
	*p = (struct partner){ .kind = kind };
	if (domain)
		p->domain = *domain;
	if (provider)
		memcpy(p->provider, provider, strlen(provider) + 1);
	n->count++;
}

void named_domain(struct named *n, const struct ruleset *law, const struct domain *domain)
{
	const struct provider *provider;
	size_t count = ruleset_providers(law, &provider);

	n->count = 0;
	add(n, PARTNER_DISCOVERED, domain, NULL);
	for (; count > 0; count--, provider++)
		if (match_provider_covers(provider, domain))
			add(n, PARTNER_TENANT, domain, provider->name);
}

static bool read_tenant(struct named *n, const struct ruleset *law, const char *name, const char *slash)
{
	char called[PROVIDER_NAME_MAX + 1] = "";
	struct domain domain;

	if (slash - name > PROVIDER_NAME_MAX || !domain_parse(&domain, slash + 1, strlen(slash + 1)))
		return false;
	memcpy(called, name, (size_t)(slash - name));
	if (!ruleset_find_provider(law, called))
		return false;
	add(n, PARTNER_TENANT, &domain, called);
	return true;
}

bool named_read(struct named *n, const struct ruleset *law, const char *name)
{
	const char *slash = strchr(name, '/');
	struct domain domain, organisation;

	n->count = 0;
	if (slash)
		return read_tenant(n, law, name, slash);
	if (strcmp(name, "newcomers") == 0) {
		add(n, PARTNER_NEWCOMERS, NULL, NULL);
		return true;
	}
	if (strlen(name) <= PROVIDER_NAME_MAX && ruleset_find_provider(law, name)) {
		add(n, PARTNER_PROVIDER, NULL, name);
		add(n, PARTNER_TENANT, NULL, name);
		return true;
	}
	if (!domain_parse(&domain, name, strlen(name)))
		return false;
	named_domain(n, law, &domain);
	tls_organisation(&organisation, &domain);
	if (organisation.length && !domain_same(&organisation, &domain))
		add(n, PARTNER_DISCOVERED, &organisation, NULL);
	return true;
}

bool named_may_be(const char *name)
{
	const char *slash = strchr(name, '/');
	size_t length = slash ? (size_t)(slash - name) : strlen(name);
	char provider[PROVIDER_NAME_MAX + 1] = "";
	struct domain domain;

	if (!slash && domain_parse(&domain, name, length))
		return true;
	if (length > PROVIDER_NAME_MAX)
		return false;
	memcpy(provider, name, length);
	return provider_name_good(provider) && (!slash || domain_parse(&domain, slash + 1, strlen(slash + 1)));
}

bool named_release(struct named *n, struct store *store)
{
	size_t restricted = 0;

	for (size_t i = 0; i < n->count; i++)
		if (store->ops->release(store, &n->list[i]))
			n->list[restricted++] = n->list[i];
	n->count = restricted;
	return restricted > 0;
}

const char *named_text(const struct named *n, char *out, size_t size)
{
	char name[PARTNER_TEXT_MAX];
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n->count && at < size; i++) {
		partner_text(&n->list[i], name);
		at += (size_t)snprintf(out + at, size - at, "%s%s", i == 0 ? "" : i + 1 < n->count ? ", " : " and ", name);
	}
	return out;
}
