#include "meter.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tools/text.h"

/* The fields behind the name, which may hold blanks and brackets itself. */
static bool read_stat(int pid, int *parent, int64_t *ticks)
{
	char path[64], line[1024], *fields;
	unsigned long user, system;
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	in = fopen(path, "r");
	if (in == NULL)
		return false;
	fields = fgets(line, sizeof line, in) ? strrchr(line, ')') : NULL;
	fclose(in);
	if (fields == NULL || sscanf(fields + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", parent, &user, &system) != 3)
		return false;
	*ticks = (int64_t)(user + system);
	return true;
}

static bool holds(const struct meter *m, int pid)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->pids[i] == pid)
			return true;
	return false;
}

static void add_one(struct meter *m, int pid)
{
	m->pids = must(realloc(m->pids, (m->count + 1) * sizeof *m->pids));
	m->pids[m->count++] = pid;
}

/* A child may be met before its parent: round again until nothing is new. */
void meter_add(struct meter *m, int pid)
{
	size_t before;

	add_one(m, pid);
	do {
		DIR *all = must(opendir("/proc"));
		struct dirent *entry;

		before = m->count;
		while ((entry = readdir(all)) != NULL) {
			int child = atoi(entry->d_name), parent;
			int64_t ticks;

			if (child > 0 && !holds(m, child) && read_stat(child, &parent, &ticks) && holds(m, parent))
				add_one(m, child);
		}
		closedir(all);
	} while (m->count > before);
}

void meter_clear(struct meter *m)
{
	free(m->pids);
	*m = (struct meter){ 0 };
}

int64_t meter_cpu_us(const struct meter *m)
{
	int64_t sum = 0, ticks;
	int parent;

	for (size_t i = 0; i < m->count; i++) {
		if (!read_stat(m->pids[i], &parent, &ticks))
			return -1;
		sum += ticks;
	}
	return sum * 1000000 / sysconf(_SC_CLK_TCK);
}

size_t meter_cores(struct meter_core *cores, size_t room)
{
	FILE *in = must(fopen("/proc/stat", "r"));
	char line[1024];
	size_t count = 0;

	while (fgets(line, sizeof line, in) != NULL) {
		long long t[8] = { 0 };
		unsigned core;

		if (sscanf(line, "cpu%u %lld %lld %lld %lld %lld %lld %lld %lld", &core, t, t + 1, t + 2, t + 3, t + 4, t + 5, t + 6, t + 7) < 9
		    || core >= room)
			continue;
		cores[core].busy = t[0] + t[1] + t[2] + t[5] + t[6] + t[7];
		cores[core].whole = cores[core].busy + t[3] + t[4];
		if (core + 1 > count)
			count = core + 1;
	}
	fclose(in);
	return count;
}
