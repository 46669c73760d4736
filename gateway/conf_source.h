/* One of our files as libconfig's tree. */
#ifndef GATEWAY_CONF_SOURCE_H
#define GATEWAY_CONF_SOURCE_H

#include <libconfig.h>

#include "conf.h"

/* Reads `path` into the tree, which is initialised whatever happens; complains under
 * the name `shown`. False: there is nothing to look at in the tree. */
bool source_read(config_t *, const char *path, const char *shown, struct complaints *);

/* The directory that a file is in: "." or what stands before the last slash. Owned by the caller. */
char *source_directory(const char *path);

#endif
