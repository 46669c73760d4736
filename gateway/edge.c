#include "edge.h"

#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../policy/alloc.h"
#include "clock.h"
#include "edge_parts.h"
#include "log.h"
#include "transit.h"

#define TICK_US 1000000

/* --- links: who is told what --- */

static void on_opened(void *arg, struct link *l)
{
	(void)arg;
	if (l->kind == LINK_HOP)
		hop_opened(l->hop, l);
}

static void on_message(void *arg, struct link *l, const struct frame *f)
{
	struct edge *e = arg;

	transit_message(&e->traffic, l, f);
}

/* A next hop's queue is down to half: whoever filled it is read from again. */
static void on_drained(void *arg, struct link *l)
{
	struct edge *e = arg;

	if (l->kind != LINK_HOP)
		link_go_on(l);
	else
		for (struct link *at = e->links.first; at; at = at->next_all)
			link_go_on(at);
}

static void on_sent(void *arg, struct link *l, size_t octets)
{
	(void)arg;
	if (l->kind == LINK_HOP)
		hop_sent(l->hop, octets);
}

static void on_closed(void *arg, struct link *l, const char *why)
{
	struct edge *e = arg;

	if (l->kind == LINK_HOP)
		hop_closed(l->hop, why);
	if (l->origin)
		transit_link_closed(&e->traffic, l);
	on_drained(arg, l);
	log_line(LEVEL_DEBUG, "connection with %s ended: %s", l->address, why);
}

static void on_handshake(void *arg, struct link *l, const char *failure)
{
	struct edge *e = arg;

	if (l->kind != LINK_HOP)
		ledger_handshake(e->ledger, l->address, failure);
}

static bool is_inside(void *arg, struct link *l)
{
	struct edge *e = arg;
	const struct texts *peers = &e->conf->internal.peers;

	for (size_t i = 0; i < peers->count; i++)
		if (tls_peer_is(&l->peer, stream_ssl(l->stream), peers->list[i]))
			return true;
	return false;
}

static const struct link_calls link_calls = {
	.opened = on_opened, .message = on_message, .drained = on_drained, .sent = on_sent,
	.closed = on_closed, .handshake = on_handshake, .is_inside = is_inside
};

static void on_partner(void *arg, int fd, const struct address *peer)
{
	struct edge *e = arg;

	link_accept(&e->links, LINK_PARTNER, &e->door, fd, e->outer_context, peer);
}

static void on_inside(void *arg, int fd, const struct address *peer)
{
	struct edge *e = arg;

	link_accept(&e->links, LINK_INSIDE, NULL, fd, e->conf->internal.plain ? NULL : e->inner_context, peer);
}

static void evict(void *owner)
{
	struct link *l = owner;

	door_leave(&l->pass);
	link_close(l, "its handshake gave way to others: too many under way from its network");
}

/* --- parts that a reload makes anew --- */

bool parts_open(struct edge *e, struct parts *p, const struct conf *c, struct complaints *to)
{
	struct tls_files outer = { c->federation.tls.certificate, c->federation.tls.key, c->federation.tls.ca, c->federation.tls.crl };
	struct tls_files inner = { c->internal.tls.certificate, c->internal.tls.key, c->internal.tls.ca, c->internal.tls.crl };
	char why[512];

	*p = (struct parts) { 0 };
	if (!(p->outer_context = tls_context(&outer, why, sizeof why)))
		complain(to, c->path, c->federation.tls.place.line, "federation: %s", why);
	if (inner.ca[0] && !(p->inner_context = tls_context(&inner, why, sizeof why)))
		complain(to, c->path, c->internal.tls.place.line, "internal: %s", why);
	doors_open(e, &p->federation, &c->federation.listen, c->federation.reuse_port, e->federation, on_partner, c->path, to);
	doors_open(e, &p->internal, &c->internal.listen, false, e->internal, on_inside, c->path, to);
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

	e->streams.in_max = (size_t)(c->messages.max_head + c->messages.max_body) + 64 * 1024;
	e->streams.handshake_timeout_us = c->federation.handshake_timeout_us;
	e->streams.read_timeout_us = c->messages.read_timeout_us;
	e->streams.write_timeout_us = c->messages.write_timeout_us;
	e->streams.idle_timeout_us = c->messages.idle_timeout_us;
	e->links.limits = (struct frame_limits) { (size_t)c->messages.max_head, (size_t)c->messages.max_body };
	e->links.max_per_partner = c->federation.max_per_partner;
	e->door.max = c->federation.max_connections;
	e->door.max_per_host = c->federation.max_per_address;
	pendings_quota(e->pendings)->limit = c->messages.max_pending;
	pendings_held(e->pendings)->limit = (size_t)c->messages.max_held;
}

