/* Names that were found in lists, each with a time: of every list at most so many, those with the latest times. */
#ifndef GATEWAY_FINDS_H
#define GATEWAY_FINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct found {
	int64_t time_us;
	char *key;             /* owned */
};

/* Zero it before first use. */
struct finds {
	struct found *all;     /* owned */
	size_t from, count, room; /* those of the list in hand stand from `from` on: a heap, the earliest first */
};

/* False: there are `most` of this list already, and the earliest of all has given way, or this one. Copied. */
bool finds_add(struct finds *, const char *key, int64_t time_us, size_t most);
void finds_next(struct finds *);  /* another list begins */
void finds_unite(struct finds *); /* of all lists: by name, none twice */
void finds_clear(struct finds *);

#endif
