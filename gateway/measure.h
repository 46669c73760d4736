/* The only wait on a message's way: the store's reading, where one is needed. */
#ifndef GATEWAY_MEASURE_H
#define GATEWAY_MEASURE_H

#include "store.h"

/* Calls back exactly once, with NULL where the reason can be told without a reading. */
void measure(struct store *, const struct facts *, const struct entry *, store_measured_fn *, void *arg);

#endif
