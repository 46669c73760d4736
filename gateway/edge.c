#include "edge.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../policy/alloc.h"
#include "edge_parts.h"
#include "log.h"
#include "privilege.h"
#include "transit.h"

#define TICK_US 1000000

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

/* What still waits or is pending is answered; the next tick, when that has left, is the end. */
static void say_last_words(struct edge *e)
{
	for (struct link *l = e->links.first; l; l = l->next_all)
		if (l->origin)
			transit_last_words(&e->traffic, l);
	e->last_words = true;
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
	notify_draining(&e->notify, pendings_quota(e->pendings)->used);
	log_line(LEVEL_INFO, "stopping: no new connections; %zu requests wait for their answer", pendings_quota(e->pendings)->used);
}

void edge_drain(struct edge *e, char *done, size_t size)
{
	size_t pending = pendings_quota(e->pendings)->used;

	e->drained = true;
	doors_shut(&e->federation);
	doors_shut(&e->internal);
	snprintf(done, size, "no new connections; %zu requests wait for their answer; open connections stay until they are idle or the edge is stopped", pending);
	notify_ready(&e->notify, "edge %s is drained: no new connections; waits to be stopped", e->conf->edge.name);
}

static void reload(struct edge *e)
{
	struct complaints complaints;
	char done[1024];

	complaints_init(&complaints);
	edge_reload(e, &complaints, done, sizeof done);
	complaints_clear(&complaints);
}

static void on_signal(void *arg, int signal)
{
	struct edge *e = arg;

	if (signal == SIGHUP && !e->draining)
		reload(e);
	else if (signal == SIGUSR1)
		tally_say(ledger_tally(e->ledger));
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
		edge_end_orders(e);
		hops_sweep(&e->hops);
		ways_sweep(&e->ways);
		e->next_store_tick_us = now + TICK_US;
	}
	if (!resolver_works(e->resolver) && !e->failed) {
		log_line(LEVEL_ERROR, "the resolver's process has ended: stopping, so that the service manager starts the edge again");
		e->failed = true;
		drain(e);
	}
	if (e->draining)
		notify_draining(&e->notify, pendings_quota(e->pendings)->used);
	if (e->draining && (all_answered(e) || e->last_words))
		loop_stop(e->loop);
	else if (e->draining && now >= e->drain_until_us)
		say_last_words(e);
	timer_set(e->loop, &e->tick, now + (e->draining ? TICK_US / 50 : TICK_US), on_tick, e);
}

/* --- start --- */

static void open_services(struct edge *e, const struct conf *c)
{
	edge_open_store(e);
	e->decisions = decisions_open(c->log.decisions, c->edge.name);
	e->ledger = e->traffic.ledger = ledger_new(e->loop, e->store, e->decisions, c->log.targets);
	ledger_set_worst(e->ledger, c->metrics.partners);
	e->refusals = e->traffic.refusals = refusals_new(e->traffic.own.edge.text);
	ledger_set_refusals(e->ledger, e->refusals);
	e->store->refusals = e->refusals;
	edge_make_law(e);
	edge_open_record(e);
}

static void say_ready(struct edge *e)
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
	notify_ready(&e->notify, "edge %s is ready", e->conf->edge.name);
}

static void edge_init(struct edge *e)
{
	RAND_bytes((unsigned char *)&e->traffic.own.branch_key, sizeof e->traffic.own.branch_key);
	RAND_bytes((unsigned char *)&e->origins.key, sizeof e->origins.key);
	RAND_bytes((unsigned char *)&e->door.key, sizeof e->door.key);
	e->door.evict = edge_evict;
	e->inner_door.key = e->door.key;
	e->inner_door.evict = edge_evict;
	expiry_init(&e->expiry, e->loop);
	streams_init(&e->streams, e->loop);
	e->links.streams = &e->streams;
	e->links.origins = &e->origins;
	e->links.calls = &edge_link_calls;
	e->links.arg = e;
	e->pendings = pendings_new(e->loop, &e->origins, transit_due, &e->traffic);
	hops_init(&e->hops, e->loop, &e->links, e->resolver);
	e->discover = e->traffic.discover = discover_new(e->loop, e->resolver, &e->origins);
	ways_init(&e->ways, e->loop, &e->links, e->resolver, e->discover);
	e->traffic.loop = e->loop;
	e->traffic.links = &e->links;
	e->traffic.origins = &e->origins;
	e->traffic.hops = &e->hops;
	e->traffic.ways = &e->ways;
	e->traffic.traces = &e->traces;
	e->traces.loop = e->loop;
	e->traces.links = &e->links;
	e->traffic.pendings = e->pendings;
	e->traffic.class = message_class_new();
}

