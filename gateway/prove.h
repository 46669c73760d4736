/* By what right a source speaks, where only DNS can say (product.md 1.4 d). A
 * wait on a message's way, like measure.h's. */
#ifndef GATEWAY_PROVE_H
#define GATEWAY_PROVE_H

#include "discover.h"
#include "traffic.h"

typedef void prove_done_fn(void *arg, enum proof);

/* One message's question, brought by the message. */
struct proving {
	struct discover_ticket ticket;
	const struct traffic *traffic;  /* borrowed, both */
	struct link *from;
	int64_t until_us;               /* how long the proof holds, of the loop's clock; 0: DNS gave none */
	bool asked;                     /* DNS was, now or before, */
	enum proof said;                /* and said this; NONE: no, or it was not asked */
	prove_done_fn *then;
	void *arg;                      /* borrowed */
};

/* Calls back exactly once, unless it is cancelled: PROOF_NONE where DNS is not needed or cannot help, or says no.
 * True: it has called already, and what `arg` stands for may be gone. `entry` is what matched without DNS. */
bool prove(struct proving *, const struct traffic *, struct link *from, const struct ruleset *, const struct facts *,
    const struct entry *, prove_done_fn *, void *arg);
void prove_cancel(struct proving *); /* nothing where it does not wait */

#endif
