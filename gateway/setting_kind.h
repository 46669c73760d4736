/* The kinds of values that a setting can have: how each is read, what its
 * default is, what it owns. */
#ifndef GATEWAY_SETTING_KIND_H
#define GATEWAY_SETTING_KIND_H

#include "setting.h"

void kind_read(struct reader *, const struct setting *, config_setting_t *, void *field);
void kind_default(const struct setting *, void *field);
/* Is the word one of the row's? */
bool kind_knows(const struct setting *, const char *word);
void kind_clear(const struct setting *, void *field);

#endif
