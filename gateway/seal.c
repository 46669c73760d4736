/* AES-256-GCM. Each text has a key of its own, HMAC-SHA-256 of a route key over a salt
 * of 128 random bits, so that no pool is too busy or too old for chance; the nonce is always nought. */
#include "seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define SALT_SIZE 16
#define TAG_SIZE  (SEAL_OVERHEAD - SALT_SIZE)

/* Tokens are signed with the same route keys: none of them begins with this. */
static const char label[] = "fedgate seal";

struct sealing {
	EVP_CIPHER_CTX *cipher;
	bool good;
};

/* Begins to encrypt or decrypt what is bound so. */
static struct sealing begin(const unsigned char *route_key, const unsigned char *salt, const char *bound, bool encrypt)
{
	static const unsigned char nonce[12];
	unsigned char input[sizeof label + SALT_SIZE], key[EVP_MAX_MD_SIZE];
	struct sealing s = { .cipher = EVP_CIPHER_CTX_new() };
	unsigned length;
	int n;

	memcpy(input, label, sizeof label);
	memcpy(input + sizeof label, salt, SALT_SIZE);
	if (!s.cipher || !HMAC(EVP_sha256(), route_key, TOKEN_KEY_SIZE, input, sizeof input, key, &length))
		abort();
	s.good = EVP_CipherInit_ex(s.cipher, EVP_aes_256_gcm(), NULL, key, nonce, encrypt) == 1
	    && EVP_CipherUpdate(s.cipher, NULL, &n, (const unsigned char *)bound, (int)strlen(bound)) == 1;
	OPENSSL_cleanse(key, sizeof key);
	return s;
}

bool seal(const struct token_keys *k, const char *bound, const char *plain, char out[SEAL_TEXT_MAX])
{
	unsigned char octets[SEAL_PLAIN_MAX + SEAL_OVERHEAD];
	size_t size = strlen(plain);
	struct sealing s;
	int n = 0, more = 0;

	if (size > SEAL_PLAIN_MAX)
		return false;
	if (RAND_bytes(octets, SALT_SIZE) != 1)
		abort();
	s = begin(k->key[0], octets, bound, true);
	s.good = s.good && EVP_CipherUpdate(s.cipher, octets + SALT_SIZE, &n, (const unsigned char *)plain, (int)size) == 1
	    && EVP_CipherFinal_ex(s.cipher, octets + SALT_SIZE + n, &more) == 1
	    && EVP_CIPHER_CTX_ctrl(s.cipher, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, octets + SALT_SIZE + size) == 1;
	EVP_CIPHER_CTX_free(s.cipher);
	if (!s.good)
		abort();
	base64url_encode(octets, size + SEAL_OVERHEAD, out);
	return true;
}

static bool open_with(const unsigned char *route_key, const char *bound, unsigned char *octets, size_t size, char *out)
{
	struct sealing s = begin(route_key, octets, bound, false);
	unsigned char *plain = (unsigned char *)out;
	int n = 0, more = 0;

	s.good = s.good && EVP_CIPHER_CTX_ctrl(s.cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, octets + SALT_SIZE + size) == 1
	    && EVP_CipherUpdate(s.cipher, plain, &n, octets + SALT_SIZE, (int)size) == 1
	    && EVP_CipherFinal_ex(s.cipher, plain + n, &more) == 1;
	EVP_CIPHER_CTX_free(s.cipher);
	out[s.good ? size : 0] = '\0';
	return s.good;
}

bool unseal(const struct token_keys *k, const char *bound, const char *text, char out[SEAL_PLAIN_MAX + 1])
{
	unsigned char octets[SEAL_PLAIN_MAX + SEAL_OVERHEAD];
	int size = base64url_decode(text, octets, sizeof octets);

	for (size_t i = 0; size >= SEAL_OVERHEAD && i < k->count; i++)
		if (open_with(k->key[i], bound, octets, (size_t)size - SEAL_OVERHEAD, out))
			return true;
	return false;
}
