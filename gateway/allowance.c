/* What an organisation has spent is kept in its origin, which is held until all
 * of it has come back: who closes his connections and comes again gains nothing. */
#include "allowance.h"

#include <stdlib.h>

#include "../policy/alloc.h"

#define IN_FLIGHT_MOST 4
#define INSIDE_IN_FLIGHT_MOST 32
#define IN_FLIGHT_ALL 57          /* and an eighth: 64 */
#define BURST 32
#define INTERVAL_US INT64_C(15000000)
#define HELD_MOST 4096            /* spenders remembered without a connection */

struct allowance {
	struct origins *origins;       /* borrowed */
	struct quota in_flight;
	struct share inside;
	struct origin *first, **last;  /* spenders, the one who asked last behind */
	size_t held;
};

struct allowance *allowance_new(struct origins *origins)
{
	struct allowance *all = alloc_zero(1, sizeof *all);

	all->origins = origins;
	all->in_flight.limit = IN_FLIGHT_ALL;
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
	struct share *share = o ? &o->asking.in_flight : &all->inside;

	sweep(all, now);
	if (share->used >= (o ? IN_FLIGHT_MOST : INSIDE_IN_FLIGHT_MOST) || (o && !has_left(&o->asking, now))
	    || !quota_take(&all->in_flight, share, 1))
		return false;
	if (!o)
		return true;
	o->asking.whole_us = (o->asking.whole_us > now ? o->asking.whole_us : now) + INTERVAL_US;
	keep(all, o);
	return true;
}

void allowance_give(struct allowance *all, struct origin *o)
{
	quota_give(&all->in_flight, o ? &o->asking.in_flight : &all->inside, 1);
}
