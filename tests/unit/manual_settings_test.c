/* The lists of settings in fedgate.conf(5) and fedgate-policy(5) are the tables': each row has its entry, with its
 * bounds and its default, and each entry has its row. */
#include <stdio.h>
#include <string.h>

#include "../../gateway/setting.h"
#include "manual_page.h"
#include "unit.h"

/* "Number, 1 to 65535" in the entry, or for all durations of a group in front of its list. */
static bool tells_bounds(const struct setting *row, struct passage section, struct passage item)
{
	char text[100];

	if (!row->least)
		return true;
	snprintf(text, sizeof text, row->kind == KIND_COUNT ? "Number, %s to %s" : "\"%s\" to \"%s\"", row->least, row->most);
	return passage_says(item, text) || (row->kind == KIND_DURATION && passage_says(section, text));
}

static bool tells_default(const struct setting *row, struct passage item)
{
	bool bare = row->kind == KIND_COUNT || row->kind == KIND_FLAG;
	char text[200];

	if (row->required)
		return passage_says(item, "equired");
	if (!row->fallback)
		return true;
	snprintf(text, sizeof text, bare ? "default %s" : "default \"%s\"", row->fallback);
	return passage_says(item, text);
}

static bool tells_words(const struct setting *row, struct passage item)
{
	char word[60], quoted[64];

	for (const char *at = row->words; at && *at; at += strcspn(at, "|"), at += *at == '|') {
		snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "|"), at);
		snprintf(quoted, sizeof quoted, "\"%s\"", word);
		if (!passage_says(item, quoted))
			return false;
	}
	return true;
}

static bool row_stands(const char *page, const char *head, struct passage section, const struct setting *row)
{
	struct passage item = manual_item(section, "Ic", row->name);

	if (!item.begin)
		return manual_lacks(page, head, row->name, "has no entry");
	if (!tells_bounds(row, section, item))
		return manual_lacks(page, head, row->name, "its bounds are not those of the table");
	if (!tells_default(row, item))
		return manual_lacks(page, head, row->name, "its default is not that of the table");
	if (!tells_words(row, item))
		return manual_lacks(page, head, row->name, "its words are not those of the table");
	return true;
}

static bool is_row(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct setting *row = &table->rows[i];

		if (strcmp(row->name, name) == 0 || (row->kind == KIND_OTHER && row->inner && is_row(row->inner, name)))
			return true;
	}
	return false;
}

/* The table of a group or of a list's entries; lists inside share its section. */
static bool table_stands(const char *page, const char *head, const struct table *table)
{
	struct passage section = manual_section(manual_page(page), head);
	bool stands = true;

	for (size_t i = 0; i < table->count; i++) {
		stands = row_stands(page, head, section, &table->rows[i]) && stands;
		if (table->rows[i].inner)
			stands = table_stands(page, head, table->rows[i].inner) && stands;
	}
	return stands;
}

static bool entries_have_rows(const char *page, const char *head, const struct table *table)
{
	struct passage section = manual_section(manual_page(page), head);
	const char *at = NULL;
	bool all = true;
	char name[100];

	while (manual_next_name(section, "Ic", &at, name, sizeof name))
		if (!is_row(table, name))
			all = manual_lacks(page, head, name, "no such setting");
	return all;
}

/* Groups, and lists of groups, have sections of their own; what else stands at the top has its entry in one of its name. */
static bool settings_stand(const char *page, const struct table *table)
{
	bool stand = true;
	char head[60];

	for (size_t i = 0; i < table->count; i++) {
		const struct setting *row = &table->rows[i];

		snprintf(head, sizeof head, ".Ss %s", row->name);
		if (row->kind == KIND_LATER)
			snprintf(head, sizeof head, ".Sh NOT BUILT YET");
		if (!row->inner) {
			stand = row_stands(page, head, manual_section(manual_page(page), head), row) && stand;
			continue;
		}
		stand = table_stands(page, head, row->inner) && stand;
		stand = entries_have_rows(page, head, row->inner) && stand;
	}
	return stand;
}

static void fedgate_conf_has_the_settings_of_the_table(void)
{
	CU_ASSERT_TRUE(settings_stand("fedgate.conf.5", conf_settings()));
}

static void fedgate_policy_has_the_settings_of_the_table(void)
{
	CU_ASSERT_TRUE(settings_stand("fedgate-policy.5", policy_settings()));
}

CU_TestInfo manual_settings_tests[] = {
	{ "fedgate.conf(5) has every setting with its bounds and default, and no other", fedgate_conf_has_the_settings_of_the_table },
	{ "fedgate-policy(5) has every setting with its bounds and default, and no other", fedgate_policy_has_the_settings_of_the_table },
	CU_TEST_INFO_NULL
};
