/* One value of an answer as text: what a column of a table, or a line of a list of fields, shows of an object. */
#ifndef GATEWAY_CTL_CELL_H
#define GATEWAY_CTL_CELL_H

#include <jansson.h>

#include "ctl_page.h"

enum show {      /* of              as                                        */
	SHOW_TEXT,   /* anything        as it is; lists joined by commas          */
	SHOW_WORD,   /* a word          likewise, painted by what it means        */
	SHOW_NUMBER, /* a number        12, on the right                          */
	SHOW_RATE,   /* per second      12/s, on the right                        */
	SHOW_SHARE,  /* 0 to 1          62 %, on the right                        */
	SHOW_WHEN,   /* a time          06:10:14Z, 3 min ago; with the date when it is another day */
	SHOW_TIME,   /* a time          2026-11-26 06:10:14.123Z                  */
	SHOW_SPAN,   /* seconds         2 h 5 min                                 */
	SHOW_FLAG    /* true            yes                                       */
};

struct column {
	const char *key;     /* "certificate.subject": of an object inside; "": the row itself */
	const char *title;   /* lower case; NULL: the value speaks for itself */
	enum show show;
	char sort;           /* the key of `watch` that sorts by it; 0: none */
};

/* The value, perhaps null; NULL: it is not there. Borrowed. */
const json_t *cell_find(const json_t *row, const char *key);
/* Likewise; NULL for null too. */
const json_t *cell_value(const json_t *row, const char *key);
/* Adds the value; "-" where there is none. */
void cell_put(struct text *, const struct column *, const json_t *row, const struct page *);
enum paint cell_paint(const struct column *, const json_t *row);
bool cell_is_right(const struct column *);
/* A time in microseconds since 1970; false: that is none. */
bool cell_time(const json_t *, int64_t *us);

#endif
