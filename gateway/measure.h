/* The only wait on a message's way: the store's reading, where one is needed. */
#ifndef GATEWAY_MEASURE_H
#define GATEWAY_MEASURE_H

#include "store.h"

/* Calls back exactly once, with NULL where the reason can be told without a reading. True: it
 * has called already, and what `arg` stands for may be gone; false: it will, and borrows the entry until then. */
bool measure(struct store *, const struct facts *, const struct entry *, store_measured_fn *, void *arg);

#endif
