/* One code point out of octets. */
#ifndef POLICY_UTF8_H
#define POLICY_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many octets the first one takes, in its shortest form; 0: they begin with none. A half of a surrogate pair is none. */
size_t utf8_decode(const char *octets, size_t length, uint32_t *point);

#endif
