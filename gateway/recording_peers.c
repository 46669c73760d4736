#include "recording_peers.h"

#include <stdlib.h>

#include "../policy/alloc.h"
#include "tls.h"

static struct recorded_peer **bucket_of(struct recorded_peers *all, uint64_t id)
{
	return &all->bucket[id % RECORDED_BUCKETS];
}

struct recorded_peer *recorded_peers_find(const struct recorded_peers *all, uint64_t id)
{
	struct recorded_peer *at = all->bucket[id % RECORDED_BUCKETS];

	while (at && at->id != id)
		at = at->next;
	return at;
}

static void forget(struct recorded_peers *all, struct recorded_peer *p)
{
	struct recorded_peer **at = bucket_of(all, p->id);

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	*(p->older ? &p->older->newer : &all->oldest) = p->newer;
	*(p->newer ? &p->newer->older : &all->newest) = p->older;
	all->count--;
	all->names -= p->peer.count;
	free(p->names);
	free(p);
}

void recorded_peers_remove(struct recorded_peers *all, uint64_t id)
{
	struct recorded_peer *p = recorded_peers_find(all, id);

	if (p)
		forget(all, p);
}

/* As when its certificate was read (tls_peer_read). */
static void find_organisations(struct recorded_peer *p)
{
	for (size_t i = 0; i < p->peer.count; i++)
		tls_organisation(&p->names[i].organisation, &p->names[i].domain);
}

void recorded_peers_add(struct recorded_peers *all, uint64_t id, struct certname *names, size_t count)
{
	struct recorded_peer *p = alloc_zero(1, sizeof *p), **bucket;

	recorded_peers_remove(all, id);
	while (all->oldest && (all->count >= RECORDED_PEERS_MAX || all->names + count > RECORDED_NAMES_MAX))
		forget(all, all->oldest);
	p->id = id;
	p->serial = ++all->serial;
	p->names = names;
	p->peer.names = names;
	p->peer.count = count;
	find_organisations(p);
	bucket = bucket_of(all, id);
	p->next = *bucket;
	*bucket = p;
	p->older = all->newest;
	*(p->older ? &p->older->newer : &all->oldest) = p;
	all->newest = p;
	all->count++;
	all->names += count;
}

void recorded_peers_clear(struct recorded_peers *all)
{
	while (all->oldest)
		forget(all, all->oldest);
}
