/* The words of one question to the console, checked against the table of
 * commands (command.def): for the daemon, to which they are hostile, and for fedgatectl. */
#ifndef GATEWAY_COMMAND_H
#define GATEWAY_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_LINE_MAX 4096  /* octets of a question, with its line's end */
#define COMMAND_WORDS_MAX 32

enum access { ACCESS_REPORT, ACCESS_CHANGE, ACCESS_LOCAL };

struct talk;

struct command {
	const char *word;
	enum access access;
	unsigned least, most;
	const char *options, *usage, *help;
	void (*run)(struct talk *);     /* NULL in fedgatectl */
};

/* The words of a question: behind the command, and its options, in the order in which they came. */
struct asked {
	const struct command *command;
	size_t count, option_count;
	const char *words[COMMAND_WORDS_MAX];                     /* borrowed, all of them */
	/* Without their dashes, perhaps with "=" and the value behind: look at them by command_option. */
	const char *options[COMMAND_WORDS_MAX], *values[COMMAND_WORDS_MAX]; /* values: "" of one that takes no word */
};

/* Cuts a line of words in place, without its line's end, in the place of which a NUL may be written: words are
 * separated by blanks; what stands in double quotes may hold blanks, and \" and \\ stand for a quote and a backslash
 * there. How many, or -1 with *why: a NUL, a control character, what is no UTF-8, a quote that does not end, too
 * many words. */
int command_cut(char *line, size_t length, char *words[COMMAND_WORDS_MAX], const char **why);
/* The way back, with a line's end and a NUL: how fedgatectl asks. False: it does not fit, or is what command_cut refuses. */
const char *command_unfit(const char *word); /* why it is no part of a question; NULL: it may be */
bool command_line(char out[COMMAND_LINE_MAX], size_t count, const char *const words[]);

/* Checks words against a table. False, with `why`: no such command (and the nearest one), an
 * option it does not have or twice, too few words or too many, then with its usage. `words` are borrowed. A value stands
 * behind its option, or in the same word ("--for=1h"); options of one letter have one dash ("-f"); behind "--" are words only. */
bool command_read(struct asked *, const struct command *table, size_t rows, size_t count, const char *const words[],
    char *why, size_t size);

/* The value of an option; NULL: it was not given. */
const char *command_option(const struct asked *, const char *name);

#endif
