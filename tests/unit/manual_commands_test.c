/* The commands of fedgatectl(8) are the table's: each has its section with its usage and its options, and no other
 * option stands there. */
#include <stdio.h>
#include <string.h>

#include "manual_page.h"
#include "unit.h"

#define PAGE "fedgatectl.8"

static const struct { const char *word, *options, *usage; } commands[] = {
#define COMMAND(word, access, least, most, options, run, usage, help) { word, options, usage },
#include "../../gateway/command.def"
#undef COMMAND
};

/* As an option stands behind ".It Fl": one letter as it is, a longer name with a dash. */
static void flag_of(const char *option, char *flag, size_t size)
{
	size_t length = strcspn(option, " =");

	snprintf(flag, size, "%s%.*s", length == 1 ? "" : "-", (int)length, option);
}

static bool is_option(const char *options, const char *flag)
{
	char known[60];

	for (const char *at = options; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
		flag_of(at, known, sizeof known);
		if (strcmp(known, flag) == 0)
			return true;
	}
	return false;
}

static bool options_stand(const char *word, const char *options, struct passage section)
{
	bool stand = true;
	const char *at = NULL;
	char flag[60];

	for (const char *option = options; *option; option += strcspn(option, " "), option += strspn(option, " ")) {
		flag_of(option, flag, sizeof flag);
		if (!manual_item(section, "Fl", flag).begin)
			stand = manual_lacks(PAGE, word, flag, "the option has no entry");
	}
	while (manual_next_name(section, "Fl", &at, flag, sizeof flag))
		if (!is_option(options, flag))
			stand = manual_lacks(PAGE, word, flag, "no such option");
	return stand;
}

static void every_command_stands_in_the_manual(void)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		char head[60], usage[300];
		struct passage section;

		snprintf(head, sizeof head, ".Ss %s", commands[i].word);
		snprintf(usage, sizeof usage, "\n.Dl fedgatectl %s%s%s\n", commands[i].word, *commands[i].usage ? " " : "",
		    commands[i].usage);
		section = manual_section(manual_page(PAGE), head);
		CU_ASSERT_TRUE(section.begin || manual_lacks(PAGE, "COMMANDS", commands[i].word, "has no section"));
		CU_ASSERT_TRUE(passage_says(section, usage) || manual_lacks(PAGE, commands[i].word, usage + 1, "is not its usage"));
		CU_ASSERT_TRUE(options_stand(commands[i].word, commands[i].options, section));
	}
}

static bool is_command(const char *word)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].word, word) == 0)
			return true;
	return false;
}

static void every_section_is_a_command(void)
{
	const char *at = strstr(manual_page(PAGE), "\n.Sh COMMANDS\n"), *end;
	char word[60];

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	end = strstr(at + 1, "\n.Sh ");
	while ((at = strstr(at + 1, "\n.Ss ")) && at < end) {
		snprintf(word, sizeof word, "%.*s", (int)strcspn(at + strlen("\n.Ss "), "\n"), at + strlen("\n.Ss "));
		CU_ASSERT_TRUE(is_command(word) || manual_lacks(PAGE, "COMMANDS", word, "no such command"));
	}
}

CU_TestInfo manual_commands_tests[] = {
	{ "every command stands in fedgatectl(8) with its usage and its options, and no other option", every_command_stands_in_the_manual },
	{ "every section of COMMANDS is a command", every_section_is_a_command },
	CU_TEST_INFO_NULL
};
