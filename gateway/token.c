#include "token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "../policy/target.h"
#include "base64url.h"

#define VERSION 1
#define MAC_SIZE 16
#define PLAIN_MAX (3 + 2 * DOMAIN_MAX)

struct token_keys *token_keys_new(const void *keys, size_t count)
{
	size_t room = count ? count : 1;
	struct token_keys *k = alloc_zero(1, sizeof *k + room * TOKEN_KEY_SIZE);

	k->count = room;
	if (count)
		memcpy(k->key, keys, count * TOKEN_KEY_SIZE);
	else if (RAND_bytes(k->key[0], TOKEN_KEY_SIZE) != 1)
		abort();
	return k;
}

void token_keys_free(struct token_keys *k)
{
	if (k)
		OPENSSL_cleanse(k->key, k->count * TOKEN_KEY_SIZE);
	free(k);
}

/* The local party's URI goes in as its keyed canonical hash: escapes and case
 * of the host may differ between two requests of one dialog. */
static void sign(const unsigned char *key, const unsigned char *plain, size_t size,
    const struct token_dialog *d, unsigned char mac[MAC_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char input[PLAIN_MAX + 8 + 32];
	struct siphash_key hash_key;
	size_t call_id = strlen(d->call_id);
	uint64_t local;
	unsigned length;

	memcpy(hash_key.octets, key, sizeof hash_key.octets);
	local = target_hash(&hash_key, d->user, d->user ? strlen(d->user) : 0, d->host, strlen(d->host));
	memcpy(input, plain, size);
	memcpy(input + size, &local, sizeof local);
	/* The Call-ID is as long as the peer likes: its digest goes in. */
	if (!EVP_Digest(d->call_id, call_id, input + size + sizeof local, &length, EVP_sha256(), NULL)
	    || !HMAC(EVP_sha256(), key, TOKEN_KEY_SIZE, input, size + sizeof local + length, digest, &length))
		abort();
	memcpy(mac, digest, MAC_SIZE);
}

static size_t pack(const struct token *t, unsigned char *out)
{
	size_t size = 0;

	out[size++] = (unsigned char)(VERSION << 4 | (unsigned)t->side);
	out[size++] = t->organisation.length;
	memcpy(out + size, t->organisation.text, t->organisation.length);
	size += t->organisation.length;
	out[size++] = t->source.length;
	memcpy(out + size, t->source.text, t->source.length);
	return size + t->source.length;
}

void token_make(const struct token_keys *k, const struct token *t, const struct token_dialog *d, char out[TOKEN_TEXT_MAX])
{
	unsigned char plain[PLAIN_MAX + MAC_SIZE];
	size_t size = pack(t, plain);

	sign(k->key[0], plain, size, d, plain + size);
	base64url_encode(plain, size + MAC_SIZE, out);
}

static bool unpack(const unsigned char *plain, size_t size, struct token *out)
{
	size_t organisation, source;

	if (size < 3 || plain[0] >> 4 != VERSION || (plain[0] & 15) > TOKEN_INNER)
		return false;
	organisation = plain[1];
	if (size < 3 + organisation)
		return false;
	source = plain[2 + organisation];
	out->side = (enum token_side)(plain[0] & 15);
	return size == 3 + organisation + source
	    && domain_parse(&out->organisation, (const char *)plain + 2, organisation)
	    && domain_parse(&out->source, (const char *)plain + 3 + organisation, source);
}

bool token_read(const struct token_keys *k, const char *text, const struct token_dialog *d, struct token *out)
{
	unsigned char plain[PLAIN_MAX + MAC_SIZE], mac[MAC_SIZE];
	int n = base64url_decode(text, plain, sizeof plain);
	bool good = false;

	if (n < MAC_SIZE + 3)
		return false;
	for (size_t i = 0; i < k->count; i++) {
		sign(k->key[i], plain, (size_t)n - MAC_SIZE, d, mac);
		good |= CRYPTO_memcmp(mac, plain + n - MAC_SIZE, MAC_SIZE) == 0;
	}
	return good && unpack(plain, (size_t)n - MAC_SIZE, out);
}
