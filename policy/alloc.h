/* Allocation that does not fail: a process without memory ends, and the
 * service manager starts it again. Nothing a peer sends sizes an allocation. */
#ifndef POLICY_ALLOC_H
#define POLICY_ALLOC_H

#include <stddef.h>

void *alloc_zero(size_t count, size_t size);             /* calloc, or the end */
void *alloc_resize(void *old, size_t count, size_t size); /* realloc of count * size, overflow checked, or the end */
char *alloc_text(const char *text);                       /* strdup, or the end */

#endif
