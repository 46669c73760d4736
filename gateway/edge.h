/* One edge: owns every service, starts, reloads, drains and stops them. */
#ifndef GATEWAY_EDGE_H
#define GATEWAY_EDGE_H

#include "conf.h"

/* Runs the edge that the file describes until SIGTERM or SIGINT. The exit
 * status: 0 after a clean stop, 1 when it could not start (every complaint on stderr). */
int edge_run(const char *conf_path);

/* `fedgated -t`: reads and checks both files; prints every complaint; 0 or 1. */
int edge_check(const char *conf_path);

#endif
