/* Runs one target over files instead of libFuzzer: those given, or all of
 * tests/fuzz/corpus/NAME, NAME being the program's own. Fails when there is none. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define OCTETS_MAX (1024 * 1024)

static unsigned ran;

static bool run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *octets = malloc(OCTETS_MAX), *copy;
	size_t size;

	if (!file || !octets) {
		fprintf(stderr, "cannot read %s\n", path);
		return false;
	}
	size = fread(octets, 1, OCTETS_MAX, file);
	fclose(file);
	copy = fuzz_copy(octets, size);
	free(octets);
	printf("%s\n", path);
	fflush(stdout); /* whoever crashes was named */
	LLVMFuzzerTestOneInput((const uint8_t *)copy, size);
	free(copy);
	ran++;
	return true;
}

static bool run_directory(const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort);
	bool good = count >= 0;

	for (int i = 0; i < count; i++) {
		char *path;

		if (asprintf(&path, "%s/%s", directory, entries[i]->d_name) < 0)
			abort();
		if (entries[i]->d_name[0] != '.')
			good = run_file(path) && good;
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return good;
}

static bool run_own(const char *program)
{
	const char *source = getenv("SOURCE"), *name = strrchr(program, '/');
	char directory[4096];

	snprintf(directory, sizeof directory, "%s/tests/fuzz/corpus/%s", source ? source : ".", name ? name + 1 : program);
	return run_directory(directory);
}

int main(int argc, char **argv)
{
	bool good = true;

	LLVMFuzzerInitialize(&argc, &argv);
	if (argc < 2)
		good = run_own(argv[0]);
	for (int i = 1; i < argc; i++)
		good = run_file(argv[i]) && good;
	printf("%u inputs\n", ran);
	return good && ran > 0 ? 0 : 1;
}
