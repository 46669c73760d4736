/* The word that was meant. */
#include <stddef.h>

#include "../../gateway/spell.h"
#include "unit.h"

static void the_nearest_word_is_proposed(void)
{
	static const struct { const char *word, *meant; } rows[] = {
		{ "coment", "comment" }, { "domian", "domain" }, { "doman", "domain" }, { "com", "comment" },
		{ "edges", "edge" }, { "DOMAIN", "domain" }, { "COM", "comment" }, { "banana", NULL }, { "x", NULL }, { "", NULL },
		{ "a-word-that-is-longer-than-any-of-ours-by-far-and-does-not-end-yet", NULL },
	};
	static const char *const words[] = { "domain", "edge", "comment", "rate" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct spell spell;

		spell_init(&spell, rows[i].word);
		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++)
			spell_try(&spell, words[j]);
		CU_ASSERT_EQUAL(spell.nearest != NULL, rows[i].meant != NULL);
		if (spell.nearest && rows[i].meant)
			CU_ASSERT_STRING_EQUAL(spell.nearest, rows[i].meant);
	}
}

CU_TestInfo spell_tests[] = {
	{ "the nearest word is proposed, and none that is another word", the_nearest_word_is_proposed },
	CU_TEST_INFO_NULL
};
