#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../../gateway/log.h"
#include "../../gateway/setting.h"
#include "../../gateway/stream_parts.h"
#include "../../gateway/transit_parts.h"

#define NOW_US INT64_C(1000000000)

static struct world world;
static struct store store;
static struct streams streams;
static struct origins origins;
static struct links links;
static struct hops hops;
static struct hop hop;
static struct conf conf;
static char branch[BRANCH_MAX];

/* --- the law, and by hand what follows from it --- */

/* "x": this domain; "?.x": one label below it; "*.x": any below it; "*": any at all. */
static const struct { const char *name; bool wildcard; const char *speaks_for[4]; } peers[PEERS] = {
	[PEER_CONTOSO] = { "contoso.com", false, { "contoso.com" } },
	[PEER_BLOCKED] = { "fabrikam.com", false, { NULL } },
	[PEER_ALLOWED] = { "partner.example", true, { "partner.example", "?.partner.example" } },
	[PEER_EDGE] = { "edge.host.example", false, { "edge.host.example", "tailspin.example", "*.tailspin.example" } },
	[PEER_PROVIDER] = { "sipfed.cloud.example", false, { "*" } },
	[PEER_LOCAL] = { "example.com", false, { NULL } },
	[PEER_NOBODY] = { "co.uk", false, { NULL } },
};

static const char *const locals[] = { "example.com", "example.org" };

static bool is_within(const char *domain, const char *zone)
{
	size_t d = strlen(domain), z = strlen(zone);

	return d >= z && !strcmp(domain + d - z, zone) && (d == z || domain[d - z - 1] == '.');
}

bool world_is_local(const char *domain)
{
	return !strcmp(domain, locals[0]) || !strcmp(domain, locals[1]);
}

static bool is_meant(const char *who, const char *domain)
{
	const char *parent = domain_parent(domain);

	if (who[0] == '?')
		return parent && !strcmp(parent, who + 2);
	if (!strncmp(who, "*.", 2))
		return strcmp(domain, who + 2) && is_within(domain, who + 2);
	/* What an allow entry covers is no tenant. */
	if (!strcmp(who, "*"))
		return !is_within(domain, "partner.example") && !is_within(domain, "tailspin.example");
	return !strcmp(domain, who);
}

bool world_may_speak(enum world_peer peer, const char *domain)
{
	if (!*domain || world_is_local(domain) || is_within(domain, "fabrikam.com"))
		return false;
	for (size_t i = 0; peers[peer].speaks_for[i]; i++)
		if (is_meant(peers[peer].speaks_for[i], domain))
			return true;
	return false;
}

static struct ruleset *law_make(void)
{
	struct ruleset *law = ruleset_new();
	struct allow wild = { .domain = fuzz_domain("partner.example") };
	struct allow edge = { .domain = fuzz_domain("tailspin.example"), .edge = fuzz_domain("edge.host.example") };
	struct block block = { .domain = fuzz_domain("fabrikam.com") };
	struct domain any = fuzz_domain("any.example"), local;
	struct provider cloud = { .name = "cloud", .edge = fuzz_domain("sipfed.cloud.example"), .any_domain = true,
		.domains = &any, .max_tenants = 10, .rate = { 400, 1000000 }, .distinct_uris = 1000 };
	struct place where;

	for (size_t i = 0; i < 2; i++) {
		local = fuzz_domain(locals[i]);
		ruleset_add_local(law, &local);
	}
	LAW(!ruleset_add_allow(law, &wild, &where) && !ruleset_add_allow(law, &edge, &where)
	    && !ruleset_add_block(law, &block, &where) && !ruleset_add_provider(law, &cloud, &where) && !ruleset_seal(law), "the law is one");
	return law;
}

/* --- the store --- */

static int64_t store_clock(struct store *s)
{
	(void)s;
	return NOW_US;
}

