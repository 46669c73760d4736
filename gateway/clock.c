/* The two clocks, and the wall clock's text. */
#include "clock.h"

#include <stdio.h>
#include <time.h>

static int64_t clock_us(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now); /* cannot fail for these two */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

void clock_text(int64_t wall_us, char out[CLOCK_TEXT_MAX])
{
	int64_t within = wall_us % 1000000;
	time_t seconds = wall_us / 1000000;
	struct tm tm;
	size_t length;

	if (within < 0) { /* before 1970 the remainder is negative */
		within += 1000000;
		seconds--;
	}
	if (!gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900 || tm.tm_year < -1900) {
		snprintf(out, CLOCK_TEXT_MAX, "9999-12-31T23:59:59.999Z");
		return;
	}
	length = strftime(out, CLOCK_TEXT_MAX, "%FT%T", &tm);
	snprintf(out + length, CLOCK_TEXT_MAX - length, ".%03uZ", (unsigned)(within / 1000));
}
