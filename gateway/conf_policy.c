/* policy.conf: its table. The lists are read by policy_list.c. The defaults of
 * the limits are policy/'s own (limits_default), so no row repeats them. */
#include "conf.h"

#include <stdlib.h>
#include <string.h>

#include "conf_source.h"
#include "policy_parts.h"

#define AT(member) offsetof(struct draft, member)

static void read_refuse_status(struct reader *reader, const struct setting *row, config_setting_t *at,
    void *field)
{
	int *status = field;
	long long value = 0;

	(void)row;
	if (config_setting_type(at) == CONFIG_TYPE_INT)
		value = config_setting_get_int64(at);
	if (value == 503 || value == 480)
		*status = (int)value;
	else
		complain_at(reader, at, "write 503, or 480 for peers that take a 503 as a dead server");
}

static void check_domain(struct reader *reader, config_setting_t *at, const char *text, void *arg)
{
	struct domain domain;

	(void)text;
	(void)arg;
	setting_domain(reader, at, &domain);
}

static void read_sign_in_domains(struct reader *reader, const struct setting *row, config_setting_t *at,
    void *field)
{
	(void)row;
	(void)field;
	texts_read(reader, at, check_domain, NULL);
}

/* One way to write a domain of the directory, and the domain. */
struct alias {
	char *name;
	struct domain domain;
};

static const struct setting alias_rows[] = {
	{ "name", KIND_TEXT, .required = true, .field = offsetof(struct alias, name), .example = "\"MAXIMO\"" },
	{ "domain", KIND_DOMAIN, .required = true, .field = offsetof(struct alias, domain),
	    .example = "\"maximo.ws\"" },
};
static const struct table alias_table = TABLE(alias_rows);

static void read_alias(struct reader *reader, config_setting_t *entry, void *arg)
{
	struct alias alias = { NULL, { 0, "" } };

	(void)arg;
	table_defaults(&alias_table, &alias);
	table_read(reader, &alias_table, "", entry, &alias);
	table_clear(&alias_table, &alias);
}

static void read_aliases(struct reader *reader, const struct setting *row, config_setting_t *at, void *field)
{
	(void)row;
	list_read(reader, at, read_alias, field);
}

static const struct setting federation_rows[] = {
	{ "enabled", KIND_FLAG, .field = AT(enabled), .place = AT(enabled_place), .fallback = "true" },
	{ "discovery", KIND_FLAG, .field = AT(discovery), .place = AT(discovery_place), .fallback = "true" },
	{ "observe", KIND_FLAG, .field = AT(observe), .fallback = "false" },
};
static const struct table federation_table = TABLE(federation_rows);

static const struct setting limits_rows[] = {
	{ "rate", KIND_RATE, .field = AT(limits.rate), .place = AT(limits.rate_place) },
	{ "suspicious-rate", KIND_RATE, .field = AT(limits.suspicious_rate), .place = AT(limits.suspicious_place) },
	{ "max-delay", KIND_DURATION, .field = AT(limits.max_delay_us), .least = "0s", .most = "1h" },
	{ "refuse-status", KIND_OTHER, .field = AT(limits.refuse_status), .read = read_refuse_status },
};
static const struct table limits_table = TABLE(limits_rows);

static const struct setting watch_rows[] = {
	{ "distinct-uris", KIND_COUNT, .field = AT(limits.distinct_uris), .place = AT(limits.watch_place),
	    .least = "1", .most = "1000000" },
	{ "window", KIND_DURATION, .field = AT(limits.watch_window_us), .least = "1s", .most = "365d" },
	{ "hold", KIND_DURATION, .field = AT(limits.watch_hold_us), .least = "1s", .most = "3650d" },
	{ "blocks", KIND_WORD, .field = AT(limits.watch_blocks), .words = "all|new" },
};
static const struct table watch_table = TABLE(watch_rows);

static const struct setting suspicion_rows[] = {
	{ "window", KIND_DURATION, .field = AT(limits.suspicion_window_us), .least = "1s", .most = "365d" },
	{ "min-responses", KIND_COUNT, .field = AT(limits.min_responses), .least = "1", .most = "1000000" },
	{ "failure-share", KIND_SHARE, .field = AT(limits.failure_share) },
	{ "hold", KIND_DURATION, .field = AT(limits.suspicion_hold_us), .least = "1s", .most = "3650d" },
};
static const struct table suspicion_table = TABLE(suspicion_rows);

