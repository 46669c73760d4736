/* A candidate for the law: judges again what the law has judged, from what a witness sees, by the same match, measure and
 * judge, on a store of its own whose clock is that of what it sees. Live beside the law, or over a record: it cannot tell
 * which, so that both count alike. DNS is not asked for it: where only DNS could tell, and the law did not ask, the
 * reason is source-unknown. What the law refused has no answer, so that no partner becomes suspicious by it. */
#ifndef GATEWAY_CANDIDATE_H
#define GATEWAY_CANDIDATE_H

#include "trial.h"
#include "witness.h"

struct candidate;

/* Its trial has that many rows. */
struct candidate *candidate_new(struct ruleset *law /* taken */, unsigned max_partners, size_t rows);
void candidate_free(struct candidate *); /* NULL is fine */

/* Gives back all but the trial, a part at a call: it judges no more. True: that was all. */
bool candidate_rest(struct candidate *);

void candidate_judged(struct candidate *, const struct sight *);
void candidate_answered(struct candidate *, const struct sight_of_outcome *);

const struct trial *candidate_trial(const struct candidate *); /* borrowed */

#endif
