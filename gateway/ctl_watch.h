/* `watch`: the report, drawn again and again in its place. */
#ifndef GATEWAY_CTL_WATCH_H
#define GATEWAY_CTL_WATCH_H

#include "ctl_ask.h"

/* Until q. `seconds`: between two reports; NULL: 2. False text and a terminal that will not do are CTL_USAGE, with why. */
enum ctl_end watch_run(const char *socket, const char *seconds, char *why, size_t size);

#endif
