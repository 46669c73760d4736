/* Whom an operator means by a name: "contoso.example", "hosted-uc", "hosted-uc/tenant.example", "newcomers". */
#ifndef GATEWAY_NAMED_H
#define GATEWAY_NAMED_H

#include "spell.h"
#include "store.h"

#define NAMED_MOST 16

/* The likeliest first. */
struct named {
	struct partner list[NAMED_MOST];
	size_t count;
};

/* The name with its provider as the policy writes it, capitals aside: in `out`, or the name itself. */
const char *named_spelled(const struct ruleset *, const char *name, char out[PARTNER_TEXT_MAX]);
/* False: nobody can be called so. Of a domain: the partner itself; a tenant of a provider; and the organisation that it
 * lies in, to which the limits of what the certificate says are charged. */
bool named_read(struct named *, const struct ruleset *, const char *name);
/* Might another policy have somebody of this name? */
bool named_may_be(const char *name);
/* The same without the organisation. */
void named_domain(struct named *, const struct ruleset *, const struct domain *);
/* Lets all go; those of them that were restricted stay in the list. False: none was. */
bool named_release(struct named *, struct store *);
/* Of the partners that are tried the one whose name is nearest to a word; "": none is near. */
struct named_near {
	struct spell spell;
	char name[PARTNER_TEXT_MAX];
};
void named_near_init(struct named_near *, const char *word /* borrowed */);
void named_near_try(struct named_near *, const struct partner *);
/* "a.example, uc/a.example and b.example", cut where there is no room. Returns out. */
const char *named_text(const struct named *, char *out, size_t size);

#endif
