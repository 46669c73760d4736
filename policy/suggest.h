/* What the counts of a partner say about the policy file: a line that might be added, or nothing. Pure. */
#ifndef POLICY_SUGGEST_H
#define POLICY_SUGGEST_H

#include "admit.h"
#include "reason.h"

/* All that is known of one partner, from wherever. */
struct conduct {
	const struct partner *partner;   /* borrowed */
	enum class class;
	uint64_t verdicts[VERDICTS];
	uint32_t successes, failures;    /* inside the window of suspicion */
	uint32_t distinct_uris;
};

enum suggestion { SUGGEST_NOTHING, SUGGEST_ALLOW, SUGGEST_BLOCK };

/* A discovered partner, or a provider's tenant, that is no stranger to the file. ALLOW: limits held it up, most of what it sent
 * went through all the same, nine of ten answers were good, and it asked for few different URIs. BLOCK: it is suspicious or on the watch list, and the
 * share of its failures is above the one that makes suspicious. Both only with min-responses answers, and never for whom the law,
 * the file's or the operators', names already. */
enum suggestion suggest(const struct conduct *, const struct ruleset *);

#define SUGGEST_EVIDENCE_MAX 400
/* The counts, for people. */
void suggest_evidence(const struct conduct *, const struct limits *, char out[SUGGEST_EVIDENCE_MAX]);
#define SUGGEST_LINE_MAX (DOMAIN_MAX + PROVIDER_NAME_MAX + 64)
/* { domain = "contoso.example"; }, as an element of that list, in front of the others. */
void suggest_line(const struct conduct *, enum suggestion, char out[SUGGEST_LINE_MAX]);

#endif
