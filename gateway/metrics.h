/* What an edge tells Prometheus: metrics.def, filled from where each thing is counted. */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include "expiry.h"
#include "exposition.h"
#include "process.h"
#include "traffic.h"

/* Where the figures are: borrowed from the edge. */
struct metrics_house {
	const struct traffic *traffic;
	const struct door *federation, *internal;
	const struct expiry *expiry;
	const char *policy_digest;
	struct process *process;
};

/* All of them as text, at most so many octets; the caller's, for free(). */
#define METRICS_TEXT_MAX ((size_t)1024 * 1024)
char *metrics_text(const struct metrics_house *, size_t *length);

/* The table, in its order. */
const struct family *metrics_families(size_t *count);

#endif
