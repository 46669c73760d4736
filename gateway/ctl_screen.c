/* ncurses, and nothing else of the console knows it. Only ASCII gets here. */
#include "ctl_screen.h"

#include <curses.h>
#include <stdlib.h>
#include <unistd.h>

static int attributes[PAINTS] = { [PAINT_HEAD] = (int)A_BOLD };

static void region_put(struct page *page, const char *octets, size_t length, enum paint paint)
{
	struct region *region = (struct region *)page;

	if (region->line >= region->height || region->page.column >= region->page.width)
		return;
	attrset(attributes[paint]);
	mvaddnstr(region->top + region->line, (int)region->page.column, octets, (int)length);
	attrset((int)A_NORMAL);
}

static void region_end_line(struct page *page)
{
	((struct region *)page)->line++;
}

static void choose_colours(void)
{
	const char *no = getenv("NO_COLOR");

	if ((no && *no) || !has_colors() || start_color() != OK)
		return;
	use_default_colors();
	init_pair(1, COLOR_GREEN, -1);
	init_pair(2, COLOR_YELLOW, -1);
	init_pair(3, COLOR_RED, -1);
	attributes[PAINT_GOOD] = (int)COLOR_PAIR(1);
	attributes[PAINT_ODD] = (int)COLOR_PAIR(2);
	attributes[PAINT_BAD] = (int)COLOR_PAIR(3);
}

bool screen_open(const char **why)
{
	if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
		*why = "watch draws on a terminal, and this is none: use report, or watch(1) with it";
		return false;
	}
	if (!newterm(NULL, stdout, stdin)) {
		*why = "watch cannot draw on this terminal: see TERM";
		return false;
	}
	choose_colours();
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	return true;
}

void screen_close(void)
{
	endwin();
}

int screen_height(void)
{
	return LINES;
}

void screen_blank(void)
{
	erase();
}

void region_init(struct region *region, int top, int height, int64_t now_us)
{
	*region = (struct region){ .top = top, .height = height,
		.page = { .width = COLS > 0 ? (size_t)COLS : 80, .now_us = now_us, .put = region_put,
		    .end_line = region_end_line } };
}

void screen_show(void)
{
	refresh();
}

int screen_key(void)
{
	static const struct { int theirs, ours; } keys[] = {
		{ ERR, -1 }, { KEY_UP, KEY_LINE_UP }, { KEY_DOWN, KEY_LINE_DOWN }, { KEY_PPAGE, KEY_PAGE_UP },
		{ KEY_NPAGE, KEY_PAGE_DOWN }, { KEY_HOME, KEY_FIRST }, { KEY_END, KEY_LAST }, { KEY_LEFT, KEY_LEFT_OF },
		{ KEY_RIGHT, KEY_RIGHT_OF }, { '<', KEY_LEFT_OF }, { '>', KEY_RIGHT_OF },
	};
	int key = getch();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (key == keys[i].theirs)
			return keys[i].ours;
	return key > 0 && key < 0x80 ? key : KEY_NOTHING;
}
