/* The manuals as tests read them: a page, a section of it, an item of a list there. */
#ifndef TESTS_MANUAL_PAGE_H
#define TESTS_MANUAL_PAGE_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a page. Borrowed from it. */
struct passage {
	const char *begin, *end; /* NULL: there is none */
};

/* The page man/NAME; it stays, and begins and ends with a line's end. */
const char *manual_page(const char *name);
/* Behind ".Ss NAME" or ".Sh NAME", to the next one of either. */
struct passage manual_section(const char *page, const char *head);
/* Behind the ".It Ic NAME" or ".It Ic A , Ic NAME" of this name, to the next ".It" or ".El". */
struct passage manual_item(struct passage in, const char *macro, const char *name);
bool passage_says(struct passage, const char *text);
/* The names of the next item at or behind *at: one after the other into `name`. False: no more. */
bool manual_next_name(struct passage in, const char *macro, const char **at, char *name, size_t size);
/* Says what is wrong; always false. */
bool manual_lacks(const char *page, const char *section, const char *name, const char *what);

#endif
