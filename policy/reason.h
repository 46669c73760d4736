/* Why a message fares as it does: one stable token everywhere. */
#ifndef POLICY_REASON_H
#define POLICY_REASON_H

enum verdict { VERDICT_FORWARD, VERDICT_DELAY, VERDICT_REFUSE, VERDICT_DROP, VERDICTS };

/* What is counted of a partner's messages: each verdict, and how many of those delayed and refused were
 * only observed, and forwarded. */
enum { COUNTED_OBSERVED = VERDICTS, COUNTED };

enum reason {
	REASON_NONE, /* not decided yet */
#define REASON(name, number, token, verdict, status, sentence) REASON_##name,
#include "reason.def"
#undef REASON
	REASONS
};

struct reason_row {
	int number;           /* stable, for ms-diagnostics-public */
	const char *token;    /* "rate-limit" */
	enum verdict verdict;
	int status;           /* SIP status, 0 where none is sent */
	const char *sentence; /* for people; no quotes inside */
};

/* The row of a reason; never NULL. What is not decided yet, or no reason at all, has the
 * number 0 and would be refused. */
const struct reason_row *reason_row(enum reason);

/* The reason of a token; REASON_NONE: there is none. */
enum reason reason_named(const char *token);

/* "forward", "delay", "refuse", "drop" */
const char *verdict_token(enum verdict);

#endif
