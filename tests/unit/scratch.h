/* A directory of its own for a test, and files in it to break. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <CUnit/CUnit.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SCRATCH_NAMES 8

struct scratch {
	char directory[64];
	char names[SCRATCH_NAMES][128]; /* that were asked for, the oldest one overwritten */
	unsigned next;
};

static inline struct scratch scratch_new(void)
{
	struct scratch s = { .directory = "/tmp/fedgate-unit-XXXXXX" };

	if (!mkdtemp(s.directory))
		abort();
	return s;
}

static inline const char *scratch_name(struct scratch *s, const char *name)
{
	char *out = s->names[s->next++ % SCRATCH_NAMES];
	size_t length = strlen(s->directory);

	memcpy(out, s->directory, length);
	snprintf(out + length, sizeof(s->names[0]) - length, "/%s", name);
	return out;
}

/* Removes every file of the directory; how many there were. */
static inline unsigned scratch_empty(struct scratch *s)
{
	DIR *directory = opendir(s->directory);
	struct dirent *entry;
	unsigned count = 0;

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		unlinkat(dirfd(directory), entry->d_name, 0);
		count++;
	}
	if (directory)
		closedir(directory);
	return count;
}

static inline void scratch_free(struct scratch *s)
{
	scratch_empty(s);
	rmdir(s->directory);
}

/* NULL: there is no such file. */
static inline char *scratch_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *octets = NULL;

	*size = 0;
	if (!file)
		return NULL;
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	octets = malloc(*size + 1);
	if (!octets || fread(octets, 1, *size, file) != *size)
		abort();
	fclose(file);
	return octets;
}

static inline void scratch_write(const char *path, const void *octets, size_t size)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(octets, 1, size, file) != size || fclose(file) != 0)
		abort();
}

/* Thousands of broken files are thousands of log lines: nobody is to read them. */
static inline int scratch_hush(void)
{
	int speaking = dup(STDERR_FILENO), silent = open("/dev/null", O_WRONLY);

	dup2(silent, STDERR_FILENO);
	close(silent);
	return speaking;
}

static inline void scratch_speak(int speaking)
{
	dup2(speaking, STDERR_FILENO);
	close(speaking);
}

/* No file may grow beyond so many octets, as on a full disk; -1: as before. */
static inline void scratch_limit(long octets)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = octets < 0 ? limit.rlim_max : (rlim_t)octets;
	setrlimit(RLIMIT_FSIZE, &limit);
}

#endif
