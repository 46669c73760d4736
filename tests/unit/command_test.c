/* Lines of the console: cut, put together again, understood or refused with the remedy. */
#include <stdio.h>
#include <string.h>

#include "../../gateway/command.h"
#include "unit.h"

static const struct command table[] = {
	{ "report", ACCESS_REPORT, 0, 0, "", "", "", NULL },
	{ "allow", ACCESS_CHANGE, 1, 1, "for= comment=", "DOMAIN [--for DURATION] [--comment TEXT]", "", NULL },
	{ "log", ACCESS_REPORT, 0, 0, "f all", "[-f]", "", NULL },
};

/* Cut, and shown with bars between the words; else why not. */
static void cut(const char *line, size_t length, char out[512])
{
	char copy[COMMAND_LINE_MAX + 1], *words[COMMAND_WORDS_MAX];
	const char *why;
	int count;

	memcpy(copy, line, length);
	memset(copy + length, 'x', sizeof copy - length); /* nothing may hang on what stands behind */
	count = command_cut(copy, length, words, &why);
	snprintf(out, 512, "%s", count < 0 ? why : "");
	for (int i = 0; i < count; i++)
		snprintf(out + strlen(out), 512 - strlen(out), "%s|", words[i]);
}

static void a_line_is_cut_into_words(void)
{
	static const struct { const char *line, *words; } rows[] = {
		{ "report", "report|" }, { "", "" }, { "   ", "" }, { "  allow   a.example ", "allow|a.example|" },
		{ "a \"b c\" d", "a|b c|d|" }, { "\"\"", "|" }, { "a\"b c\"d", "ab cd|" },
		{ "\"say \\\"no\\\"\" \"\\\\\"", "say \"no\"|\\|" }, { "back\\slash \"a\\b\"", "back\\slash|a\\b|" },
		{ "Gr\303\266\303\237e", "Gr\303\266\303\237e|" },
		{ "\"no end", "a quote does not end" }, { "a \"b\\\"", "a quote does not end" },
		{ "a\tb", "a control character is in it" }, { "a\033[2J", "a control character is in it" },
		{ "a\177", "a control character is in it" }, { "a\rb", "a control character is in it" },
		{ "\377", "it is not UTF-8" }, { "\303", "it is not UTF-8" },
	};
	char words[512];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cut(rows[i].line, strlen(rows[i].line), words);
		CU_ASSERT_STRING_EQUAL(words, rows[i].words);
	}
	cut("a\0b", 3, words);
	CU_ASSERT_STRING_EQUAL(words, "a NUL is in it");
}

static void words_are_bounded(void)
{
	char line[2 * COMMAND_WORDS_MAX + 2] = "", words[512];

	for (int i = 0; i < COMMAND_WORDS_MAX; i++)
		strcat(line, "a ");
	cut(line, strlen(line), words);
	CU_ASSERT_EQUAL(strlen(words), 2 * COMMAND_WORDS_MAX);
	strcat(line, "a");
	cut(line, strlen(line), words);
	CU_ASSERT_STRING_EQUAL(words, "too many words");
}

static void words_come_back_from_their_line(void)
{
	static const char *const words[] = { "block", "", "a b", "\"", "\\", "a\\\"b \\", "--comment=ticket 7", "\342\200\256" };
	enum { COUNT = sizeof words / sizeof words[0] };
	char line[COMMAND_LINE_MAX], *again[COMMAND_WORDS_MAX];
	const char *why;

	CU_ASSERT_TRUE_FATAL(command_line(line, COUNT, words));
	CU_ASSERT_EQUAL(line[strlen(line) - 1], '\n');
	CU_ASSERT_EQUAL_FATAL(command_cut(line, strlen(line) - 1, again, &why), COUNT);
	for (size_t i = 0; i < COUNT; i++)
		CU_ASSERT_STRING_EQUAL(again[i], words[i]);
}

static void what_fits_no_line_is_none(void)
{
	char line[COMMAND_LINE_MAX], word[COMMAND_LINE_MAX];
	const char *const one[] = { word }, *const broken[] = { "a\nb" }, *const strange[] = { "\377" };
	const char *many[COMMAND_WORDS_MAX + 1];

	memset(word, 'a', sizeof word);
	word[COMMAND_LINE_MAX - 2] = '\0';
	CU_ASSERT_TRUE(command_line(line, 1, one));
	CU_ASSERT_EQUAL(strlen(line), COMMAND_LINE_MAX - 1);
	word[COMMAND_LINE_MAX - 2] = 'a';
	word[COMMAND_LINE_MAX - 1] = '\0';
	CU_ASSERT_FALSE(command_line(line, 1, one));
	memset(word, '"', COMMAND_LINE_MAX / 2); /* each takes two */
	word[COMMAND_LINE_MAX / 2] = '\0';
	CU_ASSERT_FALSE(command_line(line, 1, one));
	CU_ASSERT_FALSE(command_line(line, 1, broken));
	CU_ASSERT_FALSE(command_line(line, 1, strange));
	for (size_t i = 0; i <= COMMAND_WORDS_MAX; i++)
		many[i] = "a";
	CU_ASSERT_FALSE(command_line(line, COMMAND_WORDS_MAX + 1, many));
}

