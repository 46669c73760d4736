/* The lists of policy.conf: allow, block, providers. An entry goes into the law
 * even when something else in it is wrong, so that one run finds its clashes too; the law is
 * thrown away then. */
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "policy_parts.h"
#include "spell.h"

#define COMMENT_MAX 256

static void read_comment(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	const char *text = setting_text(reader, at);

	(void)row;
	(void)field;
	if (text && strlen(text) > COMMENT_MAX)
		complain_at(reader, at, "%zu octets: a comment has at most %d", strlen(text), COMMENT_MAX);
}

/* A slash would make the provider's name a tenant's. */
static bool is_provider_name(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= PROVIDER_NAME_MAX
	    && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == length;
}

static void read_provider_name(struct reader *reader, const struct setting *row, config_setting_t *at,
    void *field)
{
	const char *text = setting_text(reader, at);

	(void)row;
	if (!text)
		return;
	if (is_provider_name(text))
		strcpy(field, text);
	else
		complain_at(reader, at, "a name is 1 to %d letters, digits, \"-\", \"_\" and \".\", as in \"hosted-uc\"",
		    PROVIDER_NAME_MAX);
}

/* An allow entry's word for a provider: it may stand further down in the file. */
static void read_provider_use(struct reader *reader, const struct setting *row, config_setting_t *at,
    void *field)
{
	config_setting_t *root = config_setting_parent(config_setting_parent(config_setting_parent(at)));
	config_setting_t *list = config_setting_get_member(root, "providers");
	const char *text = setting_text(reader, at), *name;
	struct spell spell;

	(void)row;
	if (!text || !*text)
		return;
	spell_init(&spell, text);
	for (int i = 0; list && config_setting_is_aggregate(list) && i < config_setting_length(list); i++) {
		config_setting_t *provider = config_setting_get_elem(list, (unsigned)i);

		if (!config_setting_is_group(provider) || !config_setting_lookup_string(provider, "name", &name))
			continue;
		if (strcmp(name, text) == 0) {
			if (is_provider_name(text))
				strcpy(field, text);
			return; /* a wrong name has its complaint where it is given */
		}
		spell_try(&spell, name);
	}
	if (spell.nearest)
		complain_at(reader, at, "there is no such provider: did you mean \"%s\"?", spell.nearest);
	else
		complain_at(reader, at, "there is no such provider: add it to providers, or leave this out");
}

/* Complains when a local domain stands on a list. */
static bool is_local(struct reader *reader, config_setting_t *at, const struct draft *draft,
    const struct domain *domain)
{
	for (size_t i = 0; draft->conf && i < draft->conf->edge.domain_count; i++) {
		if (!domain_same(domain, &draft->conf->edge.domains[i]))
			continue;
		complain_at(reader, at, "a local domain (edge.domains) is no partner: take it off this list");
		return true;
	}
	return false;
}

/* ": already allowed on line 9: a domain stands on one list only" */
static void complain_clash(struct reader *reader, config_setting_t *at, enum clash clash, const struct place *where)
{
	static const struct { const char *what, *remedy; } texts[] = {
		[CLASH_NONE] = { "", "" },
		[CLASH_ALLOWED] = { "already allowed", "a domain stands on one list only" },
		[CLASH_BLOCKED] = { "already blocked", "a domain stands on one list only" },
		[CLASH_PROVIDER] = { "this name is taken", "each provider has its own" },
		[CLASH_EDGE] = { "its edge is another provider's already", "each provider has its own" },
	};

	if (clash != CLASH_NONE)
		complain_at(reader, at, "%s on line %d: %s", texts[clash].what, where->line, texts[clash].remedy);
}

static const struct setting allow_rows[] = {
	{ "domain", KIND_DOMAIN, .required = true, .field = offsetof(struct allow, domain), .example = "\"contoso.com\"" },
	{ "edge", KIND_DOMAIN, .field = offsetof(struct allow, edge) },
	{ "provider", KIND_OTHER, .field = offsetof(struct allow, provider), .read = read_provider_use },
	{ "rate", KIND_RATE, .field = offsetof(struct allow, rate) },
	{ "observe", KIND_FLAG, .field = offsetof(struct allow, observe), .fallback = "false" },
	{ "comment", KIND_OTHER, .read = read_comment },
};
const struct table policy_allow_table = TABLE(allow_rows);

