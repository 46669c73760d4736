/* Counts every decision, and tells of those that somebody may ask about: the
 * log for people, the decision log for scripts. Repeated refusals of one partner and reason
 * are folded: the first, then one line a second with a count. */
#ifndef GATEWAY_LEDGER_H
#define GATEWAY_LEDGER_H

#include "../policy/judge.h"
#include "decisions.h"
#include "loop.h"
#include "refusals.h"
#include "store.h"
#include "tally.h"
#include "tls.h"

struct ledger;
struct recorder;

/* All that is told of one decision. Borrowed while the call lasts. */
struct decided {
	enum reason reason;
	enum reason judged;            /* what the ladder said; NONE: it was not asked. Another reason: something came between */
	enum class class;
	const struct facts *facts;
	const struct entry *entry;     /* NULL: refused before the law was asked, or from inside */
	struct place place;            /* without an entry: the line that decided */
	const struct reading *seen;    /* may be NULL */
	const char *organisation;      /* of the connection; "" or NULL: nobody's */
	const char *peer;              /* first name of the certificate, "" on plain TCP */
	const struct tls_peer *certificate; /* of the partner, with an entry; NULL: not told */
	const char *address;
	const char *method, *call_id, *target; /* as the peer wrote them: escaped and cut here; may be NULL; not NUL-terminated ones have a length */
	size_t method_length, call_id_length, target_length;
	bool timed;                    /* a partner's request: its verdict took so long */
	int64_t took_us;
};

struct ledger *ledger_new(struct loop *, struct store *, struct decisions *, bool targets);
void ledger_free(struct ledger *);
void ledger_set_recorder(struct ledger *, struct recorder *); /* borrowed; NULL: none */
void ledger_set_targets(struct ledger *, bool targets);
/* Where the first refusal of each fold is kept; borrowed. NULL, as at first: nowhere. */
void ledger_set_refusals(struct ledger *, struct refusals *);
struct recent *ledger_recent(struct ledger *); /* the last lines of the decision log; borrowed */

void ledger_record(struct ledger *, const struct decided *);
void ledger_answered(struct ledger *, enum answered);
void ledger_handshake(struct ledger *, const char *address, const char *failure /* NULL: done */);
/* A class changed: without a message when `decided` is NULL. */
void ledger_class(struct ledger *, const struct partner *, enum class before, enum class now, const char *why);
/* "policy", "store", "operator": one line of our own words. */
void ledger_event(struct ledger *, const char *event, const char *text);
/* Somebody at the console changed something, or was refused it: who, the words, what became of it. */
void ledger_operator(struct ledger *, const char *user, unsigned long uid, const char *asked, const char *what, bool done);

/* --- counters, since the start --- */
const struct tally *ledger_tally(const struct ledger *);
void ledger_set_worst(struct ledger *, unsigned partners);

/* Whose decision it is, for people: the partner, else the connection's organisation, else "-". */
void ledger_who(const struct entry *, const char *organisation, char out[PARTNER_TEXT_MAX]);

#endif
