/* What admit would say of a message, and the figures that it would compare, without
 * changing anything: for who asks why. admit.lua has a twin of it. Pure. */
#ifndef POLICY_PEEK_H
#define POLICY_PEEK_H

#include "admit.h"

/* What is counted of one partner, or of a provider, at this moment; and the rates that it is measured against. */
struct figures {
	struct rate rate, suspicious_rate;
	uint32_t used, suspicious_used;        /* slots in the last period of either */
	uint32_t waiting;                      /* slots that lie ahead */
	uint32_t distinct_uris;
	uint32_t successes, failures;
	bool target_known;                     /* the target is one of the distinct ones */
	bool watched, suspicious;
	int64_t watched_since_us, watched_until_us; /* how long ago it began, how long it goes on */
	int64_t suspicious_since_us, suspicious_until_us; /* the hold: 0 when it is over and the share still high */
};

struct glimpse {
	struct reading seen;
	struct figures own, provider;
};

/* `own` NULL: not known yet. `provider_limits` NULL: no provider; `provider` NULL: not known yet. Costs a copy of both records. */
void peek(struct glimpse *, const struct record *own, const struct limits *, const struct record *provider,
    const struct limits *provider_limits, const struct demand *, int64_t now_us);

#endif
