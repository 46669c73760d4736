/* The lists stand in the order of the file; one hash table over the names of
 * all of them finds an entry. The names are the operator's, nobody attacks the
 * table, and a name looked for in vain costs a step or two. */
#include "ruleset.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

#define S_US INT64_C(1000000)

enum list { LIST_NONE, LIST_LOCAL, LIST_ALLOW, LIST_BLOCK, LIST_PROVIDER, LIST_EDGE };

struct slot {
	enum list list;    /* LIST_NONE: free */
	uint32_t position; /* in the array of that list */
};

struct ruleset {
	unsigned references;
	struct ruleset *file;     /* a reference: whose rules the entries here, operators' decisions, stand over; NULL: it is the file's */
	bool sealed;
	bool enabled, discovery, observe;
	struct place enabled_place, discovery_place;
	struct limits limits;
	char **files;             /* owned, as each of them is */
	struct domain *locals;    /* owned */
	struct allow *allows;     /* owned */
	struct block *blocks;     /* owned */
	struct provider *providers; /* owned */
	size_t file_count, local_count, allow_count, block_count, provider_count;
	struct slot *slots;       /* owned; a power of two of them, at most half in use */
	size_t slot_count, slots_used;
};

void limits_default(struct limits *out)
{
	*out = (struct limits){
		.rate = { 20, S_US },
		.suspicious_rate = { 1, S_US },
		.max_delay_us = 2 * S_US,
		.max_waiting = 64,
		.ending_delay_us = 5 * S_US,
		.refuse_status = 503,
		.distinct_uris = 1000,
		.watch_window_us = 24 * 3600 * S_US,
		.watch_hold_us = 24 * 3600 * S_US,
		.watch_blocks = WATCH_BLOCKS_ALL,
		.suspicion_window_us = 300 * S_US,
		.suspicion_hold_us = 3600 * S_US,
		.min_responses = 20,
		.failure_share = 0.5,
	};
}

const char *place_text(const struct place *place, char out[PLACE_TEXT_MAX])
{
	const char *base;

	if (!place->file)
		return "default";
	base = strrchr(place->file, '/');
	snprintf(out, PLACE_TEXT_MAX, place->line ? "%s:%d" : "%s", base ? base + 1 : place->file, place->line);
	return out;
}

struct ruleset *ruleset_new(void)
{
	struct ruleset *r = alloc_zero(1, sizeof *r);

	r->references = 1;
	r->enabled = r->discovery = true;
	limits_default(&r->limits);
	r->slot_count = 16;
	r->slots = alloc_zero(r->slot_count, sizeof *r->slots);
	return r;
}

struct ruleset *ruleset_over(struct ruleset *file)
{
	struct ruleset *r = ruleset_new();

	assert(file->sealed && !file->file);
	r->file = ruleset_ref(file);
	return r;
}

static const struct ruleset *file_of(const struct ruleset *r)
{
	return r->file ? r->file : r;
}

struct ruleset *ruleset_ref(struct ruleset *r)
{
	r->references++;
	return r;
}

void ruleset_unref(struct ruleset *r)
{
	if (!r || --r->references > 0)
		return;
	for (size_t i = 0; i < r->file_count; i++)
		free(r->files[i]);
	for (size_t i = 0; i < r->provider_count; i++)
		free(r->providers[i].domains);
	free(r->files);
	free(r->locals);
	free(r->allows);
	free(r->blocks);
	free(r->providers);
	free(r->slots);
	ruleset_unref(r->file);
	free(r);
}

static const char *name_in(const struct ruleset *r, const struct slot *slot)
{
	switch (slot->list) {
	case LIST_LOCAL:
		return r->locals[slot->position].text;
	case LIST_ALLOW:
		return r->allows[slot->position].domain.text;
	case LIST_BLOCK:
		return r->blocks[slot->position].domain.text;
	case LIST_PROVIDER:
		return r->providers[slot->position].name;
	case LIST_EDGE:
		return r->providers[slot->position].edge.text;
	case LIST_NONE:
		break;
	}
	return "";
}

