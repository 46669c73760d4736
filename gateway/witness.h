/* Those who look on while requests of partners are judged: the record (log.record) and a candidate for the law
 * (try-policy). They change nothing, and nobody waits for them. */
#ifndef GATEWAY_WITNESS_H
#define GATEWAY_WITNESS_H

#include "../policy/match.h"
#include "../policy/standing.h"

struct recorder;
struct candidate;

/* All that there is to see of one judgement: also what another law would look at. Borrowed while the call lasts. */
struct sight {
	int64_t at_us;             /* on the store's clock */
	uint64_t number;           /* of the request, from 1: its outcome has the same */
	uint64_t connection;       /* never used again */
	uint64_t *told;            /* the recorder's mark on the connection */
	const struct peer *peer;
	const struct facts *facts;
	const char *method;        /* as the peer wrote it */
	size_t method_length;
	bool in_dialog;            /* To has a tag */
	enum proof dns;            /* what DNS said of the source, where it was asked: DNS, UNKNOWN, NONE */
	bool dns_asked;
	const char *partner;       /* who is charged by the law, else the connection's organisation; "-" for nobody */
	enum reason reason;        /* the law's */
	bool waived;               /* that was only observed, and it was forwarded */
	int64_t wait_us;           /* until its slot; 0: none is waited for */
};

/* The final answer of the internal side to a request that was judged. */
struct sight_of_outcome {
	int64_t at_us;
	uint64_t number;
	enum outcome outcome;
	const char *partner;
};

/* Part of the traffic. */
struct witness {
	struct recorder *recorder;   /* borrowed; NULL: no record is made */
	struct candidate *candidate; /* borrowed; NULL: none is tried */
	uint64_t number;             /* of the last request seen */
};

static inline bool witness_looks(const struct witness *w)
{
	return w->recorder || w->candidate;
}

/* Gives the request its number, which is returned. */
uint64_t witness_judged(struct witness *, struct sight *);
void witness_answered(const struct witness *, const struct sight_of_outcome *);
/* The connection is no more. */
void witness_closed(const struct witness *, uint64_t connection, uint64_t told);

#endif
