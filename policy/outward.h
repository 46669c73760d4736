/* May our own users reach a domain, and by which edge? The rows of the ladder that hold in both
 * directions (product.md section 2: a block refuses both; section 6). Pure. */
#ifndef POLICY_OUTWARD_H
#define POLICY_OUTWARD_H

#include "reason.h"
#include "ruleset.h"

struct outward {
	enum reason reason;   /* REASON_ALLOWED, or why not: blocked-domain, federation-off, not-allowed */
	struct domain edge;   /* the name of the partner's edge, by the policy; empty: DNS tells */
	struct place place;   /* the line that decided */
};

/* `domain` is none of ours. */
void outward_match(struct outward *, const struct ruleset *, const struct domain *domain);

/* The provider whose `domains` say that this one is there; NULL: none, or only by "*". */
const struct provider *outward_provider(const struct ruleset *, const struct domain *domain);

#endif
