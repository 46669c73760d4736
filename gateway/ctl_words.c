/* Usage and help, written from the table. */
#include "ctl_words.h"

#include <string.h>

const struct command ctl_commands[] = {
#define COMMAND(word, access, least, most, options, run, usage, help) \
	{ word, ACCESS_##access, least, most, options, usage, help, NULL },
#include "command.def"
#undef COMMAND
};
const size_t ctl_command_count = sizeof(ctl_commands) / sizeof(ctl_commands[0]);

void words_help(FILE *out)
{
	size_t widest = 0;

	for (size_t i = 0; i < ctl_command_count; i++)
		if (strlen(ctl_commands[i].word) > widest)
			widest = strlen(ctl_commands[i].word);
	fputs("usage: " CTL_SYNOPSIS "\n\n", out);
	for (size_t i = 0; i < ctl_command_count; i++)
		fprintf(out, "  %-*s  %s\n", (int)widest, ctl_commands[i].word, ctl_commands[i].help);
	fputs("\n"
	    "  -s PATH    the console's socket; default FEDGATE_SOCKET, else /run/fedgate/console.sock\n"
	    "  --json     the edge's own answer, for scripts; before or behind the command's words\n"
	    "  --help     this, or with a command what it takes;  -V  the version\n\n"
	    "exit status: 0 done, 1 refused or failed, 2 usage, 3 no answer from the edge\n", out);
}

void words_help_of(FILE *out, const struct command *command)
{
	fprintf(out, "usage: fedgatectl [-s PATH] [--json] %s%s%s\n\n  %s\n%s", command->word, *command->usage ? " " : "",
	    command->usage, command->help,
	    command->access == ACCESS_CHANGE ? "\n  It changes something: for members of console.group only.\n" : "");
}

/* "from= f" as they are typed: "--from= -f". */
static void put_options(FILE *out, const char *options)
{
	for (const char *at = options + strspn(options, " "); *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");

		fprintf(out, "%s%.*s ", strcspn(at, " =") == 1 ? "-" : "--", (int)length, at);
		at += length;
	}
}

void words_list(FILE *out)
{
	for (size_t i = 0; i < ctl_command_count; i++) {
		fprintf(out, "%s\t", ctl_commands[i].word);
		put_options(out, ctl_commands[i].options);
		fprintf(out, "--json --help\t%s\t%s\n", ctl_commands[i].usage, ctl_commands[i].help);
	}
}
