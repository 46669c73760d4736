/* The manual's table of reasons is reason.def's, row by row. */
#include <stdio.h>
#include <stdbool.h>
#include <string.h>

#include "../../policy/reason.h"
#include "manual_page.h"
#include "unit.h"

static bool stands(const char *page, const struct reason_row *row)
{
	char line[400], status[8];

	snprintf(status, sizeof status, row->status ? "%d" : "\\-", row->status);
	snprintf(line, sizeof line, "\n.It Li %s Ta %d Ta %s Ta %s\n", row->token, row->number, status, row->sentence);
	return strstr(page, line) != NULL;
}

static void every_reason_stands_in_the_manual(void)
{
	const char *page = manual_page("fedgate-policy.5");

	for (enum reason r = REASON_NONE + 1; r < REASONS; r++) {
		if (!stands(page, reason_row(r)))
			printf("not in the manual as it is: %s\n", reason_row(r)->token);
		CU_ASSERT_TRUE(stands(page, reason_row(r)));
	}
}

static bool is_reason(const char *token)
{
	for (enum reason r = REASON_NONE + 1; r < REASONS; r++)
		if (strcmp(reason_row(r)->token, token) == 0)
			return true;
	return false;
}

static void every_entry_of_the_manual_is_a_reason(void)
{
	struct passage section = manual_section(manual_page("fedgate-policy.5"), ".Sh REASONS");
	const char *at = NULL;
	unsigned rows = 0;
	char token[60];

	CU_ASSERT_PTR_NOT_NULL_FATAL(section.begin);
	for (; manual_next_name(section, "Li", &at, token, sizeof token); rows++)
		CU_ASSERT_TRUE(is_reason(token) || manual_lacks("fedgate-policy.5", "REASONS", token, "no such reason"));
	CU_ASSERT_TRUE(rows >= REASONS - REASON_NONE - 1);
}

CU_TestInfo manual_tests[] = {
	{ "every reason stands in fedgate-policy(5) with its number, status and sentence", every_reason_stands_in_the_manual },
	{ "every entry of its REASONS is a reason", every_entry_of_the_manual_is_a_reason },
	CU_TEST_INFO_NULL
};
