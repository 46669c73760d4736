/* A candidate for the law that this edge tries beside it (try-policy): one at a time, for a while. What it counted
 * stays to be read when it has ended, until another one is tried. */
#ifndef GATEWAY_TRYING_H
#define GATEWAY_TRYING_H

#include <jansson.h>

#include "conf.h"
#include "loop.h"

struct candidate;
struct traffic;

/* Part of the traffic. */
struct trying {
	struct candidate *candidate;  /* owned; NULL: none was tried */
	char *file;                   /* owned; of that one */
	char digest[13];
	int64_t since_us, until_us;   /* wall clock; until: it ends, or ended */
	bool running;
	struct timer end;
	struct task rest;
};

/* Reads the policy file; a relative path is one of fedgate.conf's directory. False: complaints, or one is running. */
bool trying_begin(struct traffic *, const char *file, int64_t for_us, struct complaints *);
void trying_end(struct traffic *);    /* nothing where none is running */
void trying_clear(struct traffic *);

/* {edge, time, running, policy, since, until, ...} with what trial_describe adds; NULL: none was tried. */
json_t *trying_describe(const struct traffic *);

#endif
