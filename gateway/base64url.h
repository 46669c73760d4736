/* Octets as text of letters, digits, '-' and '_', without padding (RFC 4648 section 5): what may stand in
 * a parameter as it is. */
#ifndef GATEWAY_BASE64URL_H
#define GATEWAY_BASE64URL_H

#include <stddef.h>

/* Room that so many octets need as text, with the NUL. */
#define BASE64URL_ROOM(octets) (((octets) + 2) / 3 * 4 + 1)

/* `out` has room for them. */
void base64url_encode(const unsigned char *octets, size_t size, char *out);

/* The octets of a text that base64url_encode would make, at most `most`; -1 for all else, other spare bits in
 * its last character too: octets have one spelling. */
int base64url_decode(const char *text, unsigned char *out, size_t most);

#endif
