#include "way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "../policy/discovery.h"
#include "../policy/match.h"
#include "log.h"

#define PORT            5061
#define WAYS_MOST       10000
#define ATTEMPT_US      INT64_C(10000000) /* for all servers of a partner together */
#define REST_LEAST_US   INT64_C(1000000)
#define REST_MOST_US    INT64_C(60000000)
#define STEADY_US       INT64_C(2000000)

enum way_state { QUIET, SEEKING, OPEN, RESTING };

struct way {
	struct ways *all;           /* borrowed */
	struct domain domain, edge; /* edge empty: by DNS */
	struct ruleset *law;        /* a reference, while it seeks */
	struct task begin;
	enum way_state state;
	struct discover_ticket asked; /* a question to DNS under way */
	struct lookup *lookup;      /* owned */
	struct servers servers;     /* to try, in this order */
	size_t next_server;
	struct resolved addresses;  /* of the one that is tried */
	size_t next_address;
	struct link *link;          /* connecting or open */
	struct timer deadline;
	struct way_wait *waits;
	int64_t rest_us, rest_until_us;
	enum reason why;            /* it rests */
	bool said;
	struct way *next, **back;   /* in its bucket */
};

void ways_init(struct ways *all, struct loop *loop, struct links *links, struct resolver *resolver, struct discover *discover)
{
	*all = (struct ways){ .loop = loop, .links = links, .resolver = resolver, .discover = discover };
}

void ways_configure(struct ways *all, SSL_CTX *context, bool private_addresses)
{
	all->context = context;
	all->private_addresses = private_addresses;
}

/* --- who waits --- */

void way_leave(struct way_wait *wait)
{
	if (!wait->way)
		return;
	*wait->back = wait->next;
	if (wait->next)
		wait->next->back = wait->back;
	wait->way = NULL;
}

static void join(struct way *w, struct way_wait *wait, void (*done)(void *, struct link *, enum reason), void *arg)
{
	struct way_wait **at = &w->waits;

	while (*at)
		at = &(*at)->next;
	*wait = (struct way_wait){ .way = w, .back = at, .done = done, .arg = arg };
	*at = wait;
}

/* In the order in which they came. */
static void tell_all(struct way *w, struct link *link, enum reason why)
{
	struct way_wait *wait;

	while ((wait = w->waits)) {
		way_leave(wait);
		wait->done(wait->arg, link, why);
	}
}

/* --- the end of seeking --- */

static void stop_seeking(struct way *w, enum way_state state)
{
	timer_stop(w->all->loop, &w->deadline);
	loop_forget(w->all->loop, &w->begin);
	discover_cancel(&w->asked);
	if (w->lookup)
		lookup_cancel(w->lookup);
	w->lookup = NULL;
	ruleset_unref(w->law);
	w->law = NULL;
	w->state = state;
}

static void rest(struct way *w, enum reason why, const char *words)
{
	struct link *link = w->link;
	char text[RATE_TEXT_MAX];

	w->link = NULL;
	stop_seeking(w, RESTING);
	w->why = why;
	w->rest_us = w->rest_us ? w->rest_us * 2 : REST_LEAST_US;
	if (w->rest_us > REST_MOST_US)
		w->rest_us = REST_MOST_US;
	w->rest_until_us = loop_now(w->all->loop) + w->rest_us;
	if (!w->said) {
		duration_text(w->rest_us, text);
		log_line(LEVEL_WARNING, "%s: cannot be reached: %s; next try in %s", w->domain.text, words, text);
	}
	w->said = true;
	if (link) {
		link->way = NULL;
		link_close(link, words);
	}
	tell_all(w, NULL, why);
}

static void on_deadline(void *arg)
{
	rest(arg, REASON_PARTNER_UNREACHABLE, "none of its servers took the connection in 10 s");
}

/* --- one server after the other, one address after the other --- */

static void next_server(struct way *w, const char *why);

