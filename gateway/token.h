/* The signed token in our Record-Route: by it any edge of the pool knows a
 * request inside a dialog that the pool let through (product.md section 6). It names the
 * peer's organisation, the partner's domain and the side; its MAC (HMAC-SHA-256, cut to
 * 128 bits) also covers Call-ID and the local party's URI. */
#ifndef GATEWAY_TOKEN_H
#define GATEWAY_TOKEN_H

#include <stddef.h>

#include "../policy/domain.h"

#define TOKEN_KEY_SIZE 32

/* The route keys of the pool: the first signs, all verify. */
struct token_keys {
	size_t count;
	struct evp_mac_ctx_st **signing; /* owned: of each key, with all done that only the key is needed for */
	unsigned char key[][TOKEN_KEY_SIZE];
};

enum token_side { TOKEN_BOTH, TOKEN_OUTER, TOKEN_INNER };

struct token {
	enum token_side side;
	struct domain organisation; /* of the certificate of the partner's connection */
	struct domain source;       /* the partner's own domain in this dialog (From or To) */
};

/* What a token is bound to beside its own fields. All borrowed. */
struct token_dialog {
	const char *call_id;
	const char *user;  /* the local party's URI: user as on the wire, or NULL */
	const char *host;
};

#define TOKEN_TEXT_MAX 760

/* `keys`: TOKEN_KEY_SIZE octets each. None given: a random one is made. */
struct token_keys *token_keys_new(const void *keys, size_t count);
void token_keys_free(struct token_keys *);

/* Text of letters, digits, '-' and '_', ends with a NUL. */
void token_make(const struct token_keys *, const struct token *, const struct token_dialog *, char out[TOKEN_TEXT_MAX]);

/* False: altered, of other keys, of another dialog, or no token at all. */
bool token_read(const struct token_keys *, const char *text, const struct token_dialog *, struct token *out);

#endif
