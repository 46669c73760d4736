#include "token.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/alloc.h"
#include "../policy/target.h"
#include "base64url.h"

#define VERSION 2
#define MAC_SIZE 16
#define PLAIN_MAX (3 + 2 * DOMAIN_MAX)

static EVP_MAC_CTX *signing_new(const unsigned char *key)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]) { "SHA256" }, 0), OSSL_PARAM_construct_end() };
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *signing = hmac ? EVP_MAC_CTX_new(hmac) : NULL;

	if (!signing || !EVP_MAC_init(signing, key, TOKEN_KEY_SIZE, params))
		abort();
	EVP_MAC_free(hmac);
	return signing;
}

struct token_keys *token_keys_new(const void *keys, size_t count)
{
	size_t room = count ? count : 1;
	struct token_keys *k = alloc_zero(1, sizeof *k + room * TOKEN_KEY_SIZE);

	k->count = room;
	if (count)
		memcpy(k->key, keys, count * TOKEN_KEY_SIZE);
	else if (RAND_bytes(k->key[0], TOKEN_KEY_SIZE) != 1)
		abort();
	k->signing = alloc_zero(room, sizeof *k->signing);
	for (size_t i = 0; i < room; i++)
		k->signing[i] = signing_new(k->key[i]);
	return k;
}

void token_keys_free(struct token_keys *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->count; i++)
		EVP_MAC_CTX_free(k->signing[i]);
	free(k->signing);
	OPENSSL_cleanse(k->key, k->count * TOKEN_KEY_SIZE);
	free(k);
}

/* The local party's URI goes in as its keyed canonical hash: escapes and case
 * of the host may differ between two requests of one dialog. What stands before the Call-ID tells its own length. */
static void sign(const struct token_keys *k, size_t with, const unsigned char *plain, size_t size,
    const struct token_dialog *d, unsigned char mac[MAC_SIZE])
{
	EVP_MAC_CTX *signing = k->signing[with];
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct siphash_key hash_key;
	uint64_t local;
	size_t length;

	memcpy(hash_key.octets, k->key[with], sizeof hash_key.octets);
	local = target_hash(&hash_key, d->user, d->user ? strlen(d->user) : 0, d->host, strlen(d->host));
	if (!EVP_MAC_init(signing, NULL, 0, NULL) || !EVP_MAC_update(signing, plain, size)
	    || !EVP_MAC_update(signing, (const unsigned char *)&local, sizeof local)
	    || !EVP_MAC_update(signing, (const unsigned char *)d->call_id, strlen(d->call_id))
	    || !EVP_MAC_final(signing, digest, &length, sizeof digest))
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

	sign(k, 0, plain, size, d, plain + size);
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
		sign(k, i, plain, (size_t)n - MAC_SIZE, d, mac);
		good |= CRYPTO_memcmp(mac, plain + n - MAC_SIZE, MAC_SIZE) == 0;
	}
	return good && unpack(plain, (size_t)n - MAC_SIZE, out);
}