static void next_address(struct way *w, const char *why)
{
	const struct domain *host = &w->servers.list[w->next_server - 1].domain;

	while (w->next_address < w->addresses.count) {
		const struct address *to = &w->addresses.address[w->next_address++];

		if (address_private(to) && !w->all->private_addresses) {
			why = "its address is a private one: set federation.private-addresses where that is meant";
			continue;
		}
		w->link = link_reach(w->all->links, w, to, w->all->context, host->text);
		return;
	}
	next_server(w, why);
}

static void on_host(void *arg, const struct resolved *resolved)
{
	struct way *w = arg;

	w->lookup = NULL;
	w->addresses = *resolved;
	w->next_address = 0;
	next_address(w, resolved->result == RESOLVE_FOUND ? "" : resolved->why);
}

static void next_server(struct way *w, const char *why)
{
	const struct server *server;

	if (w->next_server >= w->servers.count) {
		rest(w, REASON_PARTNER_UNREACHABLE, why);
		return;
	}
	server = &w->servers.list[w->next_server++];
	w->lookup = resolve_host(w->all->resolver, server->domain.text, server->port, on_host, w);
}

/* --- which servers --- */

/* A stranger's DNS must not point our users' traffic anywhere. */
static void on_discovered(void *arg, const struct discovered *found)
{
	struct way *w = arg;
	struct domain whole;

	if (found->result != RESOLVE_FOUND) {
		rest(w, found->result == RESOLVE_NONE ? REASON_NO_ROUTE : REASON_DNS_UNKNOWN, found->why);
		return;
	}
	tls_organisation(&whole, &w->domain);
	w->servers = found->servers;
	discovery_keep_usable(&w->servers, w->law, &whole);
	if (w->servers.count)
		next_server(w, "");
	else
		rest(w, REASON_NO_ROUTE, "DNS names only servers outside its own organisation");
}

static void begin(void *arg)
{
	struct way *w = arg;

	if (!w->edge.length) {
		discover_ask(w->all->discover, &w->asked, &w->domain, DISCOVER_WAY, NULL, on_discovered, w);
		return;
	}
	w->servers = (struct servers){ .count = 1, .list = { { .port = PORT, .domain = w->edge } } };
	next_server(w, "");
}

/* One that ends at once, and owes answers, has not served: it is as good as down. */
static bool has_served(const struct way *w, const struct link *l)
{
	return !l->pending || loop_now(w->all->loop) - stream_opened_at(l->stream) > STEADY_US;
}

static void forget_failures(struct way *w)
{
	w->rest_us = 0;
	w->said = false;
}

static void attempt(struct way *w)
{
	w->state = SEEKING;
	timer_set(w->all->loop, &w->deadline, loop_now(w->all->loop) + ATTEMPT_US, on_deadline, w);
}

/* At the end of the turn: nobody is called before way_find has returned. A link that serves no longer may not have
 * been heard to end yet: what is sought now is not its end's concern. */
static void seek(struct way *w, struct ruleset *law)
{
	if (w->link) {
		if (has_served(w, w->link))
			forget_failures(w);
		w->link->way = NULL;
		w->link = NULL;
	}
	attempt(w);
	w->law = ruleset_ref(law);
	w->next_server = 0;
	loop_later(w->all->loop, &w->begin, begin, w);
}

/* --- the connection --- */

static bool proves(const struct way *w, const struct peer *peer)
{
	if (w->edge.length)
		return match_names(peer, &w->edge);
	return match_speaks_for(peer, &w->domain) || match_names(peer, &w->servers.list[w->next_server - 1].domain);
}

void way_opened(struct way *w, struct link *l)
{
	if (!proves(w, &l->peer.peer)) {
		link_close(l, "its certificate is not the partner's (RFC 5922)");
		return;
	}
	stop_seeking(w, OPEN);
	log_line(LEVEL_INFO, "%s: connected to its edge at %s", w->domain.text, l->address);
	tell_all(w, l, REASON_NONE);
}