/* Swaps in what was read and opened whole. */
static void install(struct edge *e, struct conf *conf, struct ruleset *law, struct parts *p)
{
	conf_free(e->conf);
	ruleset_unref(e->law);
	e->conf = conf;
	e->law = law;
	e->traffic.conf = conf;
	e->traffic.law = law;
	e->traffic.law_number++;
	SSL_CTX_free(e->outer_context);
	SSL_CTX_free(e->inner_context);
	e->outer_context = p->outer_context;
	e->inner_context = p->inner_context;
	doors_swap(&e->federation, &p->federation);
	doors_swap(&e->internal, &p->internal);
	set_own(e);
	set_limits(e);
	hops_configure(&e->hops, conf->internal.hops, conf->internal.hop_count, e->inner_context);
}

/* --- reload --- */

static void print_complaints(const struct complaints *c)
{
	for (size_t i = 0; i < c->count; i++)
		log_line(LEVEL_ERROR, "%s", c->lines[i]);
}

static enum log_level level_of(const struct conf *c)
{
	return (enum log_level)c->log.level;
}

/* Open connections whose certificate would be refused now are closed; the others stay. */
static void check_links(struct edge *e)
{
	char why[256];
	SSL *ssl;

	for (struct link *l = e->links.first; l; l = l->next_all) {
		SSL_CTX *context = l->kind == LINK_PARTNER ? e->outer_context : e->inner_context;

		if (!link_is_open(l) || !context || !(ssl = stream_ssl(l->stream)) || tls_still_good(context, ssl, why, sizeof why))
			continue;
		log_line(LEVEL_WARNING, "connection with %s (%s) closed after the reload: %s", l->address, l->origin->name, why);
		link_close(l, why);
	}
}

static void say_policy(struct edge *e, const char *what)
{
	char digest[13] = "?", text[400];

	conf_policy_digest(e->conf->policy, digest);
	snprintf(text, sizeof text, "%s %s, digest %s", what, e->conf->policy, digest);
	log_line(LEVEL_INFO, "policy: %s", text);
	ledger_event(e->ledger, "policy", text);
}

static void needs_restart(const struct conf *old, const struct conf *new)
{
	if (strcmp(old->store.state_file, new->store.state_file))
		log_line(LEVEL_WARNING, "store.state-file: takes effect at the next start");
	if (strcmp(old->dns.resolver, new->dns.resolver))
		log_line(LEVEL_WARNING, "dns.resolver: takes effect at the next start");
	if (strcmp(old->edge.user, new->edge.user))
		log_line(LEVEL_WARNING, "edge.user: takes effect at the next start");
}

static void reload(struct edge *e)
{
	struct complaints complaints;
	struct conf *conf;
	struct ruleset *law = NULL;
	struct parts parts;

	complaints_init(&complaints);
	conf = conf_read(e->path, &complaints);
	if (conf)
		law = conf_read_policy(conf->policy, conf, &complaints);
	if (conf && law && parts_open(e, &parts, conf, &complaints)) {
		needs_restart(e->conf, conf);
		install(e, conf, law, &parts);
		log_open(level_of(conf));
		decisions_reopen(e->decisions, conf->log.decisions);
		ledger_set_targets(e->ledger, conf->log.targets);
		e->store->ops->reload(e->store, ruleset_limits(law), conf->store.max_partners);
		check_links(e);
		say_policy(e, "reloaded");
	} else {
		print_complaints(&complaints);
		log_line(LEVEL_ERROR, "reload: %zu complaint%s; the running configuration and policy are unchanged",
		    complaints.count, complaints.count == 1 ? "" : "s");
		ledger_event(e->ledger, "policy", "reload refused: the running policy is unchanged");
		decisions_reopen(e->decisions, e->conf->log.decisions);
		ruleset_unref(law);
		conf_free(conf);
	}
	complaints_clear(&complaints);
}

/* --- stop --- */

static bool all_answered(const struct edge *e)
{
	if (pendings_quota(e->pendings)->used)
		return false;
	for (const struct link *l = e->links.first; l; l = l->next_all)
		if (l->waiting || (l->stream && stream_queued(l->stream)))
			return false;
	return true;
}

