/* What fedgatectl says of its commands: all from command.def. */
#ifndef GATEWAY_CTL_WORDS_H
#define GATEWAY_CTL_WORDS_H

#include <stdio.h>

#include "command.h"

extern const struct command ctl_commands[];
extern const size_t ctl_command_count;

#define CTL_SYNOPSIS "fedgatectl [-s PATH] [--json] COMMAND [WORD ...]"

void words_help(FILE *);
void words_help_of(FILE *, const struct command *);
/* A line for each command, for the shells' completions: its word, options, usage and help, with tabs between. */
void words_list(FILE *);

#endif