static bool store_measure(struct store *s, const struct entry *entry, const struct demand *demand, store_measured_fn *then, void *arg)
{
	struct reading seen = { .class = CLASS_DISCOVERED, .known = world.says != STORE_SILENT };

	(void)s;
	(void)entry;
	(void)demand;
	world.asked++;
	seen.admitted = world.says == STORE_LETS || world.says == STORE_PACES;
	seen.wait_us = world.says == STORE_PACES ? 500000 : 0;
	seen.slot_us = NOW_US + seen.wait_us;
	seen.retry_us = world.says == STORE_OVER_RATE ? 3000000 : 0;
	seen.refused_until_us = seen.known && !seen.admitted ? NOW_US + 3000000 : 0;
	if (world.says == STORE_WATCHED)
		seen.class = CLASS_WATCHED;
	then(arg, &seen);
	return true;
}

static void store_outcome(struct store *s, const struct entry *entry, enum outcome outcome)
{
	(void)s;
	(void)entry;
	(void)outcome;
}

static void store_count(struct store *s, const struct entry *entry, const struct store_visit *visit)
{
	(void)s;
	(void)entry;
	(void)visit;
}

static const struct store_ops store_ops = { .measure = store_measure, .outcome = store_outcome, .count = store_count };

/* --- connections --- */

static void on_closed(void *arg, const char *why)
{
	(void)arg;
	(void)why;
}

static const struct stream_calls calls = { .closed = on_closed };

static void link_make(struct link *l, enum link_kind kind, uint64_t id, const char *text)
{
	struct address address;
	int fds[2];

	LAW(address_parse(&address, text) && !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), "there are sockets");
	*l = (struct link){ .all = &links, .kind = kind, .id = id, .next_id = NULL };
	address_text(&address, l->address);
	address_host_text(&address, l->host);
	l->stream = stream_accepted(&streams, fds[0], NULL, &address, &calls, l);
	links.bucket[id % LINK_BUCKETS] = l;
}

/* Open, with nothing in its buffers, and of this organisation. */
static void link_open(struct link *l, const char *organisation)
{
	struct stream *s = l->stream;

	loop_forget(world.traffic.loop, &s->again);
	loop_forget(world.traffic.loop, &s->flush);
	loop_forget(world.traffic.loop, &s->end);
	timer_stop(world.traffic.loop, &s->deadline);
	s->state = OPEN;
	s->paused = s->was_high = false;
	s->why[0] = '\0';
	buffer_sent(s, stream_queued(s));
	l->stalled = false;
	l->strange = 0;
	l->vary_law = 0;
	l->frame = (struct frame_state){ 0 };
	l->origin = origin_ref(&origins, organisation);
	l->next = NULL;
	l->back = &l->origin->links;
	l->origin->links = l;
	l->origin->link_count++;
}

static void link_shut(struct link *l)
{
	*l->back = l->next;
	l->origin->link_count--;
	origin_unref(&origins, l->origin);
	l->origin = NULL;
	free(l->refused);
	l->refused = NULL;
	l->refused_at = 0;
}

static void show_certificate(struct link *l, enum world_peer peer)
{
	static struct certname name;

	name = (struct certname){ .domain = fuzz_domain(peers[peer].name), .wildcard = peers[peer].wildcard };
	tls_organisation(&name.organisation, &name.domain);
	l->peer.names = &name;
	l->peer.peer = (struct peer){ &name, 1 };
}

/* --- the world --- */

static void conf_make(void)
{
	static char keep[] = "keep";
	static struct domain domain;

	domain = fuzz_domain(locals[0]);
	conf.edge.domains = &domain;
	conf.edge.domain_count = 1;
	conf.border.user_agent = keep;
	conf.border.diagnostics = true;
	texts_add(&conf.border.remove, "P-Asserted-Identity");
	texts_add(&conf.border.remove, "Remote-Party-ID");
	conf.messages.answer_timeout_us = conf.messages.ring_timeout_us = 32000000;
}

static void never_due(void *arg, struct pending *p)
{
	(void)arg;
	(void)p;
}

