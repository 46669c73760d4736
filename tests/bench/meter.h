/* What a server costs while it is measured: the CPU time of a process and of all its descendants, and
 * how busy each core was. From /proc: utime and stime of PID/stat, in ticks of 10 ms. */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METER_CORES = 64 };

struct meter {
	int    *pids;              /* owned; whose time is counted */
	size_t  count;
};

struct meter_core { int64_t busy, whole; };

/* This process and all that it has forked so far. */
void meter_add(struct meter *, int pid);
void meter_clear(struct meter *);
/* User and system time of all of them in microseconds; -1: one of them is gone. */
int64_t meter_cpu_us(const struct meter *);
/* Ticks since the start of the machine, stolen ones are busy; answers how many cores there are. */
size_t meter_cores(struct meter_core *, size_t room);

#endif
