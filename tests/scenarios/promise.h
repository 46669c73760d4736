/* What a line promises of the messages that it sends. */
#ifndef TESTS_SCENARIOS_PROMISE_H
#define TESTS_SCENARIOS_PROMISE_H

#include "story.h"

struct promise {
	enum verdict verdict;
	const char *reason;         /* NULL: any of that verdict */
	const char *class;          /* NULL: any */
	int64_t from_us, until_us;  /* slots of the first and the last message */
	int64_t refused_until_us;
	int64_t status, retry_after;
	bool becomes_watched, stops_watched, stops_suspicious, provider, observed;
};

/* Reads the end of the line. What it does not say of the answer is not looked
 * at; what it does not say of changes must not have happened. */
bool promise_read(struct story *, struct promise *);

/* Is it kept by message `number`, from 0, of `count`? Complains where not. */
bool promise_kept(struct story *, const struct promise *, const struct fate *, uint32_t number, uint32_t count);

#endif
