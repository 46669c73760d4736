/* What the servers that DNS names for a domain prove, and which of them may be
 * gone to (product.md 1.4 d). Pure: the organisational domain of the domain is handed in, gateway/
 * knows public suffixes. */
#ifndef POLICY_DISCOVERY_H
#define POLICY_DISCOVERY_H

#include "ruleset.h"
#include "facts.h"
#include "servers.h"

/* May any answer at all prove the source for this peer? If not, DNS need not be asked: discovery is
 * off, the domain is ours or nobody's, or the peer has no name in its organisation. */
bool discovery_may_prove(const struct ruleset *, const struct peer *, const struct domain *source,
    const struct domain *organisation);

/* Do the servers of `_sipfederationtls._tcp` prove a domain of this organisation for the peer? One that its
 * certificate matches, by a name of that very organisation. */
bool discovery_proves(const struct peer *, const struct domain *organisation, const struct servers *);

/* Leaves only those servers, in their order, that our users' requests may go to: in the organisation, or the
 * edge of an allow or provider entry. */
void discovery_keep_usable(struct servers *, const struct ruleset *, const struct domain *organisation);

#endif
