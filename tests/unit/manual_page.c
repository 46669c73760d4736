/* Reads mdoc as far as lists of settings and commands need it. */
#include "manual_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MANUALS
#define MANUALS "man"
#endif

#define PAGE_MAX (512 * 1024)

const char *manual_page(const char *name)
{
	static struct { char name[40], *text; } pages[8];
	char path[1000];
	size_t i = 0, size;
	FILE *file;

	while (pages[i].text && strcmp(pages[i].name, name) != 0)
		i++;
	if (pages[i].text)
		return pages[i].text;
	snprintf(path, sizeof path, "%s/%s", MANUALS, name);
	file = fopen(path, "r");
	pages[i].text = calloc(1, PAGE_MAX);
	if (!file || !pages[i].text) {
		perror(path);
		exit(1);
	}
	snprintf(pages[i].name, sizeof pages[i].name, "%s", name);
	pages[i].text[0] = '\n';
	size = fread(pages[i].text + 1, 1, PAGE_MAX - 2, file);
	pages[i].text[size + 1] = '\0';
	fclose(file);
	return pages[i].text;
}

struct passage manual_section(const char *page, const char *head)
{
	char line[100];
	const char *begin, *end;

	snprintf(line, sizeof line, "\n%s\n", head);
	begin = strstr(page, line);
	if (!begin)
		return (struct passage){ NULL, NULL };
	begin += strlen(line) - 1;
	end = strstr(begin, "\n.S");
	while (end && end[3] != 's' && end[3] != 'h')
		end = strstr(end + 1, "\n.S");
	return (struct passage){ begin, end ? end + 1 : begin + strlen(begin) };
}

bool passage_says(struct passage in, const char *text)
{
	return in.begin && memmem(in.begin, (size_t)(in.end - in.begin), text, strlen(text)) != NULL;
}

bool manual_next_name(struct passage in, const char *macro, const char **at, char *name, size_t size)
{
	char head[32], more[32];
	size_t length;

	snprintf(head, sizeof head, "\n.It %s ", macro);
	snprintf(more, sizeof more, " , %s ", macro);
	if (in.begin && *at && strncmp(*at, more, strlen(more)) == 0) {
		*at += strlen(more);
	} else {
		*at = in.begin ? memmem(*at ? *at : in.begin, (size_t)(in.end - (*at ? *at : in.begin)), head, strlen(head)) : NULL;
		if (!*at)
			return false;
		*at += strlen(head);
	}
	length = strcspn(*at, " \n");
	snprintf(name, size, "%.*s", (int)length, *at);
	*at += length;
	return true;
}

struct passage manual_item(struct passage in, const char *macro, const char *name)
{
	const char *at = NULL, *end, *next;
	char found[100];

	while (manual_next_name(in, macro, &at, found, sizeof found)) {
		if (strcmp(found, name) != 0)
			continue;
		end = memmem(at, (size_t)(in.end - at), "\n.El", 4);
		next = memmem(at, (size_t)(in.end - at), "\n.It", 4);
		return (struct passage){ at, next && (!end || next < end) ? next : end ? end : in.end };
	}
	return (struct passage){ NULL, NULL };
}

bool manual_lacks(const char *page, const char *section, const char *name, const char *what)
{
	printf("%s, %s: %s: %s\n", page, section, name, what);
	return false;
}
