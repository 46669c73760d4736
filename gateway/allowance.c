/* What an organisation has spent is kept in its origin, which is held until all
 * of it has come back: who closes his connections and comes again gains nothing. */
#include "allowance.h"

#include <stdlib.h>

#include "../policy/alloc.h"

#define IN_FLIGHT_MOST 4
#define PARTNERS_MOST 48
#define INSIDE_MOST 16
#define STEP 9                    /* of those in flight: who has one more must find so many less of them */
#define BURST 32
#define INTERVAL_US INT64_C(15000000)
#define HELD_MOST 4096            /* spenders remembered without a connection */

struct allowance {
	struct origins *origins;       /* borrowed */
	unsigned partners, inside;     /* in flight */
	struct origin *first, **last;  /* spenders, the one who asked last behind */
	size_t held;
};

struct allowance *allowance_new(struct origins *origins)
{
	struct allowance *all = alloc_zero(1, sizeof *all);

	all->origins = origins;
	all->last = &all->first;
	return all;
}

static void drop(struct allowance *all, struct origin *o)
{
	struct asking *a = &o->asking;

	*a->back = a->next;
	if (a->next)
		a->next->asking.back = a->back;
	else
		all->last = a->back;
	a->back = NULL;
	all->held--;
	origin_unref(all->origins, o);
}

void allowance_free(struct allowance *all)
{
	while (all->first)
		drop(all, all->first);
	free(all);
}

/* The one who asked last stands behind; one reference, however often he asks. */
static void keep(struct allowance *all, struct origin *o)
{
	struct asking *a = &o->asking;

	origin_hold(o);
	if (a->back)
		drop(all, o);
	a->next = NULL;
	a->back = all->last;
	*all->last = o;
	all->last = &a->next;
	all->held++;
}

/* Whoever has it all back again need not be remembered. */
static void sweep(struct allowance *all, int64_t now)
{
	while (all->first && (all->first->asking.whole_us <= now || all->held > HELD_MOST))
		drop(all, all->first);
}

/* A bucket by one time: when it will be whole again (GCRA). */
static bool has_left(const struct asking *a, int64_t now)
{
	return a->whole_us - now <= (BURST - 1) * INTERVAL_US;
}

bool allowance_take(struct allowance *all, struct origin *o, int64_t now)
{
	struct asking *a;

	sweep(all, now);
	if (!o)
		return all->inside < INSIDE_MOST && ++all->inside;
	a = &o->asking;
	if (a->in_flight >= IN_FLIGHT_MOST || all->partners + a->in_flight * STEP >= PARTNERS_MOST || !has_left(a, now))
		return false;
	a->in_flight++;
	all->partners++;
	a->whole_us = (a->whole_us > now ? a->whole_us : now) + INTERVAL_US;
	keep(all, o);
	return true;
}

void allowance_give(struct allowance *all, struct origin *o)
{
	if (!o) {
		all->inside--;
		return;
	}
	o->asking.in_flight--;
	all->partners--;
}
