/* Chance for the tests that try random histories: always the same, unless
 * UNIT_SEED names another seed; UNIT_ROUNDS makes the run that many times as
 * long. What fails can be run again: the seed is printed. */
#ifndef TESTS_UNIT_CHANCE_H
#define TESTS_UNIT_CHANCE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct chance {
	uint64_t state;
};

static inline struct chance chance_new(void)
{
	const char *seed = getenv("UNIT_SEED");
	struct chance chance = { seed ? strtoull(seed, NULL, 0) : 20 };

	printf("seed %llu ... ", (unsigned long long)chance.state);
	return chance;
}

static inline int chance_rounds(int usual)
{
	const char *times = getenv("UNIT_ROUNDS");
	int factor = times ? atoi(times) : 1;

	return factor > 1 ? usual * factor : usual;
}

/* Steele, Lea and Flood's SplitMix64. */
static inline uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* 0 to below - 1 */
static inline uint32_t chance_below(struct chance *chance, uint32_t below)
{
	return (uint32_t)(chance_next(chance) % below);
}

#endif
