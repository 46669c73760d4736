/* Files of records made of an input: whole ones with good checksums, so that the octets reach who
 * reads the payloads, and then broken where the input says. */
#ifndef TESTS_FUZZ_RECORDS_H
#define TESTS_FUZZ_RECORDS_H

#include "../../gateway/journal.h"
#include "fuzz.h"

#define RECORDS_SIZE_MAX (256 * 1024)
#define RECORDS_MAX 512

struct records {
	size_t size, count;
	size_t ends[RECORDS_MAX + 1]; /* of the header, then of each record */
	uint8_t octets[RECORDS_SIZE_MAX];
};

/* Nothing but the header. */
void records_begin(struct records *, const struct journal_format *);
/* False: there is no room. */
bool records_add(struct records *, unsigned type, const void *payload, size_t size);
/* One record of the input: type, two octets of length, payload. False: nothing is left. */
bool records_take(struct fuzz_input *, unsigned *type, const uint8_t **payload, size_t *size);
/* How many records end at or before `size` octets. */
size_t records_whole(const struct records *, size_t size);

#endif
