/* Lays out rows. A cell is never cut: one that is wider than its column may be ends its line, and the row
 * goes on in the next one where it would have. */
#include "ctl_grid.h"

#include <ctype.h>
#include <string.h>

#define GAP 2
#define BELOW 4        /* where what stands below a row begins */
#define WIDEST 64      /* a column on a page without a width */

static size_t widest(const struct page *page)
{
	if (!page->width)
		return WIDEST;
	return page->width < 32 ? 16 : page->width / 2;
}

static void measure_column(struct grid *grid, size_t i, const json_t *rows, const struct page *page)
{
	size_t most = strlen(grid->columns[i].title);
	struct text cell = { 0 };
	json_t *row;
	size_t at;

	json_array_foreach((json_t *)rows, at, row) {
		text_reset(&cell);
		cell_put(&cell, &grid->columns[i], row, page);
		if (cell.columns > most)
			most = cell.columns;
	}
	text_clear(&cell);
	grid->widths[i] = most < widest(page) ? most : widest(page);
}

void grid_measure(struct grid *grid, const struct column *columns, size_t count, const json_t *rows,
    const struct page *page)
{
	size_t line = 0;

	*grid = (struct grid){ .columns = columns, .count = count < GRID_MOST ? count : GRID_MOST };
	for (size_t i = 0; i < grid->count; i++)
		measure_column(grid, i, rows, page);
	for (; grid->in_line < grid->count; grid->in_line++) {
		line += grid->widths[grid->in_line] + (grid->in_line ? GAP : 0);
		if (page->width && line > page->width && grid->in_line)
			break;
	}
}

/* Puts a text into its column, which begins at `from`. Behind the last one there is room to wrap. */
static void put_cell(const struct grid *grid, struct page *page, size_t i, size_t from, const struct text *cell,
    enum paint paint)
{
	size_t width = grid->widths[i];

	if (page->column > from && page->width)
		page_line(page);
	page_pad(page, page->column > from ? page->column + GAP : from);
	if (cell_is_right(&grid->columns[i]) && cell->columns < width)
		page_pad(page, page->column + width - cell->columns);
	if (i + 1 == grid->in_line)
		page_wrap(page, cell, from, paint);
	else
		page_text(page, cell, paint);
}

void grid_head(const struct grid *grid, struct page *page)
{
	struct text title = { 0 };

	for (size_t i = 0, from = 0; i < grid->in_line; from += grid->widths[i++] + GAP) {
		text_reset(&title);
		for (const char *letter = grid->columns[i].title; *letter; letter++)
			text_format(&title, "%c", toupper((unsigned char)*letter));
		put_cell(grid, page, i, from, &title, PAINT_HEAD);
	}
	page_line(page);
	text_clear(&title);
}

/* What says nothing need not stand below: what is not known, "no", an empty list. */
static bool says_something(const json_t *value)
{
	return value && !json_is_false(value) && !(json_is_array(value) && json_array_size(value) == 0);
}

static void put_below(const struct grid *grid, struct page *page, const json_t *row)
{
	struct text item = { 0 };

	for (size_t i = grid->in_line; i < grid->count; i++) {
		const struct column *column = &grid->columns[i];

		if (!says_something(cell_value(row, column->key)))
			continue;
		text_reset(&item);
		text_format(&item, "%s: ", column->title);
		cell_put(&item, column, row, page);
		if (page->column > BELOW && page->column + GAP + item.columns > page->width)
			page_line(page);
		page_pad(page, page->column > BELOW ? page->column + GAP : BELOW);
		page_wrap(page, &item, BELOW + GAP, PAINT_PLAIN);
	}
	if (page->column)
		page_line(page);
	text_clear(&item);
}

void grid_row(const struct grid *grid, struct page *page, const json_t *row)
{
	struct text cell = { 0 };

	for (size_t i = 0, from = 0; i < grid->in_line; from += grid->widths[i++] + GAP) {
		text_reset(&cell);
		cell_put(&cell, &grid->columns[i], row, page);
		put_cell(grid, page, i, from, &cell, cell_paint(&grid->columns[i], row));
	}
	page_line(page);
	text_clear(&cell);
	if (grid->in_line < grid->count)
		put_below(grid, page, row);
}
