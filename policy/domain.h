/* A checked domain name: the A-label form of RFC 5890, lower case, bounded.
 * Nothing a peer wrote reaches a table, a log or the console but through here. */
#ifndef POLICY_DOMAIN_H
#define POLICY_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOMAIN_MAX 253 /* octets, RFC 1035 section 2.3.4 without the root's dot */

struct domain {
	uint8_t length;            /* 0: no domain */
	char text[DOMAIN_MAX + 1]; /* ends with a NUL */
};

/* Reads `length` octets: labels of letters, digits and inner hyphens, 1 to 63
 * octets each, the last one not all digits (that is an IPv4 address); one dot
 * at the end is the root's and is left out. False, and `out` empty, for all
 * else: an empty label, a NUL, UTF-8 (write the A-label), an address. */
bool domain_parse(struct domain *out, const char *text, size_t length);

bool domain_same(const struct domain *, const struct domain *);

/* Is `name` the domain `zone` or a sub-domain of it, at a label boundary? */
bool domain_within(const struct domain *name, const struct domain *zone);

/* The text behind the first dot, NULL behind the last label; borrowed. */
const char *domain_parent(const char *text);

#endif
