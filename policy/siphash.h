/* SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash for short input whose
 * collisions a peer cannot choose. Its own file because policy/ has no package. */
#ifndef POLICY_SIPHASH_H
#define POLICY_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint8_t octets[16];
};

uint64_t siphash(const struct siphash_key *, const void *data, size_t size);

/* The same, piece by piece: what is hashed need not stand together anywhere. */
struct siphash {
	uint64_t state[4];
	uint64_t pending; /* octets of the word that is not full yet, lowest first */
	uint64_t size;    /* octets so far */
};

void siphash_init(struct siphash *, const struct siphash_key *);
void siphash_add(struct siphash *, uint8_t octet);
void siphash_add_octets(struct siphash *, const void *data, size_t size);
uint64_t siphash_end(struct siphash *);

#endif
