/* A reload, and what it shares with the start: parse whole, check whole, swap whole. */
#include "edge_parts.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "redis.h"

void contexts_open(struct parts *p, const struct conf *c, struct complaints *to)
{
	struct tls_files outer = { c->federation.tls.certificate, c->federation.tls.key, c->federation.tls.ca, c->federation.tls.crl };
	struct tls_files inner = { c->internal.tls.certificate, c->internal.tls.key, c->internal.tls.ca, "" };
	char why[512];

	*p = (struct parts) { 0 };
	if (!(p->outer_context = tls_context(&outer, why, sizeof why)))
		complain(to, c->path, c->federation.tls.place.line, "federation: %s", why);
	if (inner.ca[0] && !(p->inner_context = tls_context(&inner, why, sizeof why)))
		complain(to, c->path, c->internal.tls.place.line, "internal: %s", why);
	if (!redis_context(&p->store_context, &c->store.redis, why, sizeof why))
		complain(to, c->path, 0, "store: %s", why);
}

bool parts_open(struct edge *e, struct parts *p, const struct conf *c, struct complaints *to)
{
	contexts_open(p, c, to);
	doors_open(e, &p->federation, &c->federation.listen, c->federation.reuse_port, e->federation, edge_on_partner, "federation", to);
	doors_open(e, &p->internal, &c->internal.listen, false, e->internal, edge_on_inside, "internal", to);
	edge_open_metrics(e, p, c, to);
	if (!to->count)
		return true;
	parts_close(p);
	return false;
}

/* The names and keys that our headers carry. */
static void set_own(struct edge *e)
{
	const struct conf *c = e->conf;
	struct own *own = &e->traffic.own;
	const struct door_list *inside = &e->internal;

	domain_parse(&own->edge, c->edge.name, strlen(c->edge.name));
	domain_parse(&own->outer.host, c->federation.name, strlen(c->federation.name));
	domain_parse(&own->inner.host, c->internal.record_route, strlen(c->internal.record_route));
	own->outer.port = address_port(listener_address(e->federation.list[0].listener));
	own->outer.tls = true;
	own->inner.port = inside->count ? address_port(listener_address(inside->list[0].listener)) : own->outer.port;
	own->inner.tls = !(inside->count && c->internal.plain);
	own->one_side = !inside->count || (domain_same(&own->outer.host, &own->inner.host)
	    && own->outer.port == own->inner.port && own->inner.tls);
	token_keys_free(own->tokens);
	own->tokens = c->edge.route_key_count ? token_keys_new(c->edge.route_keys, c->edge.route_key_count)
	    : token_keys_new(e->secret, 1);
}

static void set_limits(struct edge *e)
{
	const struct conf *c = e->conf;

	e->streams.in_max = (size_t)(2 * c->messages.max_head + 4 * c->messages.max_body) + 64 * 1024;
	e->streams.handshake_timeout_us = c->federation.handshake_timeout_us;
	e->streams.read_timeout_us = c->messages.read_timeout_us;
	e->streams.write_timeout_us = c->messages.write_timeout_us;
	e->streams.idle_timeout_us = c->messages.idle_timeout_us;
	e->links.limits = (struct frame_limits) { (size_t)c->messages.max_head, (size_t)c->messages.max_body, false };
	e->links.inner_limits = (struct frame_limits) { 2 * (size_t)c->messages.max_head, 4 * (size_t)c->messages.max_body, true };
	e->links.max_per_partner = c->federation.max_per_partner;
	e->door.max = c->federation.max_connections;
	e->door.max_per_host = c->federation.max_per_address;
	e->inner_door.max = e->inner_door.max_per_host = c->federation.max_connections;
	pendings_quota(e->pendings)->limit = c->messages.max_pending;
	discover_set_wait(e->discover, c->dns.wait_us);
	pendings_held(e->pendings)->limit = (size_t)c->messages.max_held;
}

/* Swaps in what was read and opened whole. */
void edge_install(struct edge *e, struct conf *conf, struct ruleset *law, struct parts *p)
{
	struct conf *old = e->conf;

	ruleset_unref(e->rules);
	e->conf = conf;
	e->rules = law;
	e->traffic.conf = conf;
	edge_make_law(e);
	SSL_CTX_free(e->outer_context);
	SSL_CTX_free(e->inner_context);
	SSL_CTX_free(e->store_context);
	e->outer_context = p->outer_context;
	e->inner_context = p->inner_context;
	e->store_context = p->store_context;
	doors_swap(&e->federation, &p->federation);
	doors_swap(&e->internal, &p->internal);
	edge_install_metrics(e, p);
	set_own(e);
	set_limits(e);
	ways_configure(&e->ways, e->outer_context, conf->federation.private_addresses);
	hops_configure(&e->hops, conf->internal.hops, conf->internal.hop_count, e->inner_context);
	if (e->store)
		edge_reload_store(e);
	conf_free(old);
}

/* --- reload --- */

void edge_complain(const struct complaints *c)
{
	for (size_t i = 0; i < c->count; i++)
		log_line(LEVEL_ERROR, "%s", c->lines[i]);
}

enum log_level edge_log_level(const struct conf *c)
{
	return (enum log_level)c->log.level;
}