/* FNV-1a over the list and the name. */
static uint64_t hash_of(enum list list, const char *name)
{
	uint64_t hash = (UINT64_C(0xcbf29ce484222325) ^ list) * UINT64_C(0x100000001b3);

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* The slot that holds the name, or the free one where it would be. */
static struct slot *slot_for(const struct ruleset *r, enum list list, const char *name)
{
	size_t mask = r->slot_count - 1;
	size_t at = (size_t)hash_of(list, name) & mask;

	while (r->slots[at].list != LIST_NONE &&
	    (r->slots[at].list != list || strcmp(name_in(r, &r->slots[at]), name) != 0))
		at = (at + 1) & mask;
	return &r->slots[at];
}

static const struct slot *find(const struct ruleset *r, enum list list, const char *name)
{
	const struct slot *slot = slot_for(r, list, name);

	return slot->list == LIST_NONE ? NULL : slot;
}

static void double_slots(struct ruleset *r)
{
	struct slot *old = r->slots;
	size_t count = r->slot_count;

	r->slot_count = 2 * count;
	r->slots = alloc_zero(r->slot_count, sizeof *r->slots);
	for (size_t i = 0; i < count; i++) {
		if (old[i].list != LIST_NONE)
			*slot_for(r, old[i].list, name_in(r, &old[i])) = old[i];
	}
	free(old);
}

/* The entry stands in its array already, the name in no slot. */
static void make_findable(struct ruleset *r, enum list list, size_t position)
{
	struct slot slot = { list, (uint32_t)position };

	if (2 * (r->slots_used + 1) > r->slot_count)
		double_slots(r);
	*slot_for(r, list, name_in(r, &slot)) = slot;
	r->slots_used++;
}

/* Room for one more than `count`: an array grows when it holds a power of two. */
static void *one_more(void *array, size_t count, size_t size)
{
	assert(count < UINT32_MAX);
	if (count & (count - 1))
		return array;
	return alloc_resize(array, count ? 2 * count : 1, size);
}

const char *ruleset_file(struct ruleset *r, const char *name)
{
	assert(!r->sealed);
	for (size_t i = 0; i < r->file_count; i++) {
		if (strcmp(r->files[i], name) == 0)
			return r->files[i];
	}
	r->files = one_more(r->files, r->file_count, sizeof *r->files);
	r->files[r->file_count] = alloc_text(name);
	return r->files[r->file_count++];
}

void ruleset_set_federation(struct ruleset *r, bool enabled, bool discovery, bool observe,
    struct place enabled_place, struct place discovery_place)
{
	assert(!r->sealed);
	r->enabled = enabled;
	r->discovery = discovery;
	r->observe = observe;
	r->enabled_place = enabled_place;
	r->discovery_place = discovery_place;
}

void ruleset_set_limits(struct ruleset *r, const struct limits *limits)
{
	assert(!r->sealed);
	r->limits = *limits;
}

void ruleset_add_local(struct ruleset *r, const struct domain *domain)
{
	assert(!r->sealed);
	if (find(r, LIST_LOCAL, domain->text))
		return;
	r->locals = one_more(r->locals, r->local_count, sizeof *r->locals);
	r->locals[r->local_count] = *domain;
	make_findable(r, LIST_LOCAL, r->local_count++);
}

static const struct allow *find_allow(const struct ruleset *r, const char *name)
{
	const struct slot *slot = find(r, LIST_ALLOW, name);

	return slot ? &r->allows[slot->position] : NULL;
}

static const struct block *find_block(const struct ruleset *r, const char *name)
{
	const struct slot *slot = find(r, LIST_BLOCK, name);

	return slot ? &r->blocks[slot->position] : NULL;
}

/* Both lists are one where a name may stand once only. */
static enum clash clash_on_lists(const struct ruleset *r, const char *name, struct place *where)
{
	const struct allow *allow = find_allow(r, name);
	const struct block *block = find_block(r, name);

	if (allow) {
		*where = allow->place;
		return CLASH_ALLOWED;
	}
	if (block) {
		*where = block->place;
		return CLASH_BLOCKED;
	}
	return CLASH_NONE;
}

enum clash ruleset_add_allow(struct ruleset *r, const struct allow *allow, struct place *where)
{
	enum clash clash = clash_on_lists(r, allow->domain.text, where);

	assert(!r->sealed);
	if (clash)
		return clash;
	r->allows = one_more(r->allows, r->allow_count, sizeof *r->allows);
	r->allows[r->allow_count] = *allow;
	make_findable(r, LIST_ALLOW, r->allow_count++);
	return CLASH_NONE;
}

enum clash ruleset_add_block(struct ruleset *r, const struct block *block, struct place *where)
{
	enum clash clash = clash_on_lists(r, block->domain.text, where);

	assert(!r->sealed);
	if (clash)
		return clash;
	r->blocks = one_more(r->blocks, r->block_count, sizeof *r->blocks);
	r->blocks[r->block_count] = *block;
	make_findable(r, LIST_BLOCK, r->block_count++);
	return CLASH_NONE;
}

enum clash ruleset_add_provider(struct ruleset *r, const struct provider *provider, struct place *where)
{
	const struct slot *name = find(r, LIST_PROVIDER, provider->name);
	const struct slot *edge = find(r, LIST_EDGE, provider->edge.text);
	size_t position = r->provider_count;
	struct provider *copy;

	assert(!r->sealed);
	if (name || edge) {
		*where = r->providers[(name ? name : edge)->position].place;
		return name ? CLASH_PROVIDER : CLASH_EDGE;
	}
	r->providers = one_more(r->providers, position, sizeof *r->providers);
	copy = &r->providers[position];
	*copy = *provider;
	copy->domains = alloc_zero(provider->domain_count, sizeof *copy->domains);
	for (size_t i = 0; i < provider->domain_count; i++)
		copy->domains[i] = provider->domains[i];
	r->provider_count++;
	make_findable(r, LIST_PROVIDER, position);
	make_findable(r, LIST_EDGE, position);
	return CLASH_NONE;
}

const struct allow *ruleset_seal(struct ruleset *r)
{
	for (size_t i = 0; i < r->allow_count; i++) {
		const struct allow *allow = &r->allows[i];

		if (allow->provider[0] && !ruleset_find_provider(r, allow->provider))
			return allow;
	}
	r->sealed = true;
	return NULL;
}

bool ruleset_enabled(const struct ruleset *r, struct place *where)
{
	*where = file_of(r)->enabled_place;
	return file_of(r)->enabled;
}

bool ruleset_discovery(const struct ruleset *r, struct place *where)
{
	*where = file_of(r)->discovery_place;
	return file_of(r)->discovery;
}

bool ruleset_observe(const struct ruleset *r)
{
	return file_of(r)->observe;
}

const struct limits *ruleset_limits(const struct ruleset *r)
{
	return &file_of(r)->limits;
}

bool ruleset_is_local(const struct ruleset *r, const struct domain *domain)
{
	return find(file_of(r), LIST_LOCAL, domain->text);
}

const struct allow *ruleset_find_allow(const struct ruleset *r, const char *domain)
{
	return find_allow(file_of(r), domain);
}

const struct block *ruleset_find_block(const struct ruleset *r, const char *domain)
{
	return find_block(file_of(r), domain);
}

const struct provider *ruleset_find_provider(const struct ruleset *r, const char *name)
{
	const struct ruleset *file = file_of(r);
	const struct slot *slot = find(file, LIST_PROVIDER, name);

	return slot ? &file->providers[slot->position] : NULL;
}

size_t ruleset_providers(const struct ruleset *r, const struct provider **first)
{
	*first = file_of(r)->providers;
	return file_of(r)->provider_count;
}

size_t ruleset_allows(const struct ruleset *r, const struct allow **first)
{
	*first = file_of(r)->allows;
	return file_of(r)->allow_count;
}

size_t ruleset_blocks(const struct ruleset *r, const struct block **first)
{
	*first = file_of(r)->blocks;
	return file_of(r)->block_count;
}

const struct allow *ruleset_longest_allow(const struct ruleset *r, const struct domain *domain)
{
	const struct allow *found = NULL;

	for (const char *name = domain->text; name && !found; name = domain_parent(name))
		found = ruleset_find_allow(r, name);
	return found;
}

const struct block *ruleset_longest_block(const struct ruleset *r, const struct domain *domain)
{
	const struct block *found = NULL;

	for (const char *name = domain->text; name && !found && !ruleset_find_allow(r, name); name = domain_parent(name))
		found = ruleset_find_block(r, name);
	return found;
}

/* --- the operators' --- */

const struct allow *ruleset_find_ordered_allow(const struct ruleset *r, const char *domain)
{
	return r->file && r->allow_count ? find_allow(r, domain) : NULL;
}

const struct block *ruleset_covering_order(const struct ruleset *r, const struct domain *domain)
{
	const struct block *found = NULL;

	if (!ruleset_orders_blocks(r) || !domain->length)
		return NULL;
	for (const char *name = domain->text; name && !found; name = domain_parent(name))
		found = find_block(r, name);
	return found;
}

size_t ruleset_ordered_allows(const struct ruleset *r, const struct allow **first)
{
	*first = r->file ? r->allows : NULL;
	return r->file ? r->allow_count : 0;
}

bool ruleset_orders_blocks(const struct ruleset *r)
{
	return r->file && r->block_count;
}
