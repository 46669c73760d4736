/* How long something took, counted in buckets, as Prometheus' histograms want it. */
#ifndef GATEWAY_HISTOGRAM_H
#define GATEWAY_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* From what a message costs to the longest that one waits for DNS. */
#define HISTOGRAM_BUCKETS 16

struct histogram {
	uint64_t counts[HISTOGRAM_BUCKETS + 1]; /* of each bucket alone; the last: longer than every bound */
	uint64_t sum_us;
};

/* Time that went backwards took none. */
void histogram_add(struct histogram *, int64_t us);
/* The longest that still belongs to the bucket. */
int64_t histogram_bound_us(size_t bucket);

#endif