static void drain(struct edge *e)
{
	if (e->draining) {
		loop_stop(e->loop); /* asked twice: at once */
		return;
	}
	e->draining = true;
	e->drain_until_us = loop_now(e->loop) + e->conf->messages.drain_timeout_us;
	doors_close(&e->federation);
	doors_close(&e->internal);
	log_line(LEVEL_INFO, "stopping: no new connections; %zu requests wait for their answer", pendings_quota(e->pendings)->used);
}

static void on_signal(void *arg, int signal)
{
	struct edge *e = arg;

	if (signal == SIGHUP && !e->draining)
		reload(e);
	else if (signal == SIGUSR1)
		ledger_say_totals(e->ledger);
	else if (signal == SIGTERM || signal == SIGINT)
		drain(e);
	if (e->draining && all_answered(e))
		loop_stop(e->loop);
}

static void on_tick(void *arg)
{
	struct edge *e = arg;
	int64_t now = loop_now(e->loop);

	if (now >= e->next_store_tick_us) {
		e->store->ops->tick(e->store);
		hops_sweep(&e->hops);
		e->next_store_tick_us = now + TICK_US;
	}
	if (!resolver_works(e->resolver) && !e->failed) {
		log_line(LEVEL_ERROR, "the resolver's process has ended: stopping, so that the service manager starts the edge again");
		e->failed = true;
		drain(e);
	}
	if (e->draining && (all_answered(e) || now >= e->drain_until_us))
		loop_stop(e->loop);
	timer_set(e->loop, &e->tick, now + (e->draining ? TICK_US / 50 : TICK_US), on_tick, e);
}

static void on_class(void *arg, const struct partner *partner, enum class before, enum class now)
{
	struct edge *e = arg;

	ledger_class(e->ledger, partner, before, now, now == CLASS_SUSPICIOUS ? "too many of its requests fail"
	    : before == CLASS_SUSPICIOUS ? "the hold is over and its share of failures is low" : "the hold is over");
}

/* --- start --- */

/* Root is only for binding. False: complained. */
static bool drop_root(const struct conf *c, struct complaints *to)
{
	struct passwd *user;

	if (geteuid() != 0 || !c->edge.user[0])
		return true;
	user = getpwnam(c->edge.user);
	if (user && initgroups(user->pw_name, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0)
		return true;
	complain(to, c->path, 0, "edge.user: cannot become \"%s\": create it (useradd --system), or start as that user", c->edge.user);
	return false;
}

static void open_services(struct edge *e, const struct conf *c)
{
	struct ledger *ledger;

	e->store = store_memory_open(c->store.state_file, c->store.max_partners, ruleset_limits(e->law),
	    clock_monotonic_us, clock_wall_us);
	e->decisions = decisions_open(c->log.decisions, c->edge.name);
	ledger = e->ledger = ledger_new(e->loop, e->store, e->decisions, c->log.targets);
	e->store->on_class = on_class;
	e->store->on_class_arg = e;
	e->traffic.store = e->store;
	e->traffic.ledger = ledger;
}

static void say_ready(const struct edge *e)
{
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < e->federation.count; i++) {
		address_text(listener_address(e->federation.list[i].listener), text);
		log_line(LEVEL_INFO, "federation: listening on %s", text);
	}
	for (size_t i = 0; i < e->internal.count; i++) {
		address_text(listener_address(e->internal.list[i].listener), text);
		log_line(LEVEL_INFO, "internal: listening on %s%s", text, e->conf->internal.plain ? " (plain TCP)" : "");
	}
	log_line(LEVEL_INFO, "edge %s is ready", e->conf->edge.name);
}

static void edge_init(struct edge *e)
{
	RAND_bytes((unsigned char *)&e->traffic.own.branch_key, sizeof e->traffic.own.branch_key);
	RAND_bytes((unsigned char *)&e->origins.key, sizeof e->origins.key);
	RAND_bytes((unsigned char *)&e->door.key, sizeof e->door.key);
	e->door.evict = evict;
	streams_init(&e->streams, e->loop);
	e->links.streams = &e->streams;
	e->links.origins = &e->origins;
	e->links.calls = &link_calls;
	e->links.arg = e;
	e->pendings = pendings_new(e->loop, &e->origins, transit_due, &e->traffic);
	hops_init(&e->hops, e->loop, &e->links, e->resolver);
	e->traffic.loop = e->loop;
	e->traffic.links = &e->links;
	e->traffic.origins = &e->origins;
	e->traffic.hops = &e->hops;
	e->traffic.pendings = e->pendings;
	e->traffic.class = message_class_new();
}

/* The resolver's process is forked by libunbound, before we have bound and
 * become the user: it becomes him by itself. */
static uid_t child_user;
static gid_t child_group;

