/* fedgate.conf: its table. Values are read by setting_kind.c and conf_value.c,
 * what concerns several settings is checked by conf_check.c. */
#include "conf.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "conf_parts.h"
#include "conf_source.h"

#define AT(member) offsetof(struct conf, member)

static const struct setting edge_rows[] = {
	{ "name", KIND_NAME, .required = true, .field = AT(edge.name), .example = "\"edge1.example.com\"" },
	{ "domains", KIND_OTHER, .required = true, .read = conf_read_domains, .example = "[ \"example.com\" ]" },
	{ "user", KIND_TEXT, .field = AT(edge.user), .place = AT(edge.user_place) },
	{ "route-keys", KIND_OTHER, .read = conf_read_route_keys },
};
static const struct table edge_table = TABLE(edge_rows);

static const struct setting federation_rows[] = {
	{ "listen", KIND_OTHER, .required = true, .field = AT(federation.listen), .read = conf_read_addresses,
	    .example = "[ \"203.0.113.10:5061\" ]" },
	{ "certificate", KIND_FILE, .required = true, .field = AT(federation.tls.certificate),
	    .example = "\"/etc/fedgate/edge.pem\"" },
	{ "key", KIND_FILE, .required = true, .field = AT(federation.tls.key), .example = "\"/etc/fedgate/edge.key\"" },
	{ "ca", KIND_FILE, .required = true, .field = AT(federation.tls.ca),
	    .example = "\"/etc/ssl/certs/ca-certificates.crt\"" },
	{ "name", KIND_NAME, .field = AT(federation.name) },
	{ "crl", KIND_FILE, .field = AT(federation.tls.crl) },
	{ "reuse-port", KIND_FLAG, .field = AT(federation.reuse_port), .fallback = "false" },
	{ "max-connections", KIND_COUNT, .field = AT(federation.max_connections), .least = "1", .most = "1000000",
	    .fallback = "10000" },
	{ "max-per-address", KIND_COUNT, .field = AT(federation.max_per_address), .least = "1", .most = "1000000",
	    .fallback = "64" },
	{ "max-per-partner", KIND_COUNT, .field = AT(federation.max_per_partner), .least = "1", .most = "1000000",
	    .fallback = "64" },
	{ "handshake-timeout", KIND_DURATION, .field = AT(federation.handshake_timeout_us), .least = "100ms",
	    .most = "1h", .fallback = "5s" },
	{ "private-addresses", KIND_FLAG, .field = AT(federation.private_addresses), .fallback = "false" },
};
static const struct table federation_table = TABLE(federation_rows);

static const struct setting internal_rows[] = {
	{ "listen", KIND_OTHER, .field = AT(internal.listen), .read = conf_read_addresses },
	{ "certificate", KIND_FILE, .field = AT(internal.tls.certificate) },
	{ "key", KIND_FILE, .field = AT(internal.tls.key) },
	{ "ca", KIND_FILE, .field = AT(internal.tls.ca) },
	{ "peers", KIND_OTHER, .field = AT(internal.peers), .read = conf_read_names },
	{ "next-hops", KIND_OTHER, .required = true, .read = conf_read_hops,
	    .example = "( { uri = \"sips:director1.example.com\"; } )", .inner = &conf_hop_table },
	{ "record-route", KIND_NAME, .field = AT(internal.record_route) },
};
static const struct table internal_table = TABLE(internal_rows);

#define TIMEOUT(word, member, value) \
	{ word, KIND_DURATION, .field = AT(member), .least = "1ms", .most = "24h", .fallback = value }

static const struct setting messages_rows[] = {
	{ "max-head", KIND_SIZE, .field = AT(messages.max_head), .least = "1k", .most = "1M", .fallback = "64k" },
	{ "max-body", KIND_SIZE, .field = AT(messages.max_body), .least = "0", .most = "64M", .fallback = "64k" },
	TIMEOUT("read-timeout", messages.read_timeout_us, "10s"),
	TIMEOUT("write-timeout", messages.write_timeout_us, "30s"),
	TIMEOUT("idle-timeout", messages.idle_timeout_us, "15m"),
	TIMEOUT("answer-timeout", messages.answer_timeout_us, "32s"),
	TIMEOUT("ring-timeout", messages.ring_timeout_us, "240s"),
	TIMEOUT("drain-timeout", messages.drain_timeout_us, "5s"),
	{ "max-pending", KIND_COUNT, .field = AT(messages.max_pending), .least = "1", .most = "10000000",
	    .fallback = "100000" },
	{ "max-held", KIND_SIZE, .field = AT(messages.max_held), .least = "64k", .most = "1T", .fallback = "64M" },
};
static const struct table messages_table = TABLE(messages_rows);

