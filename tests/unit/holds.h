/* An assertion inside a table: when it fails, the row's promise is printed. */
#ifndef TESTS_HOLDS_H
#define TESTS_HOLDS_H

#include <CUnit/CUnit.h>

#define HOLDS(that, promise) \
	CU_assertImplementation((that) ? CU_TRUE : CU_FALSE, __LINE__, (promise), __FILE__, "", CU_FALSE)

#endif