static void own_make(struct own *own)
{
	static const unsigned char key[32] = "a key: exactly thirty-two octets";

	*own = (struct own){
		.outer = { fuzz_domain("edge.example.com"), 5061, true },
		.inner = { fuzz_domain("inside.example.com"), 5070, true },
		.edge = fuzz_domain("edge1.example.com"),
		.tokens = token_keys_new(key, 1),
		.branch_key = { "branches 16 oct" },
	};
}

static void make(void)
{
	static char director[] = "director.example.com";
	struct traffic *tr = &world.traffic;

	log_open(LEVEL_ERROR);
	conf_make();
	*tr = (struct traffic){ .loop = loop_new(), .links = &links, .origins = &origins, .hops = &hops, .store = &store,
		.conf = &conf, .law = law_make(), .law_number = 1, .class = message_class_new() };
	LAW(tr->loop != NULL, "there is a loop");
	store = (struct store){ .ops = &store_ops, .clock_us = store_clock, .target_key = { "targets, 16 oct" } };
	streams_init(&streams, tr->loop);
	links.streams = &streams;
	links.origins = &origins;
	links.limits = (struct frame_limits){ 65536, 65536, false };
	links.inner_limits = (struct frame_limits){ 131072, 65536, true };
	tr->ledger = ledger_new(tr->loop, &store, decisions_open("", "edge1.example.com"), false);
	own_make(&tr->own);
	link_make(&world.partner, LINK_PARTNER, 1, "192.0.2.7:40000");
	link_make(&world.hop, LINK_HOP, 2, "10.0.0.1:5061");
	hops_init(&hops, tr->loop, &links, NULL);
	hop = (struct hop){ .all = &hops, .id = 1, .uri = director, .host = director, .name = director, .priority = 1, .weight = 1, .link = &world.hop, .up = true };
	hops.first = &hop;
	hops.queue.limit = SIZE_MAX / 4;
	world.hop.hop = &hop;
}

struct world *world_begin(enum world_peer peer)
{
	if (!world.traffic.loop)
		make();
	world.traffic.pendings = pendings_new(world.traffic.loop, &origins, never_due, NULL);
	pendings_quota(world.traffic.pendings)->limit = 100;
	pendings_held(world.traffic.pendings)->limit = 16 * 1024 * 1024;
	show_certificate(&world.partner, peer);
	link_open(&world.partner, peer_organisation(&world.partner.peer.peer)->length ? peer_organisation(&world.partner.peer.peer)->text : "-");
	link_open(&world.hop, "");
	world.says = STORE_LETS;
	world.asked = 0;
	world.way_out = false;
	world.wanted = (struct domain){ 0 };
	branch[0] = '\0';
	return &world;
}

void world_end(struct world *w)
{
	size_t size;

	free(world_said(&w->partner, &size));
	free(world_said(&w->hop, &size));
	transit_link_closed(&w->traffic, &w->partner);
	free(world_said(&w->hop, &size));
	pendings_free(w->traffic.pendings);
	link_shut(&w->partner);
	link_shut(&w->hop);
}

void world_hear(struct world *w, struct link *from, const struct frame *f)
{
	transit_message(&w->traffic, from, f);
}

bool world_next(struct link *from, const char *octets, size_t size, size_t *at, struct frame *f)
{
	const struct frame_limits *limits = from->kind == LINK_PARTNER ? &links.limits : &links.inner_limits;
	enum frame_result result;
	size_t used;

	if (!link_is_open(from))
		return false;
	do {
		result = frame_next(&from->frame, limits, octets + *at, size - *at, f, &used);
		*at += used;
	} while (result == FRAME_PING);
	return result == FRAME_MESSAGE || result == FRAME_BROKEN;
}

unsigned world_waiting(const struct world *w)
{
	unsigned count = 0;

	for (const struct transit *t = w->partner.waiting; t; t = t->next)
		count++;
	return count;
}

/* In the order in which they came: the newest is the first of the list. */
void world_pass_time(struct world *w)
{
	while (w->partner.waiting) {
		struct transit *t = w->partner.waiting;

		while (t->next)
			t = t->next;
		t->slot.fire(t->slot.arg);
	}
}

