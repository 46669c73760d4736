/* Waiting for what a test hopes for, by turning the loop: nothing is asserted of how fast it comes. */
#ifndef TESTS_UNIT_AWAIT_H
#define TESTS_UNIT_AWAIT_H

#include <CUnit/CUnit.h>

#include "turns.h"

#define PATIENCE_US INT64_C(40000000)

/* What takes longer than PATIENCE_US is broken. */
#define AWAIT(loop, condition) do { \
	int64_t until_ = clock_monotonic_us() + PATIENCE_US; \
	while (!(condition) && clock_monotonic_us() < until_) \
		turn_for(loop, 3); \
	CU_ASSERT_TRUE(!!(condition)); \
} while (0)

#endif
