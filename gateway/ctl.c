/* fedgatectl: asks the edge on this host, and shows its answer. */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/alloc.h"
#include "ctl_ask.h"
#include "ctl_view.h"
#include "ctl_watch.h"
#include "ctl_words.h"
#include "spell.h"

#define SOCKET "/run/fedgate/console.sock"
#define PATIENCE_MS 30000

struct wish {
	const char *socket;
	bool json, help, version;
	size_t count;
	const char *words[COMMAND_WORDS_MAX]; /* the command and what stands behind it */
};

static int complain(enum ctl_end end, const char *text)
{
	fprintf(stderr, "fedgatectl: %s\n", text);
	return (int)end;
}

/* --- the command line --- */

static int wrong_option(const char *word)
{
	static const char *const known[] = { "-s", "--json", "--help", "-V" };
	struct spell spell;
	struct text shown = { 0 };

	spell_init(&spell, word);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		spell_try(&spell, known[i]);
	safe_put(&shown, word, strlen(word), false, 60);
	if (spell.nearest)
		fprintf(stderr, "fedgatectl: no option %s: did you mean %s?\n", text_octets(&shown), spell.nearest);
	else
		fprintf(stderr, "fedgatectl: no option %s; usage: %s\n", text_octets(&shown), CTL_SYNOPSIS);
	text_clear(&shown);
	return CTL_USAGE;
}

/* True: the word is about all commands, wherever it stands. */
static bool take_common(struct wish *wish, const char *word)
{
	if (strcmp(word, "--json") == 0)
		wish->json = true;
	else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		wish->help = true;
	else
		return false;
	return true;
}

static int take_words(struct wish *wish, int argc, char **argv, int from)
{
	bool only_words = false;

	for (int i = from; i < argc; i++) {
		if (!only_words && take_common(wish, argv[i]))
			continue;
		only_words = only_words || strcmp(argv[i], "--") == 0;
		if (wish->count == COMMAND_WORDS_MAX)
			return complain(CTL_USAGE, "too many words");
		wish->words[wish->count++] = argv[i];
	}
	return CTL_DONE;
}

static int take_line(struct wish *wish, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (take_common(wish, argv[i]))
			continue;
		if (strcmp(argv[i], "-V") == 0) {
			wish->version = true;
			continue;
		}
		if (strncmp(argv[i], "-s", 2) != 0)
			return wrong_option(argv[i]);
		if (argv[i][2])
			wish->socket = argv[i] + 2;
		else if (++i < argc && *argv[i])
			wish->socket = argv[i];
		else
			return complain(CTL_USAGE, "-s: the path of a socket is missing behind it");
	}
	return take_words(wish, argc, argv, i);
}

/* --- the answer --- */

static void show(const struct view *view, FILE *out, const json_t *object)
{
	struct stream_page on;

	stream_page_init(&on, out);
	view_show(view, &on.page, object);
}

/* Why it was refused, for people; for scripts the object too. */
static void show_refusal(struct ask *ask, bool json)
{
	json_t *object = ask_object(ask);

	if (!object)
		return;
	if (json)
		puts(text_octets(&ask->object));
	fputs("fedgatectl: ", stderr);
	show(view_of("reload"), stderr, object);
	json_decref(object);
}

static void show_answer(struct ask *ask, const char *command, bool json)
{
	const struct view *view = view_of(command);
	const struct text *octets;
	json_t *object;

	ask->lines = view_is_lines(view);
	if (ask->end == CTL_REFUSED) {
		show_refusal(ask, json);
		return;
	}
	if (json)
		while ((octets = ask_next(ask)) && puts(octets->octets) >= 0)
			fflush(stdout);
	else
		while ((object = ask_object(ask))) {
			show(view, stdout, object);
			fflush(stdout);
			json_decref(object);
		}
}

/* A file is meant from where the user stands: the edge stands elsewhere. */
static void name_file(struct wish *wish, const struct asked *asked)
{
	static char path[PATH_MAX];

	if (!asked->count || !strstr(asked->command->usage, "FILE") || !realpath(asked->words[0], path))
		return;
	for (size_t i = 1; i < wish->count; i++)
		if (wish->words[i] == asked->words[0])
			wish->words[i] = path;
}

/* Words that no line can take to the edge. */
static int wrong_words(const struct wish *wish)
{
	struct text shown = { 0 };
	const char *why = NULL;

	for (size_t i = 0; i < wish->count && !why; i++)
		if ((why = command_unfit(wish->words[i])))
			safe_put(&shown, wish->words[i], strlen(wish->words[i]), false, 60);
	if (why)
		fprintf(stderr, "fedgatectl: %s: %s\n", text_octets(&shown), why);
	else
		complain(CTL_USAGE, "a question has at most 4095 octets");
	text_clear(&shown);
	return CTL_USAGE;
}

static int ask_edge(const struct wish *wish, const struct command *command)
{
	static struct ask ask;
	char line[COMMAND_LINE_MAX];
	enum ctl_end end;

	if (!command_line(line, wish->count, wish->words))
		return wrong_words(wish);
	if (ask_open(&ask, wish->socket, line, PATIENCE_MS, -1) <= CTL_REFUSED)
		show_answer(&ask, command->word, wish->json);
	end = ask.end;
	if (end == CTL_NO_ANSWER)
		fprintf(stderr, "fedgatectl: no answer from the edge: %s\n", ask.why);
	else if (end == CTL_USAGE)
		complain(end, ask.why);
	ask_close(&ask);
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain(CTL_REFUSED, "the answer could not be written");
	return (int)end;
}

static int watch(const struct wish *wish, const struct asked *asked)
{
	char why[ASK_WHY_MAX];
	enum ctl_end end;

	if (wish->json)
		return complain(CTL_USAGE, "watch is for people: for scripts there is report --json");
	end = watch_run(wish->socket, command_option(asked, "n"), why, sizeof(why));
	return end == CTL_DONE ? CTL_DONE : complain(end, why);
}

static int obey(struct wish *wish)
{
	struct asked asked;
	char why[1024];
	struct text shown = { 0 };

	if (!command_read(&asked, ctl_commands, ctl_command_count, wish->count, wish->words, why, sizeof(why))
	    && !(asked.command && wish->help)) {
		safe_put(&shown, why, strlen(why), false, sizeof(why));
		complain(CTL_USAGE, text_octets(&shown));
		text_clear(&shown);
		return CTL_USAGE;
	}
	if (wish->help) {
		words_help_of(stdout, asked.command);
		return CTL_DONE;
	}
	name_file(wish, &asked);
	return asked.command->access == ACCESS_LOCAL ? watch(wish, &asked) : ask_edge(wish, asked.command);
}

static void *allocate(size_t size)
{
	return alloc_zero(1, size);
}

int main(int argc, char **argv)
{
	struct wish wish = { .socket = getenv("FEDGATE_SOCKET") };
	int end;

	setlocale(LC_CTYPE, "");
	json_set_alloc_funcs(allocate, free);
	if (!wish.socket || !*wish.socket)
		wish.socket = SOCKET;
	if (argc == 2 && strcmp(argv[1], "--words") == 0) {
		words_list(stdout);
		return CTL_DONE;
	}
	end = take_line(&wish, argc, argv);
	if (end != CTL_DONE)
		return end;
	if (wish.version) {
		puts("fedgatectl " PACKAGE_VERSION);
		return CTL_DONE;
	}
	if (wish.count)
		return obey(&wish);
	words_help(wish.help ? stdout : stderr);
	return wish.help ? CTL_DONE : CTL_USAGE;
}
