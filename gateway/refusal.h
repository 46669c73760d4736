/* What a link remembers of its last refusal, so that a flood is refused from
 * the scan: no parser, no store (sofia.md and product.md section 3: a flood costs
 * the store nothing). It may refuse, never admit: what is not surely the same case goes the long way. */
#ifndef GATEWAY_REFUSAL_H
#define GATEWAY_REFUSAL_H

#include "traffic.h"

/* Remembers that this source of this link is refused until the store's moment, or until DNS' proof of the source
 * ends (of the loop's clock; 0: it needs none). */
void refusal_note(const struct traffic *, struct link *, const struct facts *, const struct entry *,
    const struct reading *, int64_t proven_until_us, enum reason);
/* Answers and counts the message if it is the same case; true: it is done with. */
bool refusal_again(struct traffic *, struct link *, const struct frame *);
void refusal_forget(struct link *);

/* An INVITE inside a dialog has the other side's To tag, so that ours cannot tell the ACK of
 * its refusal: the link remembers the last of them. */
void refusal_await_ack(struct link *, uint64_t transaction);
bool refusal_awaits_ack(const struct link *, uint64_t transaction);

#endif
