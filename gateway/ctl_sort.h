/* Rows of an answer in another order than the edge's, which is worst first. */
#ifndef GATEWAY_CTL_SORT_H
#define GATEWAY_CTL_SORT_H

#include "ctl_cell.h"

struct order {
	const struct column *by;  /* borrowed; NULL: as the edge sent them */
	bool turned;              /* against the usual: numbers and times fall, texts rise */
};

/* A new list of the same rows; to be released. Rows that are the same stay in the edge's order; where a value is not
 * known, the row stands last. */
json_t *rows_sorted(const json_t *rows, const struct order *);

#endif
