/* What each command's answer looks like to people. A new command is a row in ctl_views.c, a new
 * key of an answer a row of its columns. */
#ifndef GATEWAY_CTL_VIEW_H
#define GATEWAY_CTL_VIEW_H

#include "ctl_cell.h"

enum layout {
	LAYOUT_FIELDS, /* a line for each column: title and value */
	LAYOUT_GRID,   /* a row for each object of a list */
	LAYOUT_LINE,   /* one object as one line: of answers without an end, or of a list */
	LAYOUT_PASTE   /* lines for a file, their evidence as comments */
};

struct section {
	const char *list;      /* key of the list; NULL: the object itself */
	enum layout layout;
	const char *title;     /* above it, behind an empty line; NULL: neither */
	const char *empty;     /* instead of a list without rows; NULL: nothing at all */
	const struct column *columns;
	size_t count;
};

struct view {
	const char *command;
	const struct section *sections;
	size_t count;
};

/* How the command's answer looks; of one without a row here, all its keys. Never NULL. */
const struct view *view_of(const char *command);
/* A section of it that is a grid; NULL: there is none. For `watch`. */
const struct section *view_grid(const char *command);
/* Its answers are objects, a line each, until somebody ends it; perhaps none. */
bool view_is_lines(const struct view *);
/* Shows one object. Its `time`, where it has one, is the page's now. */
void view_show(const struct view *, struct page *, const json_t *object);

#endif
