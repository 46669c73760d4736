/* A target: the local URI that a request asks for, in a form that is equal for
 * equal URIs (RFC 3261 19.1.4 on user and host), and its keyed hash. */
#ifndef POLICY_TARGET_H
#define POLICY_TARGET_H

#include "domain.h"
#include "siphash.h"

/* Hashes user (escapes undone, case kept; may be NULL: no user) and host (case
 * folded). No scheme, port, password or parameters. `user` is as on the wire, `%41` and
 * `A` are the same, a broken escape stands for itself. Any octets, any length:
 * nothing is allocated by what a peer chose. */
uint64_t target_hash(const struct siphash_key *, const char *user, size_t user_length,
    const char *host, size_t host_length);

#endif
