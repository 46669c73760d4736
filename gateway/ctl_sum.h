/* What the rows of an answer come to together. */
#ifndef GATEWAY_CTL_SUM_H
#define GATEWAY_CTL_SUM_H

#include <jansson.h>

/* {rows, class: {watched: 2, ...}, and each number of a row: its sum}. To be released. */
json_t *rows_summed(const json_t *rows);

#endif
