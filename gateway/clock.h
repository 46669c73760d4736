/* The two clocks. Deadlines and limits live on the monotonic one; the wall
 * clock is for logs, certificates and what must survive a restart. */
#ifndef GATEWAY_CLOCK_H
#define GATEWAY_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_us(void);
int64_t clock_wall_us(void);

#define CLOCK_TEXT_MAX 32
/* RFC 3339 in UTC with milliseconds: 2026-11-24T15:04:05.123Z */
void clock_text(int64_t wall_us, char out[CLOCK_TEXT_MAX]);

#endif
