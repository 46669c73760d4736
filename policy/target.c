/* What is hashed: one octet that tells whether there is a user, the user, the
 * host, the length of the host. From the end it can be taken apart again, so no
 * two targets look the same, whatever octets they are made of. */
#include "target.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_escape(const char *at, size_t left)
{
	return left >= 3 && at[0] == '%' && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
}

static void add_user(struct siphash *s, const char *user, size_t length)
{
	size_t i = 0;

	while (i < length) {
		if (is_escape(user + i, length - i)) {
			siphash_add(s, (uint8_t)(hex_value(user[i + 1]) * 16 + hex_value(user[i + 2])));
			i += 3;
		} else {
			siphash_add(s, (uint8_t)user[i]);
			i++;
		}
	}
}

static void add_host(struct siphash *s, const char *host, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = host[i];

		siphash_add(s, (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
	}
	for (unsigned shift = 0; shift < 64; shift += 8)
		siphash_add(s, (uint8_t)((uint64_t)length >> shift & 0xff));
}

uint64_t target_hash(const struct siphash_key *key, const char *user, size_t user_length,
    const char *host, size_t host_length)
{
	struct siphash s;

	siphash_init(&s, key);
	siphash_add(&s, user != NULL);
	if (user)
		add_user(&s, user, user_length);
	add_host(&s, host, host_length);
	return siphash_end(&s);
}
