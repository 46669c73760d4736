/* Runs every suite; exits 1 when a promise is broken (CUnit's own runner
 * answers 0 even then). */
#include <CUnit/Basic.h>

#include "unit.h"

int main(void)
{
	CU_SuiteInfo suites[] = {
#define UNIT_SUITE(name) { #name, NULL, NULL, NULL, NULL, name##_tests },
#include "suites.def"
#undef UNIT_SUITE
		CU_SUITE_INFO_NULL
	};
	unsigned int failed;

	if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
		return 1;
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_tests_failed();
	if (CU_get_number_of_tests_run() == 0)
		failed = 1;
	CU_cleanup_registry();
	return failed ? 1 : 0;
}
