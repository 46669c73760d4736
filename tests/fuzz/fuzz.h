/* What the fuzz targets share. A target is one function of octets that asserts
 * laws, not only that nothing crashes. It is built twice: by clang with libFuzzer, which makes up the
 * octets, and by any compiler with run_corpus.c, which reads them from tests/fuzz/corpus. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../policy/domain.h"

/* What libFuzzer calls: once, and with each input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size);

/* A law that does not hold ends the process; the sentence says what is no longer true. */
#define LAW(holds, sentence) ((holds) ? (void)0 : fuzz_broken(__FILE__, __LINE__, sentence))
_Noreturn void fuzz_broken(const char *file, int line, const char *sentence);

/* The input, taken from the front. What is no longer there is 0. */
struct fuzz_input {
	const uint8_t *at; /* borrowed */
	size_t left;
};

uint8_t fuzz_octet(struct fuzz_input *);
uint64_t fuzz_number(struct fuzz_input *, unsigned octets);
/* All up to and without the next `end`, which is taken too. */
const char *fuzz_until(struct fuzz_input *, char end, size_t *length);

/* The octets in a block of exactly their size, so that a look behind it is seen; to be freed. */
char *fuzz_copy(const void *octets, size_t size);
/* The same with a NUL behind them. */
char *fuzz_text(const void *octets, size_t size);

/* The octets as a file in memory. */
struct fuzz_file {
	int fd;
	char path[32];
};
void fuzz_file_make(struct fuzz_file *, const void *octets, size_t size);
void fuzz_file_clear(struct fuzz_file *);

/* A name of our own; it is one. */
struct domain fuzz_domain(const char *text);

#endif
