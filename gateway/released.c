/* Operators' releases. They are kept for as long as what they end might be brought back: by what an edge
 * learned while it was cut off, or by a Redis that has not seen them. */
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "pooled.h"

#define RELEASES_MOST 10000

struct released {
	struct partner partner;
	int64_t at_us;
};

static int64_t keep_us(const struct pooled *p)
{
	const struct limits *l = &p->limits;

	return l->watch_hold_us > l->suspicion_hold_us ? l->watch_hold_us : l->suspicion_hold_us;
}

/* The oldest are the first. */
static void forget_old(struct pooled *p, size_t room)
{
	size_t gone = p->release_count > RELEASES_MOST - room ? p->release_count - (RELEASES_MOST - room) : 0;

	while (gone < p->release_count && p->releases[gone].at_us + keep_us(p) <= pooled_now(p))
		gone++;
	if (!gone)
		return;
	p->release_count -= gone;
	memmove(p->releases, p->releases + gone, p->release_count * sizeof *p->releases);
}

static void keep(struct pooled *p, const struct partner *partner)
{
	forget_old(p, 1);
	p->releases = alloc_resize(p->releases, p->release_count + 1, sizeof *p->releases);
	p->releases[p->release_count++] = (struct released){ *partner, pooled_now(p) };
}

void released_now(struct pooled *p, const struct partner *partner)
{
	struct script_call call;

	keep(p, partner);
	if (p->state != POOL_JOINED)
		return;
	script_release(&call, p->house.edge, partner, keep_us(p), -1);
	script_by_text(&call);
	pooled_send(p, &call, NULL, NULL);
}

/* Never of no age: that is none. */
void released_tell(struct pooled *p)
{
	forget_old(p, 0);
	for (size_t i = 0; i < p->release_count; i++)
		merge_release(p, &p->releases[i].partner, pooled_now(p) - p->releases[i].at_us + 1);
}

void released_clear(struct pooled *p)
{
	free(p->releases);
	p->releases = NULL;
	p->release_count = 0;
}
