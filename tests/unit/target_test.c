/* Which URIs are one target. */
#include <stdlib.h>
#include <string.h>

#include "../../policy/target.h"
#include "holds.h"
#include "unit.h"

static const struct siphash_key key = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };

static uint64_t hash(const char *user, const char *host)
{
	return target_hash(&key, user, user ? strlen(user) : 0, host, strlen(host));
}

static void tells_targets_apart(void)
{
	static const struct {
		const char *promise, *user, *host, *other_user, *other_host;
		bool same;
	} rows[] = {
		{ "a URI is the same as itself", "alice", "example.com", "alice", "example.com", true },
		{ "another user is another target", "alice", "example.com", "bob", "example.com", false },
		{ "another host is another target", "alice", "example.com", "alice", "example.org", false },
		{ "the host's case does not matter", "alice", "EXAMPLE.Com", "alice", "example.com", true },
		{ "the user's case matters", "Alice", "example.com", "alice", "example.com", false },
		{ "an escape is what it stands for", "%61lice", "example.com", "alice", "example.com", true },
		{ "an escape at the end too", "alic%65", "example.com", "alice", "example.com", true },
		{ "small hexadecimal digits are as good", "%4a%4B", "example.com", "%4A%4b", "example.com", true },
		{ "an escape keeps its case", "%41lice", "example.com", "alice", "example.com", false },
		{ "an escaped escape is not undone twice", "%2561lice", "example.com", "alice", "example.com", false },
		{ "a broken escape stands for itself", "a%6", "example.com", "a%256", "example.com", true },
		{ "so does one that is not hexadecimal", "a%6g", "example.com", "a%256g", "example.com", true },
		{ "so does a lone percent sign", "a%", "example.com", "a%25", "example.com", true },
		{ "half an escape does not take the octet behind it", "a%6glice", "example.com", "aflice", "example.com", false },
		{ "an escape in a host is none", "alice", "%65xample.com", "alice", "example.com", false },
		{ "no user is not an empty user", NULL, "example.com", "", "example.com", false },
		{ "no user is the same as no user", NULL, "Example.com", NULL, "example.com", true },
		{ "what moves from user to host is another target", "alice", "example.com", "aliceexample", ".com", false },
		{ "what moves from host to user is another target", "a", "bb", "abb", "", false },
		{ "a user parameter belongs to the user", "alice;x=1", "example.com", "alice", "example.com", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t one = hash(rows[i].user, rows[i].host), other = hash(rows[i].other_user, rows[i].other_host);

		HOLDS((one == other) == rows[i].same, rows[i].promise);
	}
}

static void takes_any_octets(void)
{
	CU_ASSERT_NOT_EQUAL(target_hash(&key, "a\0b", 3, "example.com", 11), target_hash(&key, "a\0c", 3, "example.com", 11));
	CU_ASSERT_NOT_EQUAL(hash("a%00b", "example.com"), hash("a", "example.com"));
	CU_ASSERT_EQUAL(target_hash(&key, "a\0b", 3, "example.com", 11), hash("a%00b", "example.com"));
	CU_ASSERT_NOT_EQUAL(target_hash(&key, "\xff\x80", 2, "\xfe", 1), target_hash(&key, "\xff\x81", 2, "\xfe", 1));
}

static void takes_any_length(void)
{
	size_t size = 1000000;
	char *user = malloc(size);

	memset(user, '%', size);
	CU_ASSERT_NOT_EQUAL(target_hash(&key, user, size, "example.com", 11), target_hash(&key, user, size - 1, "example.com", 11));
	free(user);
}

static void reads_no_further_than_told(void)
{
	char *user = malloc(3); /* no octet behind it: the sanitizer would see a step too far */

	memcpy(user, "a%6", 3);
	CU_ASSERT_EQUAL(target_hash(&key, user, 3, "example.com", 11), hash("a%6", "example.com"));
	CU_ASSERT_NOT_EQUAL(target_hash(&key, "a%61", 3, "example.com", 11), hash("a%61", "example.com"));
	free(user);
}

static void depends_on_the_key(void)
{
	struct siphash_key other = key;

	other.octets[0]++;
	CU_ASSERT_NOT_EQUAL(target_hash(&other, "alice", 5, "example.com", 11), hash("alice", "example.com"));
}

CU_TestInfo target_tests[] = {
	{ "targets are the same by user and host, as RFC 3261 compares them", tells_targets_apart },
	{ "any octet may stand in a user", takes_any_octets },
	{ "a user may be as long as it likes", takes_any_length },
	{ "nothing behind the length is read", reads_no_further_than_told },
	{ "another key gives another hash", depends_on_the_key },
	CU_TEST_INFO_NULL
};
