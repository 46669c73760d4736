/* Rows under one head: as many columns in a line as the page is wide, those behind them below each row, so that nothing is
 * lost in a narrow terminal. On a page without a width a row is one line, for grep. */
#ifndef GATEWAY_CTL_GRID_H
#define GATEWAY_CTL_GRID_H

#include "ctl_cell.h"

#define GRID_MOST 40 /* columns */

struct grid {
	const struct column *columns; /* borrowed */
	size_t count;
	size_t widths[GRID_MOST];
	size_t in_line;               /* the first so many; the others stand below */
};

void grid_measure(struct grid *, const struct column *, size_t count, const json_t *rows, const struct page *);
void grid_head(const struct grid *, struct page *);
void grid_row(const struct grid *, struct page *, const json_t *row);

#endif
