/* Piece by piece, so that callers need no buffer; whole words at a time where there are some. */
#include "siphash.h"

#include <endian.h>
#include <string.h>

#define WORD 8 /* octets */

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t word_at(const uint8_t *octets)
{
	uint64_t word;

	memcpy(&word, octets, sizeof word);
	return le64toh(word);
}

static inline void stir(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static inline void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	stir(v);
	stir(v);
	v[0] ^= word;
}

/* The constants spell "somepseudorandomlygeneratedbytes". */
void siphash_init(struct siphash *s, const struct siphash_key *key)
{
	uint64_t k0 = word_at(key->octets), k1 = word_at(key->octets + WORD);

	*s = (struct siphash){ .state = {
		k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
		k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u,
	} };
}

void siphash_add(struct siphash *s, uint8_t octet)
{
	s->pending |= (uint64_t)octet << (8 * (s->size % WORD));
	s->size++;
	if (s->size % WORD == 0) {
		take_word(s->state, s->pending);
		s->pending = 0;
	}
}

void siphash_add_octets(struct siphash *s, const void *data, size_t size)
{
	const uint8_t *at = data, *end = at + size;
	unsigned shift = 8 * (unsigned)(s->size % WORD); /* of what is pending */
	uint64_t v[4];

	memcpy(v, s->state, sizeof v); /* so that the loop has it in registers */
	for (; end - at >= WORD; at += WORD) {
		uint64_t word = word_at(at);

		take_word(v, s->pending | word << shift);
		s->pending = shift ? word >> (64 - shift) : 0;
		s->size += WORD;
	}
	memcpy(s->state, v, sizeof v);
	while (at < end)
		siphash_add(s, *at++);
}

uint64_t siphash_end(struct siphash *s)
{
	take_word(s->state, s->pending | s->size << 56);
	s->state[2] ^= 0xff;
	for (int round = 0; round < 4; round++)
		stir(s->state);
	return s->state[0] ^ s->state[1] ^ s->state[2] ^ s->state[3];
}

uint64_t siphash(const struct siphash_key *key, const void *data, size_t size)
{
	struct siphash s;

	siphash_init(&s, key);
	siphash_add_octets(&s, data, size);
	return siphash_end(&s);
}
