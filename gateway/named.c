#include "named.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

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

/* Its own spelling first: there may be two that differ in capitals. */
static const struct provider *find_provider(const struct ruleset *law, const char *name, size_t length)
{
	const struct provider *provider, *found = NULL;
	size_t count = ruleset_providers(law, &provider);

	for (; count > 0; count--, provider++) {
		if (strlen(provider->name) != length || strncasecmp(provider->name, name, length) != 0)
			continue;
		if (memcmp(provider->name, name, length) == 0)
			return provider;
		found = found ? found : provider;
	}
	return found;
}

const char *named_spelled(const struct ruleset *law, const char *name, char out[PARTNER_TEXT_MAX])
{
	size_t length = strcspn(name, "/");
	const struct provider *provider = find_provider(law, name, length);

	if (!provider || strlen(name) >= PARTNER_TEXT_MAX)
		return name;
	snprintf(out, PARTNER_TEXT_MAX, "%s%s", provider->name, name + length);
	return out;
}

static bool read_tenant(struct named *n, const struct ruleset *law, const char *name, const char *slash)
{
	const struct provider *provider = find_provider(law, name, (size_t)(slash - name));
	struct domain domain;

	if (!provider || !domain_parse(&domain, slash + 1, strlen(slash + 1)))
		return false;
	add(n, PARTNER_TENANT, &domain, provider->name);
	return true;
}

bool named_read(struct named *n, const struct ruleset *law, const char *name)
{
	const char *slash = strchr(name, '/');
	const struct provider *provider;
	struct domain domain, organisation;

	n->count = 0;
	if (slash)
		return read_tenant(n, law, name, slash);
	if (strcmp(name, "newcomers") == 0) {
		add(n, PARTNER_NEWCOMERS, NULL, NULL);
		return true;
	}
	provider = find_provider(law, name, strlen(name));
	if (provider) {
		add(n, PARTNER_PROVIDER, NULL, provider->name);
		add(n, PARTNER_TENANT, NULL, provider->name);
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

void named_near_init(struct named_near *near, const char *word)
{
	spell_init(&near->spell, word);
	near->name[0] = '\0';
}

void named_near_try(struct named_near *near, const struct partner *partner)
{
	char name[PARTNER_TEXT_MAX];

	partner_text(partner, name);
	spell_try(&near->spell, name);
	if (near->spell.nearest != name)
		return;
	strcpy(near->name, name);
	near->spell.nearest = near->name;
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
