/* Where rendered text goes: a terminal, a pipe, or the screen of `watch`. Wrapping and colour belong here. */
#ifndef GATEWAY_CTL_PAGE_H
#define GATEWAY_CTL_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include "ctl_safe.h"

enum paint { PAINT_PLAIN, PAINT_HEAD, PAINT_GOOD, PAINT_ODD, PAINT_BAD, PAINTS };

struct page {
	size_t width;         /* columns of a line; 0: as long as it gets */
	bool utf8;            /* letters beyond ASCII may be shown */
	int64_t now_us;       /* since 1970, for "3 min ago" */
	void (*put)(struct page *, const char *octets, size_t length, enum paint);
	void (*end_line)(struct page *);
	size_t column;        /* where the next text stands */
	bool begun;           /* there is a line already */
};

/* A page on a stream: the width of its terminal, and colours if it is one that has them and NO_COLOR does not forbid it. */
struct stream_page {
	struct page page;
	FILE *out;            /* borrowed */
	bool colours;
};

void stream_page_init(struct stream_page *, FILE *out);

void page_text(struct page *, const struct text *, enum paint);
void page_put(struct page *, const char *ascii, enum paint);
void page_pad(struct page *, size_t column);        /* blanks up to there; none when it is past */
void page_line(struct page *);                      /* ends a line */
/* Words of a text, in the width, from here on; further lines from `indent` on. A word that is longer than a line stands as it is. */
void page_wrap(struct page *, const struct text *, size_t indent, enum paint);

/* How a word is painted: a class, a verdict, a state. */
enum paint paint_of(const char *word);

#endif
