/* A row is one block of just the size it needs: 32 servers of long names take
 * 8 kB, the usual two 150 octets. */
#include "srv_cache.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "../policy/siphash.h"

#define BUCKETS 16384
#define PORT_END 6u  /* of a server: priority, weight, port, and behind them its name and a NUL */

struct row {
	struct row *next;            /* in its bucket */
	struct row *newer, *older;   /* by use */
	int64_t until_us;
	uint32_t size;               /* of all of it */
	uint16_t name_length;
	uint8_t count;
	bool no_service, secure;
	char octets[];               /* the name and a NUL, then the servers */
};

struct srv_cache {
	struct siphash_key key;
	size_t names_most, octets_most, names, octets;
	struct row *newest, *oldest;
	struct row *bucket[BUCKETS];
};

struct srv_cache *srv_cache_new(size_t names, size_t octets)
{
	struct srv_cache *c = alloc_zero(1, sizeof *c);

	RAND_bytes(c->key.octets, sizeof c->key.octets);
	c->names_most = names;
	c->octets_most = octets;
	return c;
}

static struct row **find(struct srv_cache *c, const char *name)
{
	struct row **at = &c->bucket[siphash(&c->key, name, strlen(name)) % BUCKETS];

	while (*at && strcmp((*at)->octets, name))
		at = &(*at)->next;
	return at;
}

/* --- the order of use --- */

static void unlink_use(struct srv_cache *c, struct row *r)
{
	*(r->newer ? &r->newer->older : &c->newest) = r->older;
	*(r->older ? &r->older->newer : &c->oldest) = r->newer;
}

static void link_use(struct srv_cache *c, struct row *r)
{
	r->newer = NULL;
	r->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = r;
	c->newest = r;
}

static void drop(struct srv_cache *c, struct row **at)
{
	struct row *r = *at;

	*at = r->next;
	unlink_use(c, r);
	c->names--;
	c->octets -= r->size;
	free(r);
}

void srv_cache_free(struct srv_cache *c)
{
	while (c->oldest)
		drop(c, find(c, c->oldest->octets));
	free(c);
}

/* --- what a row says --- */

static size_t size_of(const struct srv *srv, size_t name_length)
{
	size_t size = sizeof(struct row) + name_length + 1;

	for (size_t i = 0; i < srv->servers.count; i++)
		size += PORT_END + srv->servers.list[i].domain.length + 1u;
	return size;
}

static void pack(char *at, const struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++) {
		const struct server *s = &servers->list[i];
		const uint16_t numbers[] = { s->priority, s->weight, s->port };

		memcpy(at, numbers, PORT_END);
		memcpy(at + PORT_END, s->domain.text, s->domain.length + 1);
		at += PORT_END + s->domain.length + 1;
	}
}

static void unpack(struct servers *servers, const char *at, size_t count)
{
	servers->count = count;
	for (size_t i = 0; i < count; i++) {
		struct server *s = &servers->list[i];
		uint16_t numbers[3];

		memcpy(numbers, at, PORT_END);
		s->priority = numbers[0];
		s->weight = numbers[1];
		s->port = numbers[2];
		s->domain.length = (uint8_t)strlen(at + PORT_END);
		memcpy(s->domain.text, at + PORT_END, s->domain.length + 1);
		at += PORT_END + s->domain.length + 1;
	}
}

bool srv_cache_find(struct srv_cache *c, const char *name, int64_t now, struct srv *out)
{
	struct row **at = find(c, name), *r = *at;

	if (!r)
		return false;
	if (r->until_us <= now) {
		drop(c, at);
		return false;
	}
	unlink_use(c, r);
	link_use(c, r);
	out->result = r->count ? RESOLVE_FOUND : RESOLVE_NONE;
	out->no_service = r->no_service;
	out->secure = r->secure;
	out->bogus = false;
	out->ttl_us = r->until_us - now;
	strcpy(out->why, r->count ? "" : "DNS said so a moment ago");
	unpack(&out->servers, r->octets + r->name_length + 1, r->count);
	return true;
}

static void make_room(struct srv_cache *c, size_t size)
{
	while (c->oldest && (c->names >= c->names_most || c->octets + size > c->octets_most))
		drop(c, find(c, c->oldest->octets));
}

void srv_cache_keep(struct srv_cache *c, const char *name, const struct srv *srv, int64_t now)
{
	size_t length = strlen(name), size = size_of(srv, length);
	struct row **at = find(c, name), *r;

	if (*at)
		drop(c, at);
	if (srv->result == RESOLVE_UNKNOWN)
		return;
	make_room(c, size);
	r = alloc_zero(1, size);
	r->until_us = now + srv->ttl_us;
	r->size = (uint32_t)size;
	r->name_length = (uint16_t)length;
	r->count = (uint8_t)srv->servers.count;
	r->no_service = srv->no_service;
	r->secure = srv->secure;
	memcpy(r->octets, name, length + 1);
	pack(r->octets + length + 1, &srv->servers);
	at = find(c, name); /* making room may have moved it */
	r->next = *at;
	*at = r;
	link_use(c, r);
	c->names++;
	c->octets += size;
}

size_t srv_cache_names(const struct srv_cache *c)
{
	return c->names;
}

size_t srv_cache_octets(const struct srv_cache *c)
{
	return c->octets;
}
