#include "alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *alloc_checked(void *memory)
{
	if (!memory) {
		fputs("fedgated: out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *alloc_zero(size_t count, size_t size)
{
	return alloc_checked(calloc(count ? count : 1, size ? size : 1));
}

void *alloc_resize(void *old, size_t count, size_t size)
{
	return alloc_checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *alloc_text(const char *text)
{
	return alloc_checked(strdup(text));
}