static const struct setting border_rows[] = {
	{ "remove", KIND_OTHER, .field = AT(border.remove), .read = conf_read_headers },
	{ "diagnostics", KIND_FLAG, .field = AT(border.diagnostics), .fallback = "true" },
	{ "ms-diagnostics", KIND_WORD, .field = AT(border.ms_diagnostics), .words = "public|keep|remove", .fallback = "public" },
	{ "hide-hosts", KIND_FLAG, .field = AT(border.hide_hosts), .fallback = "false" },
	{ "user-agent", KIND_TEXT, .field = AT(border.user_agent), .fallback = "keep" },
};
static const struct table border_table = TABLE(border_rows);

static const struct setting dns_rows[] = {
	{ "resolver", KIND_TEXT, .field = AT(dns.resolver) },
	{ "wait", KIND_DURATION, .field = AT(dns.wait_us), .least = "1ms", .most = "1m", .fallback = "3s" },
};
static const struct table dns_table = TABLE(dns_rows);

#define REDIS(member) .field = AT(store.redis.member), .only = "redis"

static const struct setting store_rows[] = {
	{ "kind", KIND_WORD, .field = AT(store.kind), .words = "memory|redis", .fallback = "memory" },
	{ "state-file", KIND_PATH, .field = AT(store.state_file), .fallback = "/var/lib/fedgate/state" },
	{ "max-partners", KIND_COUNT, .field = AT(store.max_partners), .least = "1", .most = "10000000",
	    .fallback = "200000" },
	{ "address", KIND_OTHER, .field = AT(store.redis), .read = conf_read_redis_address, .only = "redis" },
	{ "user", KIND_TEXT, REDIS(user) },
	{ "password-file", KIND_OTHER, REDIS(password), .read = conf_read_password },
	{ "tls", KIND_FLAG, REDIS(tls), .fallback = "false" },
	{ "ca", KIND_FILE, REDIS(ca) },
	{ "database", KIND_COUNT, REDIS(database), .least = "0", .most = "65535", .fallback = "0" },
	{ "timeout", KIND_DURATION, REDIS(timeout_us), .least = "1ms", .most = "10s", .fallback = "50ms" },
	{ "edges", KIND_COUNT, REDIS(edges), .least = "0", .most = "1000", .fallback = "0" },
	{ "sentinels", KIND_OTHER, .field = AT(store.redis), .read = conf_read_sentinels, .only = "redis" },
	{ "master", KIND_TEXT, REDIS(master) },
};
static const struct table store_table = TABLE(store_rows);

static const struct setting console_rows[] = {
	{ "socket", KIND_PATH, .field = AT(console.socket), .fallback = "/run/fedgate/console.sock" },
	{ "group", KIND_TEXT, .field = AT(console.group), .fallback = "fedgate" },
	{ "report-group", KIND_TEXT, .field = AT(console.report_group) },
};
static const struct table console_table = TABLE(console_rows);

static const struct setting metrics_rows[] = {
	{ "listen", KIND_OTHER, .field = AT(metrics.listen), .read = conf_read_address },
	{ "public", KIND_FLAG, .field = AT(metrics.public), .fallback = "false" },
	{ "partners", KIND_COUNT, .field = AT(metrics.partners), .least = "0", .most = "1000", .fallback = "0" },
};
static const struct table metrics_table = TABLE(metrics_rows);

static const struct setting log_rows[] = {
	{ "level", KIND_WORD, .field = AT(log.level), .words = "error|warning|info|debug", .fallback = "info" },
	{ "decisions", KIND_PATH, .field = AT(log.decisions) },
	{ "targets", KIND_FLAG, .field = AT(log.targets), .fallback = "false" },
	{ "record", KIND_PATH, .field = AT(log.record) },
};
static const struct table log_table = TABLE(log_rows);