/* The address of the DNS server, "" for the system's. What is none conf_read tells, with its line. */
static void peek_resolver(const char *path, char out[ADDRESS_TEXT_MAX])
{
	struct address address;

	conf_peek(path, "dns.resolver", out, ADDRESS_TEXT_MAX);
	if (!address_parse(&address, out))
		out[0] = '\0';
}

/* The resolver's process is forked before any key is read. */
static bool open_loop(struct edge *e, struct complaints *complaints)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR1 };
	char resolver[ADDRESS_TEXT_MAX], why[256];

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file over its limit is an error of write(2), told by who writes */
	peek_resolver(e->path, resolver);
	privilege_shed_in_children(e->path);
	e->loop = loop_new();
	if (e->loop)
		notify_open(&e->notify, e->loop);
	if (!e->loop || !loop_signals(e->loop, signals, sizeof signals / sizeof signals[0], on_signal, e))
		complain(complaints, e->path, 0, "no event loop: out of file descriptors? raise LimitNOFILE");
	else if (!(e->resolver = resolver_open(e->loop, resolver, why, sizeof why)))
		complain(complaints, e->path, 0, "dns.resolver: %s", why);
	return complaints->count == 0;
}

static bool edge_start(struct edge *e, struct complaints *complaints)
{
	struct ruleset *law;
	struct conf *conf;
	struct parts parts;

	if (!open_loop(e, complaints))
		return false;
	conf = conf_read(e->path, complaints);
	if (!conf)
		return false;
	law = conf_read_policy(conf->policy, conf, complaints);
	log_open(edge_log_level(conf));
	edge_init(e);
	if (!parts_open(e, &parts, conf, complaints)) {
		ruleset_unref(law);
		conf_free(conf);
		return false;
	}
	if (!privilege_drop(conf, complaints)) {
		parts_close(&parts);
		ruleset_unref(law);
		conf_free(conf);
		return false;
	}
	secret_read(e->secret, conf->store.kind == STORE_REDIS ? "" : conf->store.state_file); /* a pool has its route keys */
	edge_install(e, conf, law, &parts);
	open_services(e, conf);
	edge_open_console(e);
	return true;
}

static void edge_stop(struct edge *e)
{
	doors_close(&e->federation);
	doors_close(&e->internal);
	console_free(e->console);
	for (struct link *l = e->links.first; l; l = l->next_all)
		if (l->origin && e->ledger)
			transit_link_closed(&e->traffic, l);
	if (e->ledger)
		tally_say(ledger_tally(e->ledger));
	pendings_free(e->pendings);
	hops_clear(&e->hops);
	ways_clear(&e->ways);
	if (e->streams.loop) {
		links_clear(&e->links);
		streams_clear(&e->streams);
	}
	edge_close_metrics(e);
	edge_close_record(e);
	trying_clear(&e->traffic);
	ledger_free(e->ledger);
	edge_close_store(e);
	refusals_free(e->refusals);
	decisions_close(e->decisions);
	discover_free(e->discover);
	if (e->resolver)
		resolver_close(e->resolver);
	if (e->loop)
		timer_stop(e->loop, &e->tick);
	notify_close(&e->notify);
	token_keys_free(e->traffic.own.tokens);
	free(e->traffic.class);
	SSL_CTX_free(e->outer_context);
	SSL_CTX_free(e->inner_context);
	SSL_CTX_free(e->store_context);
	ruleset_unref(e->law);
	ruleset_unref(e->rules);
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
		edge_note_files(e, "loaded");
		say_ready(e);
		on_tick(e);
		loop_run(e->loop);
		log_line(LEVEL_INFO, "edge %s has stopped", e->conf->edge.name);
	} else {
		edge_complain(&complaints);
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
	struct parts parts = { 0 };
	struct conf *conf;
	bool good;

	complaints_init(&complaints);
	conf = conf_read(path, &complaints);
	if (conf) {
		law = conf_read_policy(conf->policy, conf, &complaints);
		contexts_open(&parts, conf, &complaints);
		parts_close(&parts);
	}
	for (size_t i = 0; i < complaints.count; i++)
		fprintf(stderr, "%s\n", complaints.lines[i]);
	good = complaints.count == 0;
	ruleset_unref(law);
	conf_free(conf);
	complaints_clear(&complaints);
	return good ? 0 : 1;
}
