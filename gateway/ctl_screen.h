/* The screen of `watch`: regions of it are pages, so that what stands there is drawn as everywhere else. */
#ifndef GATEWAY_CTL_SCREEN_H
#define GATEWAY_CTL_SCREEN_H

#include "ctl_page.h"

/* A part of the screen: what is drawn below it is not seen. */
struct region {
	struct page page;
	int top, height;  /* on the screen */
	int line;         /* that is being drawn */
};

/* False, with why: this terminal cannot show it. */
bool screen_open(const char **why);
void screen_close(void);
int screen_height(void);
/* Begins to draw anew. */
void screen_blank(void);
void region_init(struct region *, int top, int height, int64_t now_us);
void screen_show(void);
/* A key that was pressed; -1: none. */
int screen_key(void);

enum screen_key { KEY_LINE_UP = 0x1000, KEY_LINE_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_FIRST, KEY_LAST, KEY_LEFT_OF,
	KEY_RIGHT_OF, KEY_NOTHING };

#endif
