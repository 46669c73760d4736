/* `fedgated --replay`: what another policy would have said of a recorded day. */
#ifndef GATEWAY_REPLAY_H
#define GATEWAY_REPLAY_H

#include <stdbool.h>

/* Judges the record again by the policy and prints both, side by side, as text or as one JSON object. The exit
 * status: 0; 1 where one of the two cannot be read (every complaint on stderr). */
int replay_run(const char *record, const char *policy, bool json);

#endif