static void look_at(struct policy_seen *seen, const struct edge *e)
{
	const struct allow *allows;
	const struct block *blocks;
	const struct provider *providers;

	snprintf(seen->digest, sizeof seen->digest, "?");
	conf_policy_digest(e->conf->policy, seen->digest);
	seen->allows = ruleset_allows(e->law, &allows);
	seen->blocks = ruleset_blocks(e->law, &blocks);
	seen->providers = ruleset_providers(e->law, &providers);
	seen->loaded_us = clock_wall_us();
}

void edge_note_files(struct edge *e, const char *what)
{
	char text[400];

	e->policy_before = e->policy;
	look_at(&e->policy, e);
	memcpy(e->conf_before, e->conf_digest, sizeof e->conf_before);
	snprintf(e->conf_digest, sizeof e->conf_digest, "?");
	conf_policy_digest(e->path, e->conf_digest);
	snprintf(text, sizeof text, "%s %s, digest %s", what, e->conf->policy, e->policy.digest);
	log_line(LEVEL_INFO, "policy: %s", text);
	ledger_event(e->ledger, "policy", text);
}

/* Open connections whose certificate would be refused now are closed; the others stay. Who is not in yet is asked
 * when he comes in. */
static void check_links(struct edge *e)
{
	char why[256];

	for (struct link *l = e->links.first; l; l = l->next_all) {
		if (!link_is_open(l) || edge_may_speak(e, l, why, sizeof why))
			continue;
		log_line(LEVEL_WARNING, "connection with %s (%s) closed after the reload: %s", l->address, l->origin->name, why);
		link_close(l, why);
	}
}

/* What a running edge cannot change: said in the log, and named in `out`. */
static void needs_restart(const struct conf *old, const struct conf *new, char *out, size_t size)
{
	const struct { bool differs; const char *setting; } rows[] = {
		{ strcmp(old->store.state_file, new->store.state_file) != 0, "store.state-file" },
		{ strcmp(old->dns.resolver, new->dns.resolver) != 0, "dns.resolver" },
		{ old->federation.reuse_port != new->federation.reuse_port, "federation.reuse-port" },
		{ strcmp(old->edge.user, new->edge.user) != 0, "edge.user" },
	};
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!rows[i].differs)
			continue;
		log_line(LEVEL_WARNING, "%s: takes effect at the next start", rows[i].setting);
		if (at < size)
			at += (size_t)snprintf(out + at, size - at, "; %s takes effect at the next start", rows[i].setting);
	}
}

/* What has become of the two files, for who asked for the reload. */
static void say_changes(const struct edge *e, const char *restart, char *done, size_t size)
{
	const struct policy_seen *was = &e->policy_before, *is = &e->policy;
	char digest[40];

	snprintf(digest, sizeof digest, strcmp(was->digest, is->digest) ? "digest %s (was %s)" : "unchanged, digest %s",
	    is->digest, was->digest);
	snprintf(done, size, "%s: %s; allow %zu (was %zu), block %zu (was %zu), providers %zu (was %zu); %s: %s%s%s", e->conf->policy,
	    digest, is->allows, was->allows, is->blocks, was->blocks, is->providers, was->providers, e->path,
	    strcmp(e->conf_before, e->conf_digest) ? "changed" : "unchanged", restart,
	    e->drained ? "; the edge is still drained: it takes no new connections before its next start" : "");
}

static void say_refused(struct edge *e, size_t complaints)
{
	const char *s = complaints == 1 ? "" : "s";

	log_line(LEVEL_ERROR, "reload: %zu complaint%s; the running configuration and policy are unchanged", complaints, s);
	ledger_event(e->ledger, "policy", "reload refused: the running policy is unchanged");
	notify_ready(&e->notify, "edge %s is ready; reload refused: %zu complaint%s in the log, nothing has changed",
	    e->conf->edge.name, complaints, s);
}

static void take_over(struct edge *e, struct conf *conf, struct ruleset *law, struct parts *parts)
{
	edge_install(e, conf, law, parts);
	if (e->drained) {
		doors_shut(&e->federation);
		doors_shut(&e->internal);
	}
	log_open(edge_log_level(conf));
	decisions_reopen(e->decisions, conf->log.decisions, conf->edge.name);
	ledger_set_targets(e->ledger, conf->log.targets);
	ledger_set_worst(e->ledger, conf->metrics.partners);
	edge_open_record(e);
	console_configure(e->console, conf);
	check_links(e);
	edge_note_files(e, "reloaded");
	notify_ready(&e->notify, "edge %s is ready; reloaded", conf->edge.name);
}

bool edge_reload(struct edge *e, struct complaints *complaints, char *done, size_t size)
{
	char restart[200];
	struct conf *conf;
	struct ruleset *law = NULL;
	struct parts parts;

	notify_reloading(&e->notify);
	conf = conf_read(e->path, complaints);
	if (conf)
		law = conf_read_policy(conf->policy, conf, complaints);
	if (conf && conf->store.kind != e->conf->store.kind)
		complain(complaints, conf->path, 0, "store.kind: a running edge keeps its store: stop and start it for another one");
	if (conf && parts_open(e, &parts, conf, complaints)) {
		needs_restart(e->conf, conf, restart, sizeof restart);
		take_over(e, conf, law, &parts);
		say_changes(e, restart, done, size);
		return true;
	}
	edge_complain(complaints);
	say_refused(e, complaints->count);
	decisions_reopen(e->decisions, e->conf->log.decisions, e->conf->edge.name);
	edge_open_record(e);
	ruleset_unref(law);
	conf_free(conf);
	return false;
}