void way_closed(struct way *w, struct link *l, const char *why)
{
	char words[200];

	if (w->link != l)
		return;
	w->link = NULL;
	if (w->state == OPEN && has_served(w, l)) {
		forget_failures(w);
		w->state = QUIET;
		return;
	}
	if (w->state == OPEN)
		attempt(w);
	snprintf(words, sizeof words, "%s: %s", l->address, why);
	next_address(w, words);
}

/* --- finding one --- */

static bool usable(const struct link *l)
{
	return l && l->kind == LINK_PARTNER && link_is_open(l);
}

/* Of those that the partner made: any that proves what one of ours would have to prove. */
static struct link *made_by_partner(const struct ways *all, const struct domain *domain, const struct domain *edge)
{
	struct domain whole;
	struct origin *o;

	tls_organisation(&whole, edge->length ? edge : domain);
	o = whole.length ? origin_find(all->links->origins, whole.text) : NULL;
	for (struct link *l = o ? o->links : NULL; l; l = l->next)
		if (usable(l) && (edge->length ? match_names(&l->peer.peer, edge) : match_speaks_for(&l->peer.peer, domain)))
			return l;
	return NULL;
}

static struct way **bucket_of(struct ways *all, const struct domain *domain)
{
	return &all->bucket[siphash(&all->links->origins->key, domain->text, domain->length) % WAY_BUCKETS];
}

static struct way *known(struct ways *all, const struct domain *domain, const struct domain *edge)
{
	struct way *w = *bucket_of(all, domain);

	while (w && !(domain_same(&w->domain, domain) && domain_same(&w->edge, edge)))
		w = w->next;
	return w;
}

static struct way *way_new(struct ways *all, const struct domain *domain, const struct domain *edge)
{
	struct way *w = alloc_zero(1, sizeof *w), **bucket = bucket_of(all, domain);

	w->all = all;
	w->domain = *domain;
	w->edge = *edge;
	w->next = *bucket;
	w->back = bucket;
	if (w->next)
		w->next->back = &w->next;
	*bucket = w;
	all->count++;
	return w;
}

static bool is_resting(const struct way *w)
{
	return w->state == RESTING && loop_now(w->all->loop) < w->rest_until_us;
}

enum reason way_find(struct ways *all, struct ruleset *law, const struct domain *domain, const struct domain *edge,
    struct link **to, struct way_wait *wait, void (*done)(void *, struct link *, enum reason), void *arg)
{
	struct way *w = known(all, domain, edge);

	*to = w && w->state == OPEN && usable(w->link) ? w->link : made_by_partner(all, domain, edge);
	if (*to)
		return REASON_NONE;
	if (!w && all->count >= WAYS_MOST)
		return REASON_BUSY;
	if (!w)
		w = way_new(all, domain, edge);
	if (is_resting(w))
		return w->why;
	join(w, wait, done, arg);
	if (w->state != SEEKING)
		seek(w, law);
	return REASON_NONE;
}

/* --- the end of a way --- */

static void way_free(struct way *w)
{
	stop_seeking(w, QUIET);
	if (w->link)
		w->link->way = NULL;
	*w->back = w->next;
	if (w->next)
		w->next->back = w->back;
	w->all->count--;
	free(w);
}

static bool is_forgettable(const struct way *w)
{
	if (w->waits)
		return false;
	return w->state == QUIET || (w->state == RESTING && loop_now(w->all->loop) >= w->rest_until_us + REST_MOST_US);
}

static void sweep_bucket(struct way *w)
{
	struct way *next;

	for (; w; w = next) {
		next = w->next;
		if (is_forgettable(w))
			way_free(w);
	}
}

void ways_sweep(struct ways *all)
{
	for (size_t i = 0; i < WAY_BUCKETS; i++)
		sweep_bucket(all->bucket[i]);
}

void ways_clear(struct ways *all)
{
	for (size_t i = 0; i < WAY_BUCKETS; i++)
		while (all->bucket[i])
			way_free(all->bucket[i]);
}
