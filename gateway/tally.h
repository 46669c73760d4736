/* What the ledger counts, since the start: for reports and metrics. */
#ifndef GATEWAY_TALLY_H
#define GATEWAY_TALLY_H

#include "../policy/admit.h"
#include "../policy/reason.h"
#include "histogram.h"
#include "worst.h"

enum answered {
	ANSWERED_SUCCESS, ANSWERED_FAILURE, ANSWERED_NEUTRAL, ANSWERED_PROVISIONAL,
	ANSWERED_LATE,     /* behind the final one, dropped */
	ANSWERED_STRANGE,  /* nobody asked for it */
	ANSWERED_NOBODY,   /* who asked has gone */
	ANSWERED_NEVER,    /* forgotten without an answer */
	ANSWERS
};

/* As metrics, totals and reports call it. */
const char *answered_token(enum answered);

struct tally {
	uint64_t totals[REASONS][CLASSES];
	uint64_t waived[REASONS][CLASSES]; /* of these: only observed, and forwarded */
	uint64_t answers[ANSWERS];
	uint64_t handshakes, failed_handshakes;
	struct histogram verdicts;         /* of partners' requests, from when they were whole */
	struct worst worst;                /* by whom most are refused */
};

/* Of all classes. */
uint64_t tally_total(const struct tally *, enum reason);
/* All counters into the log: at a stop, and when asked. */
void tally_say(const struct tally *);

#endif
