/* What no single setting of fedgate.conf can be wrong in, and what follows from
 * others where it is not written. */
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "../policy/alloc.h"
#include "conf_parts.h"

#define USER_AGENT_MAX 250

struct check {
	struct reader *reader;  /* borrowed */
	const config_t *config; /* borrowed */
	struct conf *conf;      /* borrowed */
};

/* "" is the way to write that something is not there. */
static bool written(const struct check *check, const char *path)
{
	config_setting_t *at = config_lookup(check->config, path);

	return at && (config_setting_type(at) != CONFIG_TYPE_STRING || *config_setting_get_string(at));
}

static bool has_elements(const struct check *check, const char *path)
{
	config_setting_t *at = config_lookup(check->config, path);

	return at && (!config_setting_is_array(at) || config_setting_length(at) > 0);
}

/* About a setting that is not there, at the line of its group. */
static void missing(const struct check *check, const char *group, const char *name, const char *why)
{
	config_setting_t *at = config_lookup(check->config, group);

	complain(check->reader->complaints, check->reader->file, at ? setting_place(check->reader, at).line : 0,
	    "%s.%s: missing: %s", group, name, why);
}

static void wrong(const struct check *check, const char *path, const char *why)
{
	complain_at(check->reader, config_lookup(check->config, path), "%s", why);
}

static void default_name(char **name, const char *edge_name)
{
	if (**name)
		return;
	free(*name);
	*name = alloc_text(edge_name);
}

static bool all_loopback(const struct addresses *addresses)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (!address_loopback(&addresses->list[i]))
			return false;
	return true;
}

static bool has_tls_hop(const struct conf *conf)
{
	for (size_t i = 0; i < conf->internal.hop_count; i++)
		if (conf->internal.hops[i].transport == TRANSPORT_TLS)
			return true;
	return false;
}

/* Looks at what is written, not at what was read: a certificate that cannot be
 * read has its complaint already. */
static void check_internal(const struct check *check)
{
	struct conf *conf = check->conf;
	bool listens = written(check, "internal.listen") && conf->internal.listen.count > 0;
	bool certificate = written(check, "internal.certificate"), key = written(check, "internal.key");
	bool ca = written(check, "internal.ca");

	conf->internal.plain = listens && !certificate && !key;
	if (certificate && !key)
		missing(check, "internal", "key", "the certificate needs its private key: add key = \"...\"");
	if (key && !certificate)
		missing(check, "internal", "certificate", "the key needs its certificate: add certificate = \"...\"");
	if (conf->internal.plain && !all_loopback(&conf->internal.listen))
		wrong(check, "internal.listen",
		    "without certificate and key only loopback is listened on: add them, or listen on 127.0.0.1");
	if (listens && certificate && !conf->internal.peers.count)
		missing(check, "internal", "peers", "nobody could speak there: add peers = [ \"director1.example.com\" ]");
	if (!ca && ((listens && certificate) || has_tls_hop(conf)))
		missing(check, "internal", "ca", has_tls_hop(conf)
		    ? "a next hop over TLS proves itself by it: add ca = \"...\""
		    : "the peers prove themselves by it: add ca = \"...\"");
}

static void check_values(const struct check *check)
{
	const struct conf *conf = check->conf;
	struct address address;
	struct sockaddr_un un;

	if (!*conf->border.user_agent || strpbrk(conf->border.user_agent, "\"\\") || strlen(conf->border.user_agent) > USER_AGENT_MAX)
		wrong(check, "border.user-agent", "write \"keep\", \"remove\" or a text without quotes, of at most 250 letters");
	if (*conf->dns.resolver && !address_parse(&address, conf->dns.resolver))
		wrong(check, "dns.resolver", "write the address and port of a DNS server, as in \"127.0.0.1:53\", or \"\" for the system's");
	if (strlen(conf->console.socket) >= sizeof(un.sun_path))
		wrong(check, "console.socket", "longer than the path of a socket can be: choose a shorter one");
}

/* The figures tell much of whom one speaks with, and how busy one is. */
static void check_metrics(const struct check *check)
{
	const struct conf *conf = check->conf;

	if (!all_loopback(&conf->metrics.listen) && !conf->metrics.public)
		wrong(check, "metrics.listen",
		    "whoever reaches this address may read the figures: listen on 127.0.0.1, or add public = true");
}

/* Which Redis, or who knows it. */
static void check_redis_place(const struct check *check)
{
	bool address = written(check, "store.address"), sentinels = has_elements(check, "store.sentinels");
	bool master = written(check, "store.master");

	if (!address && !sentinels && !master)
		missing(check, "store", "address",
		    "which Redis is it? add address = \"redis1.example.com:6379\", or sentinels and master");
	if (address && (sentinels || master))
		wrong(check, "store.address", "the sentinels say where Redis is: leave address out, or sentinels and master");
	if (sentinels && !master)
		missing(check, "store", "master", "by which name do the sentinels know it? add master = \"fedgate\"");
	if (master && !sentinels && !address)
		missing(check, "store", "sentinels", "who knows the master? add sentinels = [ \"s1.example.com:26379\" ]");
}

static void check_redis(const struct check *check)
{
	const struct redis_conf *redis = &check->conf->store.redis;

	if (check->conf->store.kind != STORE_REDIS)
		return;
	check_redis_place(check);
	if (!config_lookup(check->config, "store.state-file"))
		*check->conf->store.state_file = '\0'; /* the default is that of the embedded store */
	if (!has_elements(check, "edge.route-keys"))
		missing(check, "edge", "route-keys",
		    "each edge of the pool must know the others' Route: add route-keys = [ \"file:route.key\" ], the same for the whole pool");
	if (redis->server_count && *redis->servers[0].path && redis->tls)
		wrong(check, "store.tls", "a UNIX socket has no TLS: leave it out");
	if (written(check, "store.ca") && !redis->tls)
		wrong(check, "store.ca", "without TLS nothing is checked by it: add tls = true, or leave it out");
	if (written(check, "store.user") && !written(check, "store.password-file"))
		missing(check, "store", "password-file", "the user needs a password: add password-file = \"redis.password\"");
}

void conf_check(struct reader *reader, const config_t *config, struct conf *conf)
{
	struct check check = { reader, config, conf };

	default_name(&conf->federation.name, conf->edge.name);
	default_name(&conf->internal.record_route, conf->edge.name);
	check_internal(&check);
	check_values(&check);
	check_metrics(&check);
	check_redis(&check);
}
