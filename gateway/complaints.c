/* The complaints of one run, in the order they were found. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../policy/alloc.h"
#include "conf.h"

void complaints_init(struct complaints *complaints)
{
	complaints->lines = NULL;
	complaints->count = 0;
}

void complaints_clear(struct complaints *complaints)
{
	for (size_t i = 0; i < complaints->count; i++)
		free(complaints->lines[i]);
	free(complaints->lines);
	complaints_init(complaints);
}

void complain(struct complaints *complaints, const char *file, int line, const char *format, ...)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out;
	va_list arguments;

	if (complaints->count == COMPLAINTS_MOST)
		return;
	out = open_memstream(&text, &size);
	if (!out)
		abort();
	fputs(file, out);
	if (line > 0)
		fprintf(out, ":%d", line);
	fputs(": ", out);
	va_start(arguments, format);
	vfprintf(out, format, arguments);
	va_end(arguments);
	if (fclose(out) != 0)
		abort();
	complaints->lines = alloc_resize(complaints->lines, complaints->count + 1, sizeof(*complaints->lines));
	complaints->lines[complaints->count++] = text;
}
