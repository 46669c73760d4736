/* Targets: spellings that RFC 3261 calls the same are one, others are not. */
#include <stdlib.h>
#include <string.h>

#include "../../policy/target.h"
#include "fuzz.h"

static const struct siphash_key key = { "targets, 16 oct" };

/* Two octets in the canonical form tell where the user ends; -1: no user. */
struct canonical {
	long user_length;
	size_t length;
	char octets[2 * 4096];
};

static int digit_of(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) % 16 : -1;
}

/* Said once more: user with escapes undone, host in lower case. */
static void spell(struct canonical *out, const char *user, size_t user_length, const char *host, size_t host_length)
{
	size_t n = 0;

	for (size_t i = 0; user && i < user_length; i++) {
		int high = i + 2 < user_length && user[i] == '%' ? digit_of(user[i + 1]) : -1;
		int low = high >= 0 ? digit_of(user[i + 2]) : -1;

		out->octets[n++] = low >= 0 ? (char)(16 * high + low) : user[i];
		i += low >= 0 ? 2 : 0;
	}
	out->user_length = user ? (long)n : -1;
	for (size_t i = 0; i < host_length; i++)
		out->octets[n++] = host[i] >= 'A' && host[i] <= 'Z' ? (char)(host[i] | 0x20) : host[i];
	out->length = n;
}

static bool same(const struct canonical *a, const struct canonical *b)
{
	return a->user_length == b->user_length && a->length == b->length && !memcmp(a->octets, b->octets, a->length);
}

struct uri {
	const char *user, *host; /* user NULL: none */
	size_t user_length, host_length;
};

static struct uri take(struct fuzz_input *in)
{
	struct uri uri = { 0 };
	size_t length;
	const char *text = fuzz_until(in, '\n', &length), *at = length ? memchr(text, '@', length) : NULL;

	if (at) {
		uri.user = text;
		uri.user_length = (size_t)(at - text);
	}
	uri.host = at ? at + 1 : text;
	uri.host_length = length - (size_t)(uri.host - text);
	return uri;
}

static uint64_t hash(const struct uri *u)
{
	char *user = u->user ? fuzz_copy(u->user, u->user_length) : NULL, *host = fuzz_copy(u->host, u->host_length);
	uint64_t hash = target_hash(&key, user, u->user_length, host, u->host_length);

	free(user);
	free(host);
	return hash;
}

/* All that can be escaped is, and the host is in capitals: still the same. */
static void another_spelling(const struct uri *u, uint64_t expected)
{
	static char user[3 * 4096], host[4096];
	struct canonical c;
	struct uri other = { u->user ? user : NULL, host, 0, u->host_length };

	spell(&c, u->user, u->user_length, u->host, u->host_length);
	for (long i = 0; i < c.user_length; i++) {
		user[other.user_length++] = '%';
		user[other.user_length++] = "0123456789abcdef"[(unsigned char)c.octets[i] >> 4];
		user[other.user_length++] = "0123456789ABCDEF"[(unsigned char)c.octets[i] & 15];
	}
	for (size_t i = 0; i < u->host_length; i++)
		host[i] = u->host[i] >= 'a' && u->host[i] <= 'z' ? (char)(u->host[i] & ~0x20) : u->host[i];
	LAW(hash(&other) == expected, "escapes and capitals of the host make no other target");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	struct uri a = take(&in), b = take(&in);
	struct canonical one, two;

	if (size > 4096)
		return 0;
	spell(&one, a.user, a.user_length, a.host, a.host_length);
	spell(&two, b.user, b.user_length, b.host, b.host_length);
	LAW(hash(&a) == hash(&a), "a target is always hashed alike");
	LAW((hash(&a) == hash(&b)) == same(&one, &two), "two spellings are one target when RFC 3261 says so");
	another_spelling(&a, hash(&a));
	return 0;
}
