/* Facts and the law: which entry applies, who is charged, by what right the
 * source may speak (product.md sections 1 and 2, "Lists"). Pure. */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include "facts.h"
#include "partner.h"
#include "ruleset.h"

enum stance {
	STANCE_BLOCK,    /* row 2 */
	STANCE_OFF,      /* row 3 */
	STANCE_ALLOW,    /* row 5, with or without its own rate */
	STANCE_CLOSED,   /* row 6: discovery is off */
	STANCE_DISCOVER  /* rows 7 to 11 */
};

enum proof {
	PROOF_NONE,        /* row 4: source-unverified */
	PROOF_UNKNOWN,     /* row 4: DNS cannot tell: source-unknown */
	PROOF_CERTIFICATE, /* a: the certificate matches D or sip.D */
	PROOF_EDGE,        /* b: it matches the allow entry's edge */
	PROOF_PROVIDER,    /* c: it matches a provider's edge that covers D */
	PROOF_DNS          /* d: federation SRV (asked by gateway/, handed in) */
};

struct entry {
	enum stance stance;
	enum proof proof;
	struct partner partner;     /* PARTNER_NONE unless proven */
	bool limited;               /* `limits` are to be measured */
	bool observe;               /* decide and count, refuse and delay nothing */
	struct limits limits;       /* for this partner; an allow entry's own rate is in here, with distinct_uris and min_responses 0 */
	bool has_provider;          /* a tenant: the provider's limits hold too */
	struct partner provider;    /* PARTNER_PROVIDER */
	struct limits provider_limits; /* its rate and distinct_uris, the watch-list settings; no suspicion */
	uint32_t max_tenants;
	struct place place;         /* the line that decided: block, allow, provider, federation */
};

/* The entry that blocks a name of the certificate; NULL: none. For a provider's always. It looks at each
 * label of each name: ask once for a connection and a ruleset, and say it in the facts. */
const struct block *match_block(const struct ruleset *, const struct peer *);

/* The entry that blocks the domain, as this peer's source or as a name of its certificate; NULL: none. */
const struct block *match_block_of(const struct ruleset *, const struct peer *, const struct domain *);

/* `dns` is what section 1.4 d found for facts->source on this connection:
 * PROOF_DNS, PROOF_UNKNOWN or PROOF_NONE ("no", or not asked). */
void match(struct entry *out, const struct ruleset *, const struct peer *, const struct facts *, enum proof dns);

/* May its certificate speak for the domain? */
bool match_provider_covers(const struct provider *, const struct domain *);

/* Does one of its names match the domain? */
bool match_names(const struct peer *, const struct domain *);
/* Does the certificate by itself speak for the domain: does it match it, or `sip.` before it (1.4 a)? */
bool match_speaks_for(const struct peer *, const struct domain *);

/* May some source domain make this peer anything but its organisation's
 * discovered partner: does its certificate, by itself or with DNS, prove a domain of an
 * allow entry, or an edge of an allow or a provider entry? Never a false "no": what says
 * no here may be refused from the scan without looking at From's partner. It looks at
 * every entry: ask once for a connection and a ruleset. */
bool match_may_vary(const struct ruleset *, const struct peer *);

#endif
