#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int voice = STDERR_FILENO;

/* stderr may be shut later, as what the code under test logs would fill a disk. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	voice = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	return 0;
}

void fuzz_broken(const char *file, int line, const char *sentence)
{
	dprintf(voice, "%s:%d: no longer true: %s\n", file, line, sentence);
	abort();
}

static void must(bool good)
{
	if (!good)
		fuzz_broken(__FILE__, __LINE__, "the fuzzer gets what it needs of the system");
}

uint8_t fuzz_octet(struct fuzz_input *in)
{
	return (uint8_t)fuzz_number(in, 1);
}

uint64_t fuzz_number(struct fuzz_input *in, unsigned octets)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < octets && in->left > 0; i++, in->at++, in->left--)
		number |= (uint64_t)*in->at << (8 * i);
	return number;
}

const char *fuzz_until(struct fuzz_input *in, char end, size_t *length)
{
	const uint8_t *start = in->at, *stop = in->left > 0 ? memchr(start, end, in->left) : NULL;

	*length = stop ? (size_t)(stop - start) : in->left;
	in->at += *length + (stop != NULL);
	in->left -= *length + (stop != NULL);
	return (const char *)start;
}

char *fuzz_copy(const void *octets, size_t size)
{
	char *copy = malloc(size ? size : 1);

	must(copy != NULL);
	if (size)
		memcpy(copy, octets, size);
	return copy;
}

char *fuzz_text(const void *octets, size_t size)
{
	char *copy = malloc(size + 1);

	must(copy != NULL);
	if (size)
		memcpy(copy, octets, size);
	copy[size] = '\0';
	return copy;
}

void fuzz_file_make(struct fuzz_file *file, const void *octets, size_t size)
{
	size_t at = 0;

	file->fd = memfd_create("fuzz", MFD_CLOEXEC);
	must(file->fd >= 0);
	while (at < size) {
		ssize_t written = write(file->fd, (const char *)octets + at, size - at);

		must(written > 0);
		at += (size_t)written;
	}
	snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
}

void fuzz_file_clear(struct fuzz_file *file)
{
	close(file->fd);
}

struct domain fuzz_domain(const char *text)
{
	struct domain d;

	must(domain_parse(&d, text, strlen(text)));
	return d;
}