static bool reads(struct asked *asked, char why[200], const char *line)
{
	static char copy[COMMAND_LINE_MAX];
	char *words[COMMAND_WORDS_MAX];
	const char *unreadable;
	int count;

	snprintf(copy, sizeof copy, "%s", line);
	count = command_cut(copy, strlen(copy), words, &unreadable);
	why[0] = '\0';
	return count >= 0 && command_read(asked, table, 3, (size_t)count, (const char *const *)words, why, 200);
}

static void options_stand_anywhere(void)
{
	static const char *const lines[] = {
		"allow a.example --for 1h --comment \"ticket 7\"", "allow --for=1h \"--comment=ticket 7\" a.example",
		"allow --for 1h \"--comment=ticket 7\" -- a.example",
	};
	struct asked asked;
	char why[200];

	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_TRUE_FATAL(reads(&asked, why, lines[i]));
		CU_ASSERT_STRING_EQUAL(asked.command->word, "allow");
		CU_ASSERT_EQUAL_FATAL(asked.count, 1);
		CU_ASSERT_STRING_EQUAL(asked.words[0], "a.example");
		CU_ASSERT_STRING_EQUAL(command_option(&asked, "for"), "1h");
		CU_ASSERT_STRING_EQUAL(command_option(&asked, "comment"), "ticket 7");
		CU_ASSERT_PTR_NULL(command_option(&asked, "fo"));
	}
	CU_ASSERT_TRUE(reads(&asked, why, "log -f"));
	CU_ASSERT_STRING_EQUAL(command_option(&asked, "f"), "");
	CU_ASSERT_PTR_NULL(command_option(&asked, "all"));
	CU_ASSERT_TRUE(reads(&asked, why, "allow -- --for"));
	CU_ASSERT_STRING_EQUAL(asked.words[0], "--for");
}

static void wrong_words_are_told_the_right_ones(void)
{
	static const struct { const char *line, *why; } rows[] = {
		{ "reprot", "no command \"reprot\": did you mean \"report\"?" },
		{ "", "no command \"\"; there are: report allow log" },
		{ "zzzzzz", "no command \"zzzzzz\"; there are: report allow log" },
		{ "allow", "too few words; usage: allow DOMAIN [--for DURATION] [--comment TEXT]" },
		{ "allow a b", "too many words; usage: allow DOMAIN [--for DURATION] [--comment TEXT]" },
		{ "report a", "too many words; usage: report" },
		{ "allow a --comend b", "allow has no option --comend: did you mean --comment?" },
		{ "allow a -for 1h", "allow has no option -for: did you mean --for?" },
		{ "log -fn 3", "log has no option -fn; usage: log [-f]" },
		{ "log --f", "log has no option --f: did you mean -f?" },
		{ "allow -1", "allow has no option -1; usage: allow DOMAIN [--for DURATION] [--comment TEXT]" },
		{ "report --zzz", "report has no option --zzz; usage: report " },
		{ "allow a --for", "a word is missing behind --for; usage: allow DOMAIN [--for DURATION] [--comment TEXT]" },
		{ "allow a --for 1h --for 2h", "--for is given twice" },
		{ "log -f=x", "-f=x: this option takes no word" },
	};
	struct asked asked;
	char why[200];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CU_ASSERT_FALSE(reads(&asked, why, rows[i].line));
		CU_ASSERT_STRING_EQUAL(why, rows[i].why);
	}
}

static void a_long_word_is_cut_in_the_complaint(void)
{
	char line[COMMAND_LINE_MAX], why[200];
	struct asked asked;

	memset(line, 'z', sizeof line);
	line[sizeof line - 1] = '\0';
	CU_ASSERT_FALSE(reads(&asked, why, line));
	CU_ASSERT_TRUE(strlen(why) < 150);
}

CU_TestInfo command_tests[] = {
	{ "a line is cut into words, or is told why not", a_line_is_cut_into_words },
	{ "so many words, and no more", words_are_bounded },
	{ "words come back from the line that they make", words_come_back_from_their_line },
	{ "what does not fit a line makes none", what_fits_no_line_is_none },
	{ "options stand anywhere, with their value behind them or in them", options_stand_anywhere },
	{ "wrong words are answered with the right ones", wrong_words_are_told_the_right_ones },
	{ "a long word is cut in the complaint", a_long_word_is_cut_in_the_complaint },
	CU_TEST_INFO_NULL
};
