/* Octet by octet, so that callers need no buffer: the input is short. */
#include "siphash.h"

#define WORD 8 /* octets */

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t word_at(const uint8_t *octets)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < WORD; i++)
		word |= (uint64_t)octets[i] << (8 * i);
	return word;
}

static void stir(uint64_t v[4], unsigned rounds)
{
	while (rounds--) {
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
}

static void take_word(struct siphash *s, uint64_t word)
{
	s->state[3] ^= word;
	stir(s->state, 2);
	s->state[0] ^= word;
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
		take_word(s, s->pending);
		s->pending = 0;
	}
}

uint64_t siphash_end(struct siphash *s)
{
	take_word(s, s->pending | s->size << 56);
	s->state[2] ^= 0xff;
	stir(s->state, 4);
	return s->state[0] ^ s->state[1] ^ s->state[2] ^ s->state[3];
}

uint64_t siphash(const struct siphash_key *key, const void *data, size_t size)
{
	const uint8_t *octets = data;
	struct siphash s;

	siphash_init(&s, key);
	for (size_t i = 0; i < size; i++)
		siphash_add(&s, octets[i]);
	return siphash_end(&s);
}
