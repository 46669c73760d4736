/* The unit tests: one file per module, each an array of named promises that
 * main.c runs. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <CUnit/CUnit.h>

#define UNIT_SUITE(name) extern CU_TestInfo name##_tests[];
#include "suites.def"
#undef UNIT_SUITE

#endif
