/* NAPTR as strangers write it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/naptr.h"
#include "holds.h"
#include "unit.h"

struct record {
	const char *octets;
	size_t size;
};

#define RECORD(octets) { octets, sizeof octets /* with the NUL of the text as the root */ }
#define GOOD "\0\12\0\5" "\1s" "\10SIPS+D2T" "\0" "\5_sips\4_tcp\4pool\7contoso\3com"

static void read_records(struct srv *out, const struct record *records, size_t count)
{
	char *data[8];
	int length[8];
	struct answer a = { .result = RESOLVE_FOUND, .data = data, .length = length, .ttl_us = 7000000, .secure = true };

	for (size_t i = 0; i < count; i++) {
		data[i] = malloc(records[i].size + 1); /* of hardly more than that size: a sanitizer sees one octet too many */
		memcpy(data[i], records[i].octets, records[i].size);
		length[i] = (int)records[i].size;
	}
	data[count] = NULL;
	naptr_read(out, &a);
	for (size_t i = 0; i < count; i++)
		free(data[i]);
}

static void the_lowest_comes_first(void)
{
	static const struct record records[] = {
		RECORD("\0\13\0\1" "\1s" "\10SIPS+D2T" "\0" "\5_sips\4_tcp\5order\3com"),
		RECORD("\0\12\0\6" "\1s" "\10SIPS+D2T" "\0" "\5_sips\4_tcp\6second\3com"),
		RECORD(GOOD),
		RECORD("\0\1\0\1" "\1s" "\7SIP+D2T" "\0" "\4_sip\4_tcp\5plain\3com"),
	};
	struct srv srv;

	read_records(&srv, records, 4);
	CU_ASSERT_TRUE(srv.result == RESOLVE_FOUND && srv.secure && srv.ttl_us == 7000000 && srv.servers.count == 3);
	CU_ASSERT_STRING_EQUAL(srv.servers.list[0].domain.text, "pool.contoso.com");
	CU_ASSERT_STRING_EQUAL(srv.servers.list[1].domain.text, "second.com");
	CU_ASSERT_STRING_EQUAL(srv.servers.list[2].domain.text, "order.com");
}

static void others_are_none(void)
{
	static const struct { const char *promise; struct record record; } rows[] = {
		{ "nothing at all", { "", 0 } },
		{ "nothing behind the preference", { "\0\1\0\1", 4 } },
		{ "nothing behind the flags", { "\0\1\0\1\1s", 6 } },
		{ "flags that end behind the end", { "\0\1\0\1\7s", 6 } },
		{ "a service that ends behind the end", { "\0\1\0\1\1s\20SIPS+D2T", 15 } },
		{ "no replacement", { "\0\1\0\1\1s\10SIPS+D2T\0", 16 } },
		{ "other flags", RECORD("\0\1\0\1" "\1u" "\10SIPS+D2T" "\0" "\5_sips\4_tcp\3com") },
		{ "UDP", RECORD("\0\1\0\1" "\1s" "\7SIP+D2U" "\0" "\5_sips\4_tcp\3com") },
		{ "an expression", RECORD("\0\1\0\1" "\1s" "\10SIPS+D2T" "\4!a!b" "\5_sips\4_tcp\3com") },
		{ "a name that is no service's", RECORD("\0\1\0\1" "\1s" "\10SIPS+D2T" "\0" "\4pool\3com") },
		{ "the name of another service", RECORD("\0\1\0\1" "\1s" "\10SIPS+D2T" "\0" "\4_sip\4_tcp\3com") },
		{ "the service alone", RECORD("\0\1\0\1" "\1s" "\10SIPS+D2T" "\0" "\5_sips\4_tcp") },
		{ "an underscore in the domain", RECORD("\0\1\0\1" "\1s" "\10SIPS+D2T" "\0" "\5_sips\4_tcp\4_tcp\3com") },
		{ "a pointer", RECORD("\0\1\0\1" "\1s" "\10SIPS+D2T" "\0" "\5_sips\300\4") },
		{ "the root", RECORD("\0\1\0\1" "\1s" "\10SIPS+D2T" "\0") },
	};
	struct srv srv;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct record both[2] = { rows[i].record, RECORD(GOOD) };

		read_records(&srv, both, 1);
		HOLDS(srv.result == RESOLVE_NONE && srv.servers.count == 0, rows[i].promise);
		read_records(&srv, both, 2); /* and it hurts no other one */
		HOLDS(srv.result == RESOLVE_FOUND && srv.servers.count == 1, rows[i].promise);
	}
}

CU_TestInfo naptr_tests[] = {
	{ "of those for SIP over TLS the lowest order and preference comes first", the_lowest_comes_first },
	{ "what is broken or for another service is none, and hurts no other", others_are_none },
	CU_TEST_INFO_NULL
};
