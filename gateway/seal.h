/* Text that only this pool reads: encrypted and signed with its route keys, by the first of them; each edge
 * opens what any other has sealed. */
#ifndef GATEWAY_SEAL_H
#define GATEWAY_SEAL_H

#include "base64url.h"
#include "token.h"

#define SEAL_PLAIN_MAX 3072 /* octets that can be sealed: some twenty names with all that goes with them */
#define SEAL_OVERHEAD  32
#define SEAL_TEXT_MAX  BASE64URL_ROOM(SEAL_PLAIN_MAX + SEAL_OVERHEAD)

/* `bound` is what it belongs to: it cannot be opened with another. False: the text is too long. */
bool seal(const struct token_keys *, const char *bound, const char *plain, char out[SEAL_TEXT_MAX]);

/* False: altered, of other keys, bound to something else, or nothing sealed at all. */
bool unseal(const struct token_keys *, const char *bound, const char *text, char out[SEAL_PLAIN_MAX + 1]);

#endif
