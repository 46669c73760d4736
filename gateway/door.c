/* Who may still come in: see listener.h. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "listener.h"

struct door_count {
	unsigned char key[16];
	size_t key_size;
	unsigned inside, half_open;
	struct door_pass *oldest, *newest; /* half-open, networks only */
	struct door_count *next, **bucket;
};

static struct door_count *count_ref(struct door *d, struct door_count **table, const void *key, size_t size)
{
	struct door_count **bucket = &table[siphash(&d->key, key, size) % DOOR_BUCKETS];
	struct door_count *c;

	for (c = *bucket; c && (c->key_size != size || memcmp(c->key, key, size)); c = c->next)
		;
	if (!c) {
		c = alloc_zero(1, sizeof *c);
		memcpy(c->key, key, size);
		c->key_size = size;
		c->bucket = bucket;
		c->next = *bucket;
		*bucket = c;
	}
	c->inside++;
	return c;
}

static void count_unref(struct door_count *c)
{
	struct door_count **at;

	if (--c->inside)
		return;
	for (at = c->bucket; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	free(c);
}

static void half_open_end(struct door_pass *pass)
{
	struct door_count *n = pass->network;

	if (!pass->half_open)
		return;
	pass->half_open = false;
	*(pass->older ? &pass->older->newer : &n->oldest) = pass->newer;
	*(pass->newer ? &pass->newer->older : &n->newest) = pass->older;
	n->half_open--;
	pass->door->half_open--;
}

static void half_open_begin(struct door_pass *pass)
{
	struct door_count *n = pass->network;

	pass->half_open = true;
	pass->number = ++pass->door->last_number;
	pass->older = n->newest;
	pass->newer = NULL;
	*(n->newest ? &n->newest->newer : &n->oldest) = pass;
	n->newest = pass;
	n->half_open++;
	pass->door->half_open++;
}

/* Only looked for when the door is crowded, and then there are at most
 * DOOR_HALF_OPEN_MAX networks that count. Who comes counts for his network already; of those
 * that are alike it is the oldest of all. */
static struct door_pass *victim(struct door *d, const struct door_count *newcomers)
{
	struct door_pass *out = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < DOOR_BUCKETS; i++)
		for (struct door_count *c = d->networks[i]; c; c = c->next) {
			unsigned count = c->half_open + (c == newcomers);

			if (!c->half_open || count < most || (count == most && c->oldest->number > out->number))
				continue;
			most = count;
			out = c->oldest;
		}
	return out;
}

static size_t host_key(const struct address *a, const void **key)
{
	if (a->socket.any.sa_family == AF_INET) {
		*key = &a->socket.v4.sin_addr;
		return sizeof a->socket.v4.sin_addr;
	}
	*key = &a->socket.v6.sin6_addr;
	return sizeof a->socket.v6.sin6_addr;
}

enum door_answer door_enter(struct door *d, struct door_pass *pass, const struct address *from, void *owner)
{
	const void *key;
	size_t size = host_key(from, &key);
	uint64_t network = address_prefix(from);
	struct door_pass *out;

	if (d->inside >= d->max)
		return DOOR_FULL;
	*pass = (struct door_pass) { .door = d, .owner = owner };
	pass->host = count_ref(d, d->hosts, key, size);
	if (pass->host->inside > d->max_per_host) {
		count_unref(pass->host);
		pass->door = NULL;
		return DOOR_HOST_FULL;
	}
	pass->network = count_ref(d, d->networks, &network, sizeof network);
	d->inside++;
	/* Before the newcomer is one of them: its owner is not ready to be ended. */
	if (d->half_open >= DOOR_HALF_OPEN_MAX && (out = victim(d, pass->network)))
		d->evict(out->owner);
	half_open_begin(pass);
	return DOOR_OPEN;
}

void door_settled(struct door_pass *pass)
{
	if (pass->door)
		half_open_end(pass);
}

void door_leave(struct door_pass *pass)
{
	if (!pass->door)
		return;
	half_open_end(pass);
	count_unref(pass->host);
	count_unref(pass->network);
	pass->door->inside--;
	pass->door = NULL;
}
