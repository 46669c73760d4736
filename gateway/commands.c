/* The table. */
#include "commands.h"

#define RUN_OF_REPORT(run) command_##run
#define RUN_OF_CHANGE(run) command_##run
#define RUN_OF_LOCAL(run) NULL
#define COMMAND(word, access, least, most, options, run, usage, help) \
	{ word, ACCESS_##access, least, most, options, usage, help, RUN_OF_##access(run) },
const struct command commands[] = {
#include "command.def"
};
#undef COMMAND

const size_t command_count = sizeof commands / sizeof commands[0];
