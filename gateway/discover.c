/* A ticket asks for one service after the other. What is not in the cache is
 * looked up; all tickets for one name wait for the same look-up, in the order in which
 * they came, each with a deadline of its own. */
#include "discover.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "allowance.h"
#include "log.h"
#include "srv_cache.h"

#define NAMES_MOST 10000
#define OCTETS_MOST (8 * 1024 * 1024)
#define WAIT_US INT64_C(3000000)
#define DOMAIN_HOLDS_US INT64_C(5000000)
#define SIPS_PORT 5061
#define NAME_MOST (DOMAIN_MAX + 32)

/* A look-up under way, and who waits for it. At most 64 of them: a list will do. */
struct lookup_shared {
	struct discover *all;
	struct srv_lookup *lookup;
	struct origin *origin;               /* who pays, a reference; NULL: the inside */
	struct discover_ticket *first, **last;
	struct lookup_shared *next, **back;
	enum discover_service service;
	char name[NAME_MOST];
};

struct discover {
	struct loop *loop;                   /* borrowed, all three */
	struct resolver *resolver;
	struct origins *origins;
	struct srv_cache *cache;
	struct allowance *allowance;
	struct lookup_shared *first;
	int64_t wait_us;
	uint64_t number;                     /* the chance in the order of servers */
};

struct discover *discover_new(struct loop *loop, struct resolver *resolver, struct origins *origins)
{
	struct discover *d = alloc_zero(1, sizeof *d);

	d->loop = loop;
	d->resolver = resolver;
	d->origins = origins;
	d->cache = srv_cache_new(NAMES_MOST, OCTETS_MOST);
	d->allowance = allowance_new(origins);
	d->wait_us = WAIT_US;
	RAND_bytes((unsigned char *)&d->number, sizeof d->number);
	return d;
}

void discover_set_wait(struct discover *d, int64_t wait_us)
{
	d->wait_us = wait_us;
}

/* --- tickets --- */

static void wait_for(struct discover_ticket *k, struct lookup_shared *s)
{
	k->at = s;
	k->next = NULL;
	k->back = s->last;
	*s->last = k;
	s->last = &k->next;
}

static void stop_waiting(struct discover_ticket *k)
{
	if (!k->at)
		return;
	*k->back = k->next;
	if (k->next)
		k->next->back = k->back;
	else
		k->at->last = k->back;
	k->at = NULL;
}

static void hold(struct discover_ticket *k, struct origin *origin)
{
	k->origin = origin;
	if (origin)
		origin_hold(origin);
}

static void end_ticket(struct discover_ticket *k)
{
	stop_waiting(k);
	timer_stop(k->all->loop, &k->late);
	origin_unref(k->all->origins, k->origin);
	k->origin = NULL;
	k->done = NULL;
}

void discover_cancel(struct discover_ticket *k)
{
	if (k->done)
		end_ticket(k);
}

/* The ticket may be gone behind it. */
static void tell(struct discover_ticket *k, const struct discovered *found)
{
	discover_done_fn *done = k->done;
	void *arg = k->arg;

	end_ticket(k);
	done(arg, found);
}

static void cannot_tell(struct discover_ticket *k, const char *why)
{
	struct discovered found;

	found.result = RESOLVE_UNKNOWN;
	found.service = SERVICE_FEDERATION;
	found.servers.count = 0;
	found.secure = false;
	found.until_us = 0;
	snprintf(found.why, sizeof found.why, "%s", why);
	tell(k, &found);
}

static void on_late(void *arg)
{
	cannot_tell(arg, "DNS did not answer in time (dns.wait)");
}

/* --- what a ticket is told --- */

static void tell_servers(struct discover_ticket *k, enum discover_service service, const struct srv *srv)
{
	struct discover *d = k->all;
	struct discovered found;

	found.result = srv->result;
	found.service = service;
	found.servers.count = srv->servers.count;
	memcpy(found.servers.list, srv->servers.list, srv->servers.count * sizeof srv->servers.list[0]);
	servers_order(&found.servers, ++d->number);
	found.secure = srv->secure;
	found.until_us = loop_now(d->loop) + srv->ttl_us;
	memcpy(found.why, srv->why, sizeof found.why);
	tell(k, &found);
}

/* It names no server: then it is one itself (RFC 3263 4.2). That it has an address is for whoever connects. */
static void tell_domain(struct discover_ticket *k)
{
	struct srv srv = { .result = RESOLVE_FOUND, .ttl_us = DOMAIN_HOLDS_US, .servers = { .count = 1 } };

	srv.servers.list[0].port = SIPS_PORT;
	srv.servers.list[0].domain = k->domain;
	tell_servers(k, SERVICE_DOMAIN, &srv);
}

