#include "servers.h"

#include <string.h>

/* --- the best of many --- */

static int compare(const struct server *a, const struct server *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return strcmp(a->domain.text, b->domain.text);
}

void servers_add(struct servers *s, const struct server *new)
{
	size_t at = s->count;

	while (at > 0 && compare(new, &s->list[at - 1]) < 0)
		at--;
	if (at == SERVERS_MAX || (at > 0 && compare(new, &s->list[at - 1]) == 0))
		return;
	if (s->count < SERVERS_MAX)
		s->count++;
	memmove(&s->list[at + 1], &s->list[at], (s->count - at - 1) * sizeof s->list[0]);
	s->list[at] = *new;
}

/* --- their order --- */

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_number(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* RFC 2782: those of weight 0 stand first in the running sum, so that they have a
 * small chance beside others, and an even one among themselves. */
static size_t choose(const struct server *from, size_t count, uint64_t *number)
{
	uint64_t sum = 0, chance, zeros = 0;

	for (size_t i = 0; i < count; i++) {
		sum += from[i].weight;
		zeros += from[i].weight == 0;
	}
	chance = next_number(number) % (sum + 1);
	if (chance == 0 && zeros > 0) {
		chance = next_number(number) % zeros;
		for (size_t i = 0; i < count; i++)
			if (from[i].weight == 0 && chance-- == 0)
				return i;
	}
	sum = 0;
	for (size_t i = 0; i < count; i++) {
		sum += from[i].weight;
		if (from[i].weight > 0 && sum >= chance)
			return i;
	}
	return 0;
}

static size_t of_one_priority(const struct server *from, size_t count)
{
	size_t same = 1;

	while (same < count && from[same].priority == from[0].priority)
		same++;
	return same;
}

void servers_order(struct servers *s, uint64_t number)
{
	for (size_t i = 0; i < s->count; i++) {
		size_t chosen = i + choose(&s->list[i], of_one_priority(&s->list[i], s->count - i), &number);
		struct server first = s->list[chosen];

		memmove(&s->list[i + 1], &s->list[i], (chosen - i) * sizeof first);
		s->list[i] = first;
	}
}
