/* The inside of the ladder: ladder.c is the walk, ladder_detail.c the words beside each row. */
#ifndef POLICY_LADDER_PARTS_H
#define POLICY_LADDER_PARTS_H

#include "ladder.h"

/* What a row that was reached compared. */
void ladder_detail(char out[RUNG_DETAIL_MAX], unsigned row, const struct ladder *, const struct ladder_case *);

#endif
