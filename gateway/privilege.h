/* Root is only for binding. */
#ifndef GATEWAY_PRIVILEGE_H
#define GATEWAY_PRIVILEGE_H

#include "conf.h"

/* Becomes edge.user for good where we are root and one is set. False: complained. */
bool privilege_drop(const struct conf *, struct complaints *);

/* libunbound forks its process before we have bound and become the user: it
 * becomes him by itself. `path` is fedgate.conf, looked at for edge.user only. */
void privilege_shed_in_children(const char *path);

#endif
