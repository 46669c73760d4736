/* The names of a certificate (RFC 5922, with wildcards: product.md 1.2). */
#ifndef POLICY_CERTNAME_H
#define POLICY_CERTNAME_H

#include "domain.h"

struct certname {
	struct domain domain;       /* of a wildcard: what is behind "*." */
	struct domain organisation; /* its organisational domain; empty: none, it is a public suffix */
	bool wildcard;
};

/* Reads a dNSName or the host of a sip: URI; "*." is allowed as the left-most
 * label only. `organisation` is left empty: the caller knows public suffixes. */
bool certname_parse(struct certname *out, const char *text, size_t length);

/* Does the certificate's name match D? It is D, or a wildcard one label above
 * D. A wildcard whose domain has no organisation proves nothing. */
bool certname_matches(const struct certname *, const struct domain *d);

#endif
