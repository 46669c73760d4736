/* A line of the console: cut into words, checked against the table of commands. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/commands.h"
#include "fuzz.h"

static void words_come_back(int count, char *words[COMMAND_WORDS_MAX])
{
	char line[COMMAND_LINE_MAX], *again[COMMAND_WORDS_MAX];
	const char *why;
	size_t length;

	if (!command_line(line, (size_t)count, (const char *const *)words))
		return; /* quotes make a line longer */
	length = strlen(line);
	LAW(length > 0 && length < COMMAND_LINE_MAX && line[length - 1] == '\n', "a question is a line that fits");
	LAW(!memchr(line, '\n', length - 1), "a question is one line");
	LAW(command_cut(line, length - 1, again, &why) == count, "as many words come back");
	for (int i = 0; i < count; i++)
		LAW(strcmp(words[i], again[i]) == 0, "the same words come back");
}

static bool is_of(const char *word, int count, char *words[COMMAND_WORDS_MAX])
{
	for (int i = 0; i < count; i++)
		if (word >= words[i] && word <= words[i] + strlen(words[i]))
			return true;
	return false;
}

static void what_is_asked_is_right(int count, char *words[COMMAND_WORDS_MAX])
{
	char why[200] = "";
	struct asked asked;

	if (!command_read(&asked, commands, command_count, (size_t)count, (const char *const *)words, why, sizeof why)) {
		LAW(why[0], "who is not understood is told why");
		return;
	}
	LAW(strcmp(asked.command->word, words[0]) == 0, "it is the command that was said");
	LAW(asked.count >= asked.command->least && asked.count <= asked.command->most, "there are as many words as it takes");
	LAW(asked.count + asked.option_count < (size_t)count, "no word is made up");
	for (size_t i = 0; i < asked.count; i++)
		LAW(is_of(asked.words[i], count, words), "a word is one of those that came");
	for (size_t i = 0; i < asked.option_count; i++) {
		char *name = strndup(asked.options[i], strcspn(asked.options[i], "="));

		LAW(strstr(asked.command->options, name), "an option is one that the command has");
		LAW(command_option(&asked, name) == asked.values[i], "an option is found by its name, and stands once");
		free(name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	char *words[COMMAND_WORDS_MAX], *line;
	const char *why = NULL;
	int count;

	if (size >= COMMAND_LINE_MAX)
		size = COMMAND_LINE_MAX - 1;
	line = fuzz_text(octets, size);
	count = command_cut(line, size, words, &why);
	LAW(count >= -1 && count <= COMMAND_WORDS_MAX, "words are counted");
	LAW((count < 0) == (why != NULL), "a line that is refused is told why");
	for (int i = 0; i < count; i++)
		LAW(words[i] >= line && words[i] + strlen(words[i]) <= line + size, "words lie in the line");
	if (count >= 0)
		words_come_back(count, words);
	if (count > 0)
		what_is_asked_is_right(count, words);
	free(line);
	return 0;
}
