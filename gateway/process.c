#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "clock.h"

#define SECOND_US 1000000
#define FDS_A_SECOND 2000

struct process {
	struct loop *loop;       /* borrowed */
	struct timer timer;
	int64_t started_us;
	int memory;              /* /proc/self/statm */
	DIR *fds;                /* owned; NULL: no count is under way */
	uint64_t counting, counted;
};

/* Three of them are not descriptors: ".", ".." and the directory's own, which goes again. */
static void count_more(struct process *p)
{
	if (!p->fds && (p->fds = opendir("/proc/self/fd")))
		p->counting = 0;
	for (int i = 0; p->fds && i < FDS_A_SECOND; i++) {
		if (readdir(p->fds)) {
			p->counting++;
			continue;
		}
		p->counted = p->counting > 3 ? p->counting - 3 : 0;
		closedir(p->fds);
		p->fds = NULL;
	}
}

static void on_second(void *arg)
{
	struct process *p = arg;

	count_more(p);
	timer_set(p->loop, &p->timer, loop_now(p->loop) + SECOND_US, on_second, p);
}

/* The kernel counts in ticks since it booted: the 22nd word, the 20th behind the name, which may have blanks. */
static int64_t started_us(void)
{
	FILE *file = fopen("/proc/self/stat", "re");
	char line[1024] = "", *at;
	unsigned long long ticks = 0;
	struct timespec boot;

	if (file && fgets(line, sizeof line, file) && (at = strrchr(line, ')')))
		for (int i = 0; i < 20 && at; i++)
			at = strchr(at + 1, ' ');
	else
		at = NULL;
	if (file)
		fclose(file);
	if (!at || sscanf(at, "%llu", &ticks) != 1 || clock_gettime(CLOCK_BOOTTIME, &boot) != 0)
		return clock_wall_us();
	return clock_wall_us() - (boot.tv_sec * INT64_C(1000000) + boot.tv_nsec / 1000)
	    + (int64_t)(ticks * 1000000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}

struct process *process_new(struct loop *loop)
{
	struct process *p = alloc_zero(1, sizeof *p);

	p->loop = loop;
	p->started_us = started_us();
	p->memory = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	on_second(p);
	return p;
}

void process_free(struct process *p)
{
	if (!p)
		return;
	timer_stop(p->loop, &p->timer);
	if (p->fds)
		closedir(p->fds);
	if (p->memory >= 0)
		close(p->memory);
	free(p);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

double process_cpu_s(void)
{
	struct rusage used = { 0 };

	getrusage(RUSAGE_SELF, &used);
	return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct process_memory process_memory(const struct process *p)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), all, resident;
	char text[128] = "";

	if (p->memory < 0 || pread(p->memory, text, sizeof text - 1, 0) <= 0
	    || sscanf(text, "%" SCNu64 " %" SCNu64, &all, &resident) != 2)
		return (struct process_memory) { 0 };
	return (struct process_memory) { resident * page, all * page };
}

uint64_t process_open_fds(const struct process *p)
{
	return p->counted;
}

uint64_t process_max_fds(void)
{
	struct rlimit limit = { 0 };

	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

int64_t process_started_us(const struct process *p)
{
	return p->started_us;
}
