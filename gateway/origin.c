#include "origin.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"

static struct origin **bucket_of(struct origins *all, const char *name)
{
	return &all->bucket[siphash(&all->key, name, strlen(name)) % ORIGIN_BUCKETS];
}

struct origin *origin_find(struct origins *all, const char *name)
{
	struct origin *o;

	for (o = *bucket_of(all, name); o && strcmp(o->name, name); o = o->next)
		;
	return o;
}

struct origin *origin_ref(struct origins *all, const char *name)
{
	struct origin *o = origin_find(all, name);

	if (!o) {
		struct origin **bucket = bucket_of(all, name);

		o = alloc_zero(1, sizeof *o);
		o->name = alloc_text(name);
		o->next = *bucket;
		*bucket = o;
	}
	o->references++;
	return o;
}

void origin_hold(struct origin *o)
{
	o->references++;
}

void origin_unref(struct origins *all, struct origin *o)
{
	struct origin **at;

	if (!o || --o->references)
		return;
	for (at = bucket_of(all, o->name); *at != o; at = &(*at)->next)
		;
	*at = o->next;
	free(o->name);
	free(o);
}
