/* The record (log.record): every judgement of the law, forwards too, with all that another law would look at,
 * and every answer that tells how a partner behaves, as JSON lines: fedgated(8) has the fields. Given to the page cache
 * at the end of a turn; what a disk does not take is lost and counted. recording.h reads it. */
#ifndef GATEWAY_RECORDER_H
#define GATEWAY_RECORDER_H

#include "ledger.h"
#include "witness.h"

/* What a replay has to know of the edge. Borrowed while the call lasts. */
struct recorder_house {
	const char *path, *edge, *policy_digest;
	const struct domain *domains; /* the local ones */
	size_t domain_count;
	unsigned max_partners;
};

struct recorder;

struct recorder *recorder_open(struct loop *, struct store *, const struct recorder_house *);
void recorder_reopen(struct recorder *, const struct recorder_house *); /* SIGHUP: a new file stands for itself */
void recorder_close(struct recorder *); /* NULL is fine */

void recorder_judged(struct recorder *, const struct sight *);
void recorder_answered(struct recorder *, const struct sight_of_outcome *);
void recorder_closed(struct recorder *, uint64_t connection, uint64_t told);
/* What was decided, but not by the ladder: malformed, from inside, cancelled, no next hop... */
void recorder_other(struct recorder *, const struct decided *, const char *who);

#endif
