/* Walks the sections of a view. */
#include "ctl_view.h"

#include <string.h>

#include "ctl_grid.h"

#define LINE_MOST 4000 /* columns of a line of a policy file */
#define FURTHER_IN 4   /* where a line goes on below */

static void show_field(struct page *page, const struct column *column, const json_t *object, size_t indent)
{
	struct text value = { 0 };

	if (column->title) {
		page_put(page, column->title, PAINT_HEAD);
		page_pad(page, indent);
	}
	cell_put(&value, column, object, page);
	page_wrap(page, &value, column->title ? indent : 0, cell_paint(column, object));
	page_line(page);
	text_clear(&value);
}

static void show_title(const struct section *section, struct page *page)
{
	if (!section->title)
		return;
	if (page->begun)
		page_line(page);
	if (!*section->title)
		return;
	page_put(page, section->title, PAINT_HEAD);
	page_line(page);
}

static void show_fields(const struct section *section, struct page *page, const json_t *object)
{
	size_t indent = 0;

	show_title(section, page);
	for (size_t i = 0; i < section->count; i++)
		if (section->columns[i].title && strlen(section->columns[i].title) + 2 > indent)
			indent = strlen(section->columns[i].title) + 2;
	for (size_t i = 0; i < section->count; i++)
		if (cell_find(object, section->columns[i].key)) /* an edge may be older or newer */
			show_field(page, &section->columns[i], object, indent);
}

/* All that is there: for a command that this fedgatectl knows nothing of. */
static void show_all(struct page *page, const json_t *object)
{
	struct text line = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		struct column column = { .key = key };

		text_reset(&line);
		safe_put(&line, key, strlen(key), page->utf8, SAFE_MOST);
		text_put(&line, ": ");
		if (strchr(key, '.'))
			text_put(&line, "?");
		else
			cell_put(&line, &column, object, page);
		page_wrap(page, &line, 0, PAINT_PLAIN);
		page_line(page);
	}
	text_clear(&line);
}

static void show_grid(const struct section *section, struct page *page, const json_t *rows)
{
	struct grid grid;
	json_t *row;
	size_t i;

	grid_measure(&grid, section->columns, section->count, rows, page);
	grid_head(&grid, page);
	json_array_foreach((json_t *)rows, i, row)
		grid_row(&grid, page, row);
}

/* Words of one line; what the page is too narrow for goes on below, further in. */
static void put_words(struct page *page, const char *title, const struct text *value, enum paint paint)
{
	struct text words = { 0 };

	if (title) {
		if (page->width && page->column + 1 + strlen(title) > page->width) {
			page_line(page);
			page_pad(page, FURTHER_IN);
		} else if (page->column) {
			page_put(page, " ", PAINT_PLAIN);
		}
		page_put(page, title, PAINT_PLAIN);
	}
	text_put(&words, page->column ? " " : "");
	text_add(&words, text_octets(value), value->length, value->columns);
	page_wrap(page, &words, FURTHER_IN, paint);
	text_clear(&words);
}

static void show_line(const struct section *section, struct page *page, const json_t *object)
{
	struct text value = { 0 };

	for (size_t i = 0; i < section->count; i++) {
		const struct column *column = &section->columns[i];

		if (!cell_value(object, column->key))
			continue;
		text_reset(&value);
		cell_put(&value, column, object, page);
		put_words(page, column->title, &value, cell_paint(column, object));
	}
	page_line(page);
	text_clear(&value);
}

static void show_lines(const struct section *section, struct page *page, const json_t *rows)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		show_line(section, page, json_array_get(rows, i));
}

/* The first column is the line, which is never cut; the others are its evidence. */
static void show_paste(const struct section *section, struct page *page, const json_t *rows)
{
	struct text cell = { 0 };
	const json_t *row, *line;
	size_t at;

	for (at = 0; at < json_array_size(rows); at++) {
		row = json_array_get(rows, at);
		line = cell_value(row, section->columns[0].key);
		page_put(page, "#", PAINT_PLAIN);
		for (size_t i = 1; i < section->count; i++) {
			text_reset(&cell);
			text_put(&cell, i == 1 ? " " : ": ");
			cell_put(&cell, &section->columns[i], row, page);
			page_text(page, &cell, PAINT_PLAIN);
		}
		page_line(page);
		text_reset(&cell);
		safe_put(&cell, json_string_value(line), json_string_length(line), page->utf8, LINE_MOST);
		page_text(page, &cell, PAINT_PLAIN);
		page_line(page);
	}
	text_clear(&cell);
}

static void show_list(const struct section *section, struct page *page, const json_t *rows)
{
	if (!json_is_array(rows))
		return;
	if (json_array_size(rows) == 0 && !section->empty)
		return;
	show_title(section, page);
	if (json_array_size(rows) == 0) {
		page_put(page, section->empty, PAINT_PLAIN);
		page_line(page);
	} else if (section->layout == LAYOUT_PASTE) {
		show_paste(section, page, rows);
	} else if (section->layout == LAYOUT_LINE) {
		show_lines(section, page, rows);
	} else {
		show_grid(section, page, rows);
	}
}

void view_show(const struct view *view, struct page *page, const json_t *object)
{
	int64_t now_us;

	if (cell_time(json_object_get(object, "time"), &now_us))
		page->now_us = now_us;
	if (!view->count)
		show_all(page, object);
	for (size_t i = 0; i < view->count; i++) {
		const struct section *section = &view->sections[i];

		if (section->list)
			show_list(section, page, json_object_get(object, section->list));
		else if (section->layout == LAYOUT_LINE)
			show_line(section, page, object);
		else
			show_fields(section, page, object);
	}
}
