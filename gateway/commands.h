/* command.def as the daemon knows it: with what each command runs. */
#ifndef GATEWAY_COMMANDS_H
#define GATEWAY_COMMANDS_H

#include <jansson.h>

#include "command.h"

#define RUN_OF_REPORT(run) void command_##run(struct talk *);
#define RUN_OF_CHANGE(run) void command_##run(struct talk *);
#define RUN_OF_LOCAL(run)
#define COMMAND(word, access, least, most, options, run, usage, help) RUN_OF_##access(run)
#include "command.def"
#undef COMMAND
#undef RUN_OF_REPORT
#undef RUN_OF_CHANGE
#undef RUN_OF_LOCAL

struct refused;
json_t *command_refusal(const struct refused *); /* as answers show it */

extern const struct command commands[];
extern const size_t command_count;

#endif
