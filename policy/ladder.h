/* How a message comes through the ladder, row by row, for who asks why: the tests are judge's own
 * (ladder.def), so that the two cannot disagree. Beside each row what it compared. Pure. */
#ifndef POLICY_LADDER_H
#define POLICY_LADDER_H

#include "judge.h"
#include "peek.h"

#define LADDER_ROWS 11

enum rung_outcome {
	RUNG_PASSED,
	RUNG_DECIDED,
	RUNG_WAIVED,       /* it would have decided, but is only observed: the message goes on */
	RUNG_NOT_REACHED
};

#define RUNG_DETAIL_MAX 400

struct ladder {
	enum reason reason;     /* with a waived row the reason that would have been */
	enum verdict verdict;
	unsigned row;           /* that decided or would have */
	struct place rule;      /* the line that decided; file NULL: the default, or none */
	struct {
		enum rung_outcome outcome;
		char detail[RUNG_DETAIL_MAX]; /* "17 of 20 in the last second"; "" of a row that was not reached */
	} rungs[LADDER_ROWS];   /* row 1 first */
};

/* All that is known of one message; borrowed for the call. */
struct ladder_case {
	const struct ruleset *law;
	const struct peer *peer;
	const struct facts *facts;
	const struct entry *entry;
	const struct glimpse *glimpse; /* NULL: no reading was needed, or there was none */
};

void ladder_walk(struct ladder *, const struct ladder_case *);

/* What a row tests, in a few words; row 1 to LADDER_ROWS. */
const char *ladder_test(unsigned row);
/* "passed", "decided", "waived", "not reached" */
const char *rung_outcome_token(enum rung_outcome);
/* What would change the answer: one sentence, NULL where nothing need be changed. */
const char *ladder_remedy(enum reason);
/* The same of one case: whose block it is, and a source that nobody outside can prove. */
const char *ladder_remedy_of(enum reason, const struct place *rule, const struct ruleset *, const struct domain *source);

#endif