static const struct setting sign_in_rows[] = {
	{ "max-failures", KIND_COUNT, .field = AT(sign_in.max_failures), .least = "1", .most = "1000000",
	    .fallback = "5" },
	{ "window", KIND_DURATION, .field = AT(sign_in.window_us), .least = "1s", .most = "365d", .fallback = "15m" },
	{ "lockout", KIND_DURATION, .field = AT(sign_in.lockout_us), .least = "1s", .most = "365d",
	    .fallback = "30m" },
	{ "ntlm", KIND_FLAG, .field = AT(sign_in.ntlm), .fallback = "true" },
	{ "unknown-domain", KIND_WORD, .field = AT(sign_in.unknown_domain), .words = "refuse|count",
	    .fallback = "refuse" },
	{ "default-domain", KIND_DOMAIN, .field = AT(sign_in.default_domain) },
	{ "domains", KIND_OTHER, .read = read_sign_in_domains },
	{ "netbios", KIND_OTHER, .read = read_aliases },
	{ "suffixes", KIND_OTHER, .read = read_aliases },
};
static const struct table sign_in_table = TABLE(sign_in_rows);

static const struct setting policy_rows[] = {
	{ "federation", KIND_GROUP, .inner = &federation_table },
	{ "limits", KIND_GROUP, .inner = &limits_table },
	{ "watch-list", KIND_GROUP, .inner = &watch_table },
	{ "suspicion", KIND_GROUP, .inner = &suspicion_table },
	{ "sign-in", KIND_GROUP, .inner = &sign_in_table },
	{ "allow", KIND_OTHER, .read = policy_read_allow, .inner = &policy_allow_table },
	{ "block", KIND_OTHER, .read = policy_read_block, .inner = &policy_block_table },
	{ "providers", KIND_OTHER, .read = policy_read_providers, .inner = &policy_provider_table },
};
static const struct table policy_table = TABLE(policy_rows);

const struct table *policy_settings(void)
{
	return &policy_table;
}

static struct ruleset *read_law(struct reader *reader, config_t *config, const struct conf *conf)
{
	struct ruleset *ruleset = ruleset_new();
	struct draft draft = { .ruleset = ruleset, .conf = conf };

	reader->file = ruleset_file(ruleset, reader->file);
	for (size_t i = 0; conf && i < conf->edge.domain_count; i++)
		ruleset_add_local(ruleset, &conf->edge.domains[i]);
	limits_default(&draft.limits);
	table_defaults(&policy_table, &draft);
	table_read(reader, &policy_table, "", config_root_setting(config), &draft);
	table_clear(&policy_table, &draft);
	ruleset_set_federation(ruleset, draft.enabled, draft.discovery, draft.observe, draft.enabled_place,
	    draft.discovery_place);
	ruleset_set_limits(ruleset, &draft.limits);
	return ruleset;
}

/* A provider that is not there was complained of when its entry was read; this
 * is the law's own last word. */
static bool seal(struct reader *reader, struct ruleset *ruleset)
{
	const struct allow *dangling = ruleset_seal(ruleset);

	if (dangling)
		complain(reader->complaints, reader->file, dangling->place.line,
		    "allow \"%s\": provider \"%s\": there is no such provider: add it to providers",
		    dangling->domain.text, dangling->provider);
	return !dangling;
}

struct ruleset *conf_read_policy(const char *path, const struct conf *conf, struct complaints *complaints)
{
	bool own = conf && conf->policy_written && strcmp(path, conf->policy) == 0;
	struct reader reader = { complaints, own ? conf->policy_written : path, "." };
	size_t before = complaints->count;
	struct ruleset *ruleset = NULL;
	config_t config;

	if (source_read(&config, path, reader.file, complaints)) {
		ruleset = read_law(&reader, &config, conf);
		if (complaints->count != before || !seal(&reader, ruleset)) {
			ruleset_unref(ruleset);
			ruleset = NULL;
		}
	}
	config_destroy(&config);
	return ruleset;
}
