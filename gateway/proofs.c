#include "proofs.h"

#include <stdlib.h>

#include "../policy/alloc.h"

#define PROOFS_MOST 256
#define PROOFS_FIRST 4

struct proofs {
	size_t count, room;
	struct kept {
		uint64_t source;
		int64_t until_us;
		enum proof proof;
	} *list;         /* owned */
};

static struct kept *find(const struct proofs *p, uint64_t source)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].source == source)
			return &p->list[i];
	return NULL;
}

bool proofs_find(const struct proofs *p, const struct siphash_key *key, const struct domain *source, int64_t now,
    enum proof *proof, int64_t *until_us)
{
	const struct kept *k = p ? find(p, siphash(key, source->text, source->length)) : NULL;

	if (!k || k->until_us <= now)
		return false;
	*proof = k->proof;
	*until_us = k->until_us;
	return true;
}

static struct kept *ends_first(struct proofs *p)
{
	struct kept *first = p->list;

	for (size_t i = 1; i < p->count; i++)
		if (p->list[i].until_us < first->until_us)
			first = &p->list[i];
	return first;
}

static struct kept *make_room(struct proofs *p)
{
	if (p->count == PROOFS_MOST)
		return ends_first(p);
	if (p->count == p->room) {
		p->room = p->room ? 2 * p->room : PROOFS_FIRST;
		p->list = alloc_resize(p->list, p->room, sizeof *p->list);
	}
	return &p->list[p->count++];
}

void proofs_keep(struct proofs **all, const struct siphash_key *key, const struct domain *source, enum proof proof, int64_t until_us)
{
	uint64_t hash = siphash(key, source->text, source->length);
	struct kept *k;

	if (!*all)
		*all = alloc_zero(1, sizeof **all);
	k = find(*all, hash);
	if (!k)
		k = make_room(*all);
	*k = (struct kept) { hash, until_us, proof };
}

void proofs_free(struct proofs *p)
{
	if (p)
		free(p->list);
	free(p);
}
