/* Lines to words, words to a question. Nothing here trusts a line. */
#include "command.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "spell.h"

#define OPTIONS_MAX 256 /* the longest list of options in the table, with its end */

/* --- lines --- */

/* Why such octets are no part of a question; NULL: they may be. */
static const char *unfit(const char *text, size_t length)
{
	json_t *as_text;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\0')
			return "a NUL is in it";
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return "a control character is in it";
	}
	as_text = json_stringn(text, length);
	json_decref(as_text);
	return as_text ? NULL : "it is not UTF-8";
}

const char *command_unfit(const char *word)
{
	return unfit(word, strlen(word));
}

/* Copies one word over the line, and a NUL behind it. Where the next one may begin; NULL: a quote does not end. */
static char *cut_word(char *from, char **to)
{
	bool quoted = false;

	for (; *from && (quoted || *from != ' '); from++) {
		if (*from == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		*(*to)++ = *from;
	}
	if (quoted)
		return NULL;
	if (*from)
		from++; /* its place may be needed for the NUL */
	*(*to)++ = '\0';
	return from;
}

int command_cut(char *line, size_t length, char *words[COMMAND_WORDS_MAX], const char **why)
{
	char *from = line, *to = line;
	int count = 0;

	if ((*why = unfit(line, length)))
		return -1;
	line[length] = '\0';
	for (;;) {
		from += strspn(from, " ");
		if (!*from)
			return count;
		if (count == COMMAND_WORDS_MAX) {
			*why = "too many words";
			return -1;
		}
		words[count++] = to;
		if (!(from = cut_word(from, &to))) {
			*why = "a quote does not end";
			return -1;
		}
	}
}

/* A line that grows, with room for its end. */
struct growing {
	char *out;
	size_t at;
};

static bool put(struct growing *g, char c)
{
	if (g->at + sizeof("\n") >= COMMAND_LINE_MAX)
		return false;
	g->out[g->at++] = c;
	return true;
}

static bool put_word(struct growing *g, const char *word)
{
	bool good = true, quoted = !*word || strpbrk(word, " \"");

	if (g->at)
		good = put(g, ' ');
	if (quoted)
		good = good && put(g, '"');
	for (; good && *word; word++) {
		if (quoted && (*word == '"' || *word == '\\'))
			good = put(g, '\\');
		good = good && put(g, *word);
	}
	return quoted ? good && put(g, '"') : good;
}

bool command_line(char out[COMMAND_LINE_MAX], size_t count, const char *const words[])
{
	struct growing g = { out, 0 };

	if (count > COMMAND_WORDS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (command_unfit(words[i]) || !put_word(&g, words[i]))
			return false;
	memcpy(out + g.at, "\n", sizeof("\n"));
	return true;
}

/* --- words --- */

static bool unknown_command(const struct command *table, size_t rows, const char *word, char *why, size_t size)
{
	struct spell spell;
	size_t at;

	spell_init(&spell, word);
	for (size_t i = 0; i < rows; i++)
		spell_try(&spell, table[i].word);
	if (spell.nearest) {
		snprintf(why, size, "no command \"%.60s\": did you mean \"%s\"?", word, spell.nearest);
		return false;
	}
	snprintf(why, size, "no command \"%.60s\"; there are:", word);
	for (size_t i = 0; i < rows && (at = strlen(why)) < size; i++)
		snprintf(why + at, size - at, " %s", table[i].word);
	return false;
}

/* Where the option of this name stands in the table's list "from= to= f"; NULL: it does not. */
static const char *find_option(const char *list, const char *name, size_t length)
{
	const char *at = list + strspn(list, " ");

	while (*at && (strcspn(at, " =") != length || memcmp(at, name, length))) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return *at ? at : NULL;
}

static bool unknown_option(const struct command *c, const char *word, size_t length, char *why, size_t size)
{
	char list[OPTIONS_MAX], name[64], *rest = NULL;
	struct spell spell;

	snprintf(list, sizeof list, "%s", c->options);
	snprintf(name, sizeof name, "%.*s", (int)length, word + strspn(word, "-"));
	spell_init(&spell, name);
	for (char *option = strtok_r(list, " =", &rest); option; option = strtok_r(NULL, " =", &rest))
		spell_try(&spell, option);
	if (spell.nearest)
		snprintf(why, size, "%s has no option %.60s: did you mean %s%s?", c->word, word, spell.nearest[1] ? "--" : "-", spell.nearest);
	else
		snprintf(why, size, "%s has no option %.60s; usage: %s %s", c->word, word, c->word, c->usage);
	return false;
}

static const char *option_of(const struct asked *asked, const char *name, size_t length)
{
	for (size_t i = 0; i < asked->option_count; i++)
		if (strcspn(asked->options[i], "=") == length && !memcmp(asked->options[i], name, length))
			return asked->values[i];
	return NULL;
}

const char *command_option(const struct asked *asked, const char *name)
{
	return option_of(asked, name, strlen(name));
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && strcmp(word, "--") != 0;
}

/* One letter has one dash, a longer name two. */
static bool has_its_dashes(const char *word, size_t length)
{
	return strspn(word, "-") == (length == 1 ? 1 : 2);
}

/* Takes the option that words[*at] is, and its value. */
static bool take_option(struct asked *asked, size_t *at, size_t count, const char *const words[], char *why, size_t size)
{
	const char *word = words[*at], *name = word + strspn(word, "-"), *value = strchr(name, '=');
	size_t length = strcspn(name, "=");
	const char *known = has_its_dashes(word, length) ? find_option(asked->command->options, name, length) : NULL;
	bool takes = known && known[length] == '=';

	if (!known)
		return unknown_option(asked->command, word, length, why, size);
	if (option_of(asked, name, length)) {
		snprintf(why, size, "%.60s is given twice", word);
		return false;
	}
	if (takes && !value && *at + 1 == count) {
		snprintf(why, size, "a word is missing behind %.60s; usage: %s %s", word, asked->command->word, asked->command->usage);
		return false;
	}
	if (!takes && value) {
		snprintf(why, size, "%.60s: this option takes no word", word);
		return false;
	}
	asked->options[asked->option_count] = name;
	asked->values[asked->option_count++] = !takes ? "" : value ? value + 1 : words[++*at];
	return true;
}

bool command_read(struct asked *asked, const struct command *table, size_t rows, size_t count, const char *const words[],
    char *why, size_t size)
{
	bool only_words = false;

	memset(asked, 0, sizeof *asked);
	if (count > COMMAND_WORDS_MAX) {
		snprintf(why, size, "too many words");
		return false;
	}
	for (size_t i = 0; count && i < rows; i++)
		if (!strcmp(table[i].word, words[0]))
			asked->command = &table[i];
	if (!asked->command)
		return unknown_command(table, rows, count ? words[0] : "", why, size);
	for (size_t i = 1; i < count; i++) {
		if (only_words || !is_option(words[i])) {
			if (!only_words && !strcmp(words[i], "--"))
				only_words = true;
			else
				asked->words[asked->count++] = words[i];
		} else if (!take_option(asked, &i, count, words, why, size)) {
			return false;
		}
	}
	if (asked->count >= asked->command->least && asked->count <= asked->command->most)
		return true;
	snprintf(why, size, "too %s words; usage: %s%s%s", asked->count < asked->command->least ? "few" : "many",
	    asked->command->word, *asked->command->usage ? " " : "", asked->command->usage);
	return false;
}
