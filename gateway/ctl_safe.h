/* Text for a terminal. What came from the daemon came from peers before that: whatever it
 * holds, it moves no cursor, hides nothing and turns no line around. */
#ifndef GATEWAY_CTL_SAFE_H
#define GATEWAY_CTL_SAFE_H

#include <stdbool.h>
#include <stddef.h>

#define SAFE_MOST 400 /* columns: more than any name that is one (a domain has 253, a tenant 317) */

/* A text that grows, and how many columns of a terminal it takes. All zero: empty. */
struct text {
	char *octets;         /* owned; ends with a NUL when anything is in it */
	size_t length, size;
	size_t columns;
};

/* "" while nothing is in it. */
const char *text_octets(const struct text *);
void text_reset(struct text *);                    /* keeps its memory */
void text_clear(struct text *);                    /* frees it */
void text_put(struct text *, const char *ascii);   /* our own words */
void text_add(struct text *, const char *octets, size_t length, size_t columns);
void text_format(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds UTF-8 of others, which may hold NULs. Letters stay as they are where `utf8` (what the terminal can show); control
 * characters, marks of direction, what is invisible, and octets that are no UTF-8 are written \xNN or \uNNNN. What is
 * longer than `most` columns ends in "... (10240 octets)". */
void safe_put(struct text *, const char *octets, size_t length, bool utf8, size_t most);

#endif
