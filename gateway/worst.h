/* The partners with most refusals, for metrics.partners: bounded, whatever comes. A newcomer takes the
 * place of the one with fewest of a few, so who is refused much stays; who comes back begins at 0. */
#ifndef GATEWAY_WORST_H
#define GATEWAY_WORST_H

#include "../policy/partner.h"
#include "../policy/siphash.h"

struct worst_seat;

struct worst {
	unsigned most;           /* so many are listed; 0: nobody is counted */
	size_t size;
	struct worst_seat *seats; /* owned; more than are listed */
	struct siphash_key key;  /* so that nobody can choose names that get in each other's way */
};

void worst_init(struct worst *, const struct siphash_key *);
void worst_clear(struct worst *);
/* Another number forgets all. */
void worst_resize(struct worst *, unsigned most);
void worst_add(struct worst *, const char *who);
/* The worst, in no order. */
void worst_list(const struct worst *, void (*each)(void *arg, const char *who, uint64_t refused), void *arg);

#endif