/* Where a domain names no server of one kind, the next is asked for, unless it says itself that there is none. */
static bool next_service(const struct discover_ticket *k, const struct srv *srv)
{
	return k->purpose == DISCOVER_WAY && srv->result == RESOLVE_NONE && !srv->no_service;
}

static bool go_on(struct discover_ticket *, enum discover_service);

/* True: the ticket has been told. NAPTR that cannot be read is no obstacle: few domains have any. */
static bool settle(struct discover_ticket *k, enum discover_service service, const struct srv *srv)
{
	if (service == SERVICE_NAPTR) {
		if (srv->result == RESOLVE_FOUND)
			k->sips = srv->servers.list[0].domain;
		return go_on(k, SERVICE_SIPS);
	}
	if (next_service(k, srv))
		return go_on(k, service + 1);
	tell_servers(k, service, srv);
	return true;
}

/* --- look-ups --- */

/* Nobody joins it any more, and what it was charged with is free again. */
static void retire(struct lookup_shared *s)
{
	allowance_give(s->all->allowance, s->origin);
	origin_unref(s->all->origins, s->origin);
	*s->back = s->next;
	if (s->next)
		s->next->back = s->back;
}

static void on_found(void *arg, const struct srv *srv)
{
	struct lookup_shared *s = arg;
	struct discover *d = s->all;

	srv_cache_keep(d->cache, s->name, srv, loop_now(d->loop));
	if (srv->result == RESOLVE_UNKNOWN)
		log_line(srv->bogus ? LEVEL_WARNING : LEVEL_INFO, "dns: %s: %s", s->name, srv->why);
	retire(s);
	while (s->first) {
		struct discover_ticket *k = s->first;

		stop_waiting(k);
		settle(k, s->service, srv);
	}
	free(s);
}

static struct lookup_shared *under_way(const struct discover *d, const char *name)
{
	struct lookup_shared *s;

	for (s = d->first; s && strcmp(s->name, name); s = s->next)
		;
	return s;
}

/* NULL: over what may be asked now. */
static struct lookup_shared *look_up(struct discover *d, const char *name, enum discover_service service, struct origin *origin)
{
	struct lookup_shared *s;

	if (!allowance_take(d->allowance, origin, loop_now(d->loop)))
		return NULL;
	s = alloc_zero(1, sizeof *s);
	*s = (struct lookup_shared) { .all = d, .service = service, .origin = origin, .next = d->first, .back = &d->first };
	if (origin)
		origin_hold(origin);
	if (s->next)
		s->next->back = &s->next;
	d->first = s;
	s->last = &s->first;
	snprintf(s->name, sizeof s->name, "%s", name);
	s->lookup = (service == SERVICE_NAPTR ? resolve_naptr : resolve_srv)(d->resolver, name, on_found, s);
	return s;
}

static bool go_on(struct discover_ticket *k, enum discover_service service)
{
	static const char *const prefixes[] = { [SERVICE_FEDERATION] = "_sipfederationtls._tcp.", [SERVICE_NAPTR] = "",
		[SERVICE_SIPS] = "_sips._tcp." };
	struct discover *d = k->all;
	struct lookup_shared *s;
	char name[NAME_MOST];
	struct srv srv;

	if (service == SERVICE_DOMAIN) {
		tell_domain(k);
		return true;
	}
	snprintf(name, sizeof name, "%s%s", prefixes[service], service == SERVICE_SIPS ? k->sips.text : k->domain.text);
	if (srv_cache_find(d->cache, name, loop_now(d->loop), &srv))
		return settle(k, service, &srv);
	s = under_way(d, name);
	if (!s)
		s = look_up(d, name, service, k->origin);
	if (!s) {
		cannot_tell(k, "too many names are being asked for");
		return true;
	}
	wait_for(k, s);
	return false;
}

bool discover_ask(struct discover *d, struct discover_ticket *k, const struct domain *domain, enum discover_purpose purpose,
    struct origin *origin, discover_done_fn *done, void *arg)
{
	*k = (struct discover_ticket) { .all = d, .domain = *domain, .sips = *domain, .purpose = purpose, .done = done, .arg = arg };
	hold(k, origin);
	if (go_on(k, SERVICE_FEDERATION))
		return true;
	timer_set(d->loop, &k->late, loop_now(d->loop) + d->wait_us, on_late, k);
	return false;
}

void discover_free(struct discover *d)
{
	if (!d)
		return;
	while (d->first) {
		struct lookup_shared *s = d->first;

		while (s->first)
			discover_cancel(s->first);
		srv_cancel(s->lookup);
		retire(s);
		free(s);
	}
	allowance_free(d->allowance);
	srv_cache_free(d->cache);
	free(d);
}
