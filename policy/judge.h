/* The policy ladder of product.md section 2, row by row. */
#ifndef POLICY_JUDGE_H
#define POLICY_JUDGE_H

#include "admit.h"

/* Can the reason be told without a reading of the store? REASON_NONE: rows 7 to
 * 11 need one. */
enum reason judge_before(const struct facts *, const struct entry *);

/* The reason; `seen` may be NULL where judge_before tells. With entry->observe
 * it is the reason that would have been: judge_is_waived says whether to forward all the same. */
enum reason judge(const struct facts *, const struct entry *, const struct reading *seen);

/* The same, and which test of the ladder decided: they are counted from 0 in their order. A row may be asked more
 * than once (a delay does not end the ladder), so judge_row says which row of section 2 a test is of: 0 behind the last. */
enum reason judge_at(const struct facts *, const struct entry *, const struct reading *seen, unsigned *test);
unsigned judge_row(unsigned test);

/* Does row 1 say so, or is it refused like that? */
bool judge_is_fault(enum reason);

/* Does observing turn this reason into a forward? Only what rows 7 to 10 say (or a rate of
 * row 5): a blocked or unverified message is refused by an observer too. */
bool judge_is_waived(const struct entry *, enum reason);

/* Does the answer to a request that goes on tell how its partner behaves? To what begins something: inside is what we have
 * proof of, since a To tag alone anyone may write. */
bool judge_awaits_answer(const struct facts *, const struct entry *);

/* The class that the partner has by this reason and reading. */
enum class judge_class(const struct entry *, enum reason, const struct reading *seen);

/* The rate that delayed or refused it. */
const struct rate *judge_rate(const struct entry *, const struct reading *seen);

/* The line that decided; none for what row 1 refuses. */
struct place judge_place(const struct entry *, enum reason, const struct reading *seen);

#endif