static const struct setting conf_rows[] = {
	{ "edge", KIND_GROUP, .inner = &edge_table },
	{ "federation", KIND_GROUP, .inner = &federation_table },
	{ .name = "remote-access", .kind = KIND_LATER },
	{ "internal", KIND_GROUP, .inner = &internal_table },
	{ "messages", KIND_GROUP, .inner = &messages_table },
	{ "border", KIND_GROUP, .inner = &border_table },
	{ "dns", KIND_GROUP, .inner = &dns_table },
	{ "store", KIND_GROUP, .inner = &store_table },
	{ "console", KIND_GROUP, .inner = &console_table },
	{ "metrics", KIND_GROUP, .inner = &metrics_table },
	{ "log", KIND_GROUP, .inner = &log_table },
	{ "policy", KIND_FILE, .required = true, .field = AT(policy), .example = "\"/etc/fedgate/policy.conf\"" },
};
static const struct table conf_table = TABLE(conf_rows);

const struct table *conf_settings(void)
{
	return &conf_table;
}

void texts_add(struct texts *texts, const char *text)
{
	texts->list = alloc_resize(texts->list, texts->count + 1, sizeof(*texts->list));
	texts->list[texts->count++] = alloc_text(text);
}

void texts_clear(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->list[i]);
	free(texts->list);
	texts->list = NULL;
	texts->count = 0;
}

static struct conf *conf_new(const char *path)
{
	struct conf *conf = alloc_zero(1, sizeof(*conf));

	table_defaults(&conf_table, conf);
	conf->store.redis.password = alloc_text("");
	conf->path = alloc_text(path);
	texts_add(&conf->border.remove, "P-Asserted-Identity");
	texts_add(&conf->border.remove, "Remote-Party-ID");
	texts_add(&conf->border.remove, "ms-edge-proxy-message-trust");
	return conf;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	table_clear(&conf_table, conf);
	free(conf->edge.domains);
	if (conf->edge.route_keys)
		explicit_bzero(conf->edge.route_keys, conf->edge.route_key_count * sizeof(*conf->edge.route_keys));
	free(conf->edge.route_keys);
	free(conf->federation.listen.list);
	free(conf->internal.listen.list);
	free(conf->metrics.listen.list);
	texts_clear(&conf->internal.peers);
	conf_clear_hops(conf);
	texts_clear(&conf->border.remove);
	conf_clear_redis(conf);
	free(conf->policy_written);
	free(conf->path);
	free(conf);
}

static void note_tls_place(const struct reader *reader, const config_t *config, const char *group,
    struct tls_conf *tls)
{
	config_setting_t *at = config_lookup(config, group);

	tls->place = (struct place){ reader->file, at ? setting_place(reader, at).line : 0 };
}

static void read_settings(struct conf *conf, config_t *config, struct complaints *complaints)
{
	char *directory = source_directory(conf->path);
	struct reader reader = { complaints, conf->path, directory };
	const char *written;

	table_read(&reader, &conf_table, "", config_root_setting(config), conf);
	note_tls_place(&reader, config, "federation", &conf->federation.tls);
	note_tls_place(&reader, config, "internal", &conf->internal.tls);
	conf_check(&reader, config, conf);
	if (config_lookup_string(config, "policy", &written))
		conf->policy_written = alloc_text(written);
	free(directory);
}

void conf_peek(const char *path, const char *setting, char *out, size_t size)
{
	struct complaints unheard; /* conf_read tells them again */
	const char *text = "";
	config_t tree;

	complaints_init(&unheard);
	out[0] = '\0';
	if (source_read(&tree, path, path, &unheard) && config_lookup_string(&tree, setting, &text)
	    && strlen(text) < size)
		strcpy(out, text);
	config_destroy(&tree);
	complaints_clear(&unheard);
}

struct conf *conf_read(const char *path, struct complaints *complaints)
{
	size_t before = complaints->count;
	struct conf *conf = conf_new(path);
	config_t config;

	if (source_read(&config, path, path, complaints))
		read_settings(conf, &config, complaints);
	config_destroy(&config);
	if (complaints->count == before)
		return conf;
	if (*conf->policy && path_readable(conf->policy))
		ruleset_unref(conf_read_policy(conf->policy, conf, complaints));
	conf_free(conf);
	return NULL;
}