static void read_allow(struct reader *reader, config_setting_t *entry, void *arg)
{
	struct draft *draft = arg;
	struct allow allow;
	struct place where;

	memset(&allow, 0, sizeof(allow));
	allow.place = setting_place(reader, entry);
	table_defaults(&policy_allow_table, &allow);
	table_read(reader, &policy_allow_table, "", entry, &allow);
	if (allow.domain.length && !is_local(reader, entry, draft, &allow.domain))
		complain_clash(reader, entry, ruleset_add_allow(draft->ruleset, &allow, &where), &where);
}

void policy_read_allow(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	list_read(reader, at, read_allow, field);
}

static const struct setting block_rows[] = {
	{ "domain", KIND_DOMAIN, .required = true, .field = offsetof(struct block, domain), .example = "\"spim.example\"" },
	{ "comment", KIND_OTHER, .read = read_comment },
};
const struct table policy_block_table = TABLE(block_rows);

static void read_block(struct reader *reader, config_setting_t *entry, void *arg)
{
	struct draft *draft = arg;
	struct block block;
	struct place where;

	memset(&block, 0, sizeof(block));
	block.place = setting_place(reader, entry);
	table_defaults(&policy_block_table, &block);
	table_read(reader, &policy_block_table, "", entry, &block);
	if (block.domain.length && !is_local(reader, entry, draft, &block.domain))
		complain_clash(reader, entry, ruleset_add_block(draft->ruleset, &block, &where), &where);
}

void policy_read_block(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	list_read(reader, at, read_block, field);
}

static void add_tenant_domain(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	struct provider *provider = arg;
	struct domain domain;

	if (strcmp(text, "*") == 0) {
		provider->any_domain = true;
		return;
	}
	if (!setting_domain(reader, at, &domain))
		return;
	provider->domains = alloc_resize(provider->domains, provider->domain_count + 1, sizeof(domain));
	provider->domains[provider->domain_count++] = domain;
}

/* The field is the provider. */
static void read_tenant_domains(struct reader *reader, const struct setting *row, config_setting_t *at,
    void *field)
{
	(void)row;
	if (config_setting_is_array(at) && config_setting_length(at) == 0)
		complain_at(reader, at, "a provider without domains covers nobody: name them, or [ \"*\" ] for any");
	else
		texts_read(reader, at, add_tenant_domain, field);
}

static const struct setting provider_rows[] = {
	{ "name", KIND_OTHER, .required = true, .field = offsetof(struct provider, name), .read = read_provider_name,
	    .example = "\"hosted-uc\"" },
	{ "edge", KIND_DOMAIN, .required = true, .field = offsetof(struct provider, edge),
	    .example = "\"sipfed.hosted-uc.example\"" },
	{ "domains", KIND_OTHER, .required = true, .read = read_tenant_domains, .example = "[ \"*\" ]" },
	{ "max-tenants", KIND_COUNT, .field = offsetof(struct provider, max_tenants), .least = "1", .most = "1000000",
	    .fallback = "1000" },
	{ "rate", KIND_RATE, .field = offsetof(struct provider, rate), .fallback = "400/s" },
	{ "distinct-uris", KIND_COUNT, .field = offsetof(struct provider, distinct_uris), .least = "1",
	    .most = "1000000", .fallback = "20000" },
	{ "comment", KIND_OTHER, .read = read_comment },
};
const struct table policy_provider_table = TABLE(provider_rows);

/* Each at its own line: the list may be long. */
static void check_tenant_domains(struct reader *reader, config_setting_t *entry, const struct draft *draft)
{
	config_setting_t *domains = config_setting_get_member(entry, "domains");

	for (int i = 0; domains && config_setting_is_array(domains) && i < config_setting_length(domains); i++) {
		config_setting_t *at = config_setting_get_elem(domains, (unsigned)i);
		const char *text = config_setting_get_string(at);
		struct domain domain;

		if (text && domain_parse(&domain, text, strlen(text)))
			is_local(reader, at, draft, &domain);
	}
}

static void read_provider(struct reader *reader, config_setting_t *entry, void *arg)
{
	struct draft *draft = arg;
	struct provider provider;
	struct place where;

	memset(&provider, 0, sizeof(provider));
	provider.place = setting_place(reader, entry);
	table_defaults(&policy_provider_table, &provider);
	table_read(reader, &policy_provider_table, "", entry, &provider);
	check_tenant_domains(reader, entry, draft);
	if (*provider.name && provider.edge.length)
		complain_clash(reader, entry, ruleset_add_provider(draft->ruleset, &provider, &where), &where);
	free(provider.domains);
}

void policy_read_providers(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	list_read(reader, at, read_provider, field);
}
