/* Rates, durations, sizes and shares as people write them. libconfig cuts
 * large integers silently, so they are strings in our files. */
#ifndef POLICY_RATE_H
#define POLICY_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rate {
	uint32_t count;    /* 1 to 100,000; 0: no rate */
	int64_t period_us;
};

/* "20/s", "300/5m": count, slash, unit or duration. */
bool rate_parse(struct rate *out, const char *text);
/* What one of `edges` edges may let through by itself, so that all together keep the rate: an even
 * part of the count, and where that is under 1 one in `edges` periods. */
struct rate rate_share(const struct rate *, unsigned edges);
/* "50ms", "30s", "15m", "24h", "7d", "0s"; a whole number and a unit; up to 3650d. Microseconds. */
bool duration_parse(int64_t *out_us, const char *text);
/* "512", "64k", "4M", "1G": powers of 1,024; up to 1T. Octets. */
bool size_parse(uint64_t *out, const char *text);

/* "20/s", "300/5m", "2s", "1500ms": the shortest form that reads back the same. What no
 * file can say: no rate is "-", part of a millisecond is rounded up, and less than nothing is "0s". */
#define RATE_TEXT_MAX 40
void rate_text(const struct rate *, char out[RATE_TEXT_MAX]);
void duration_text(int64_t us, char out[RATE_TEXT_MAX]);

#endif