struct pending *world_pending(const struct world *w)
{
	uint64_t transaction;
	uint32_t mark;

	return via_branch_read(branch, strlen(branch), &transaction, &mark) ? pending_find(w->traffic.pendings, transaction) : NULL;
}

char *world_said(struct link *to, size_t *size)
{
	struct stream *s = to->stream;
	char *copy;

	*size = stream_queued(s);
	copy = fuzz_copy(s->out ? s->out + s->out_at : "", *size);
	if (*size == 0)
		return copy;
	buffer_sent(s, *size);
	if (to->hop)
		hop_sent(to->hop, *size);
	return copy;
}

/* --- texts --- */

void world_note_branch(const char *text, size_t length)
{
	snprintf(branch, sizeof branch, "%.*s", (int)length, text);
}

static void token_text(const struct world *w, enum token_side side, const char *organisation, char out[TOKEN_TEXT_MAX])
{
	static const struct token_dialog dialog = { WORLD_CALL_ID, "bob", "example.com" };
	struct token token = { side, fuzz_domain(organisation), fuzz_domain("contoso.com") };

	token_make(w->traffic.own.tokens, &token, &dialog, out);
}

static void replacement(const struct world *w, char letter, char out[TOKEN_TEXT_MAX])
{
	out[0] = '\0';
	switch (letter) {
	case 'O': token_text(w, TOKEN_OUTER, "contoso.com", out); break;
	case 'I': token_text(w, TOKEN_INNER, "contoso.com", out); break;
	case 'P': token_text(w, TOKEN_OUTER, "partner.example", out); break;
	case 'J': token_text(w, TOKEN_INNER, "partner.example", out); break;
	case 'V': snprintf(out, TOKEN_TEXT_MAX, "%s", branch); break;
	}
}

static bool is_place(const uint8_t *octets, size_t left)
{
	return left > 2 && octets[0] == '{' && octets[2] == '}' && octets[1] && strchr("OIPJV", octets[1]);
}

char *world_fill(const struct world *w, const uint8_t *octets, size_t size, size_t *filled)
{
	size_t n = 0, places = 0;
	char *out, *exact;

	for (size_t i = 0; i < size; i++)
		places += is_place(octets + i, size - i);
	out = malloc(size + 1 + places * TOKEN_TEXT_MAX);
	if (!out)
		abort();
	for (size_t i = 0; i < size; i++) {
		if (is_place(octets + i, size - i)) {
			replacement(w, (char)octets[i + 1], out + n);
			n += strlen(out + n);
			i += 2;
		} else {
			out[n++] = (char)octets[i];
		}
	}
	exact = fuzz_copy(out, n);
	free(out);
	*filled = n;
	return exact;
}

/* --- a world without DNS, and without a way out but the partner's connection --- */

bool discover_ask(struct discover *d, struct discover_ticket *ticket, const struct domain *domain, enum discover_purpose purpose,
    struct origin *origin, discover_done_fn *done, void *arg)
{
	static const struct discovered nobody = { .result = RESOLVE_NONE };

	(void)d;
	(void)ticket;
	(void)domain;
	(void)purpose;
	(void)origin;
	done(arg, &nobody);
	return true;
}

void discover_cancel(struct discover_ticket *ticket)
{
	(void)ticket;
}

enum reason way_find(struct ways *all, struct ruleset *law, const struct domain *domain, const struct domain *edge,
    struct link **to, struct way_wait *wait, void (*done)(void *, struct link *, enum reason), void *arg)
{
	(void)all;
	(void)law;
	(void)edge;
	(void)wait;
	(void)done;
	(void)arg;
	world.wanted = *domain;
	*to = world.way_out ? &world.partner : NULL;
	return world.way_out ? REASON_NONE : REASON_PARTNER_UNREACHABLE;
}

void way_leave(struct way_wait *wait)
{
	(void)wait;
}
