/* What a parsed request says, copied out by value: the facts for the law, and
 * the passage for the way onward. Row 1 of the ladder is found here. */
#ifndef GATEWAY_EXTRACT_H
#define GATEWAY_EXTRACT_H

#include "../policy/facts.h"
#include "../policy/ruleset.h"
#include "link.h"
#include "pending.h"
#include "via.h"

struct passage {
	uint64_t transaction;
	enum route_verdict route;
	struct token token;      /* with ROUTE_PROVEN */
	unsigned own_routes;     /* leading Routes of ours */
	const char *hidden_routes; /* what they hide of the inside, for the way behind them; lives as the message; NULL: nothing */
	bool in_dialog;          /* To has a tag */
	struct domain partner;   /* from inside: whom it is for, by the token or the Request-URI */
};

/* What extract looks things up in; all borrowed. */
struct extract_view {
	const struct own *own;
	const struct ruleset *law;
	struct pendings *pendings;
	const struct siphash_key *target_key;
};

/* A request from a partner. */
void extract(struct facts *, struct passage *, const struct extract_view *, const struct link *from,
    enum method, msg_t *);
/* Does the text hold the word, in any case? Bounded: sofia ends a payload with no NUL. */
bool extract_mentions(const char *text, size_t size, const char *word);
/* Is that the type, or in the body, of a list of recipients? */
bool extract_names_recipients(const char *text, size_t size);
/* A request from inside: inside a dialog by our valid token, or for a domain that is none of ours. */
void extract_inside(struct facts *, struct passage *, const struct extract_view *, enum method, msg_t *);

#endif