static void in_child(void)
{
	if (geteuid() == 0 && child_user && (setgroups(0, NULL) < 0 || setgid(child_group) < 0 || setuid(child_user) < 0))
		_exit(1);
}

static void shed_root_in_children(const char *path)
{
	char name[64];
	struct passwd *user;

	conf_peek(path, "edge.user", name, sizeof name);
	if (geteuid() != 0 || !name[0] || !(user = getpwnam(name)))
		return;
	child_user = user->pw_uid;
	child_group = user->pw_gid;
	pthread_atfork(NULL, NULL, in_child);
}

/* The resolver's process is forked before any key is read. */
static bool open_loop(struct edge *e, struct complaints *complaints)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR1 };
	char resolver[ADDRESS_TEXT_MAX], why[256];

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file over its limit is an error of write(2), told by who writes */
	conf_peek(e->path, "dns.resolver", resolver, sizeof resolver);
	shed_root_in_children(e->path);
	e->loop = loop_new();
	if (!e->loop || !loop_signals(e->loop, signals, sizeof signals / sizeof signals[0], on_signal, e))
		complain(complaints, e->path, 0, "no event loop: out of file descriptors? raise LimitNOFILE");
	else if (!(e->resolver = resolver_open(e->loop, resolver, why, sizeof why)))
		complain(complaints, e->path, 0, "dns.resolver: %s", why);
	return complaints->count == 0;
}

static bool edge_start(struct edge *e, struct complaints *complaints)
{
	struct ruleset *law = NULL;
	struct conf *conf;
	struct parts parts;

	if (!open_loop(e, complaints))
		return false;
	conf = conf_read(e->path, complaints);
	if (conf)
		law = conf_read_policy(conf->policy, conf, complaints);
	if (!law) {
		conf_free(conf);
		return false;
	}
	log_open(level_of(conf));
	edge_init(e);
	if (!parts_open(e, &parts, conf, complaints)) {
		ruleset_unref(law);
		conf_free(conf);
		return false;
	}
	if (!drop_root(conf, complaints)) {
		parts_close(&parts);
		ruleset_unref(law);
		conf_free(conf);
		return false;
	}
	secret_read(e->secret, conf->store.state_file);
	install(e, conf, law, &parts);
	open_services(e, conf);
	return true;
}

static void edge_stop(struct edge *e)
{
	doors_close(&e->federation);
	doors_close(&e->internal);
	for (struct link *l = e->links.first; l; l = l->next_all)
		if (l->origin && e->ledger)
			transit_link_closed(&e->traffic, l);
	if (e->ledger)
		ledger_say_totals(e->ledger);
	pendings_free(e->pendings);
	hops_clear(&e->hops);
	if (e->streams.loop) {
		links_clear(&e->links);
		streams_clear(&e->streams);
	}
	ledger_free(e->ledger);
	if (e->store)
		e->store->ops->close(e->store);
	decisions_close(e->decisions);
	if (e->resolver)
		resolver_close(e->resolver);
	if (e->loop)
		timer_stop(e->loop, &e->tick);
	token_keys_free(e->traffic.own.tokens);
	free(e->traffic.class);
	SSL_CTX_free(e->outer_context);
	SSL_CTX_free(e->inner_context);
	ruleset_unref(e->law);
	conf_free(e->conf);
	loop_free(e->loop);
	free(e);
}

int edge_run(const char *path)
{
	struct edge *e = alloc_zero(1, sizeof *e);
	struct complaints complaints;
	bool started, failed;

	complaints_init(&complaints);
	e->path = path;
	started = edge_start(e, &complaints);
	if (started) {
		say_policy(e, "loaded");
		say_ready(e);
		on_tick(e);
		loop_run(e->loop);
		log_line(LEVEL_INFO, "edge %s has stopped", e->conf->edge.name);
	} else {
		print_complaints(&complaints);
	}
	failed = !started || e->failed;
	complaints_clear(&complaints);
	edge_stop(e);
	return failed ? 1 : 0;
}

int edge_check(const char *path)
{
	struct complaints complaints;
	struct ruleset *law = NULL;
	struct conf *conf;

	complaints_init(&complaints);
	conf = conf_read(path, &complaints);
	if (conf)
		law = conf_read_policy(conf->policy, conf, &complaints);
	for (size_t i = 0; i < complaints.count; i++)
		fprintf(stderr, "%s\n", complaints.lines[i]);
	ruleset_unref(law);
	conf_free(conf);
	complaints_clear(&complaints);
	return law ? 0 : 1;
}
