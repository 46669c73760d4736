#include "histogram.h"

static const int64_t bounds_us[HISTOGRAM_BUCKETS] = {
	10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 3000000
};

void histogram_add(struct histogram *h, int64_t us)
{
	size_t i = 0;

	while (i < HISTOGRAM_BUCKETS && us > bounds_us[i])
		i++;
	h->counts[i]++;
	h->sum_us += us > 0 ? (uint64_t)us : 0;
}

int64_t histogram_bound_us(size_t bucket)
{
	return bounds_us[bucket];
}
