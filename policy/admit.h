/* Rows 7 to 10 of the ladder as one atomic reading: watch list, suspicion,
 * slot, target. This is what a store does for a message, and what the Lua twins are to do in
 * Redis; judge turns the reading into a reason. Pure: time is a parameter. */
#ifndef POLICY_ADMIT_H
#define POLICY_ADMIT_H

#include "contacts.h"
#include "facts.h"
#include "match.h"
#include "standing.h"
#include "window.h"

enum class { CLASS_NONE, CLASS_ALLOWED, CLASS_DISCOVERED, CLASS_SUSPICIOUS, CLASS_WATCHED, CLASS_BLOCKED, CLASSES };
const char *class_token(enum class);

/* All that a store keeps of one partner. */
struct record {
	struct window window;
	struct contacts contacts;
	struct standing standing;
	bool watched;
	int64_t watched_since_us, watched_until_us;
};

void record_init(struct record *);
void record_clear(struct record *);
void record_copy(struct record *out, const struct record *); /* `out` is not initialised yet */

/* What is asked for one message. */
struct demand {
	uint64_t target;
	bool has_target;
	bool ends_call;
};

/* What the store found. */
struct reading {
	int64_t at_us;            /* when it was read, on the store's clock */
	enum class class;         /* as seen before this message; WATCHED when this message made it so */
	bool admitted;            /* a slot is booked, and the target named; also by a watched partner, where the ladder lets it */
	int64_t wait_us;          /* admitted: until its slot, 0: now */
	int64_t slot_us;          /* admitted: the slot itself, on the store's clock */
	int64_t retry_us;         /* refused by rate: until a slot would be free, never 0; refused by the watch list: 0 */
	int64_t refused_until_us; /* refused: the store's clock; until then every ordinary message of this
	                           * partner would be refused; 0: not known */
	bool suspicious;          /* it was measured against suspicious_rate too, whatever the class */
	bool usual_decided;       /* and yet it is the usual rate that delays or refuses it */
	bool became_watched;      /* by this very message */
	bool provider_decided;    /* the limit that refused or delayed, or the watch list, is the provider's */
	bool stopped_watched, stopped_suspicious; /* a hold ended since the last reading */
	bool provider_stopped_watched;
	bool common;              /* set by the store: too many are known, partner_common was charged */
	bool known;               /* false: the store could not tell (a remote one, later) */
};

/* `provider` and its limits may be NULL. Books, or changes nothing but what
 * time itself changes (holds that end, watch list entered). */
struct reading admit(struct record *, const struct limits *, struct record *provider,
    const struct limits *provider_limits, const struct demand *, int64_t now_us);

/* An operator's release: off the watch list, set emptied, answers forgotten. */
void record_release(struct record *);

/* Ends holds that are over; forgets what has left its window. True when the
 * record holds nothing any more and may be forgotten itself. */
bool record_expire(struct record *, const struct limits *, int64_t now_us);

#endif
