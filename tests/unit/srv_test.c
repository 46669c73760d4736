/* SRV as strangers write it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/srv.h"
#include "chance.h"
#include "holds.h"
#include "unit.h"

/* A record: "PRIORITY WEIGHT PORT" and the octets of a target. */
struct record {
	char octets[600];
	int length;
};

static struct record record(unsigned priority, unsigned weight, unsigned port, const char *target, size_t size)
{
	struct record r = { .length = (int)(6 + size) };
	const unsigned numbers[] = { priority, weight, port };

	for (int i = 0; i < 3; i++) {
		r.octets[2 * i] = (char)(numbers[i] >> 8);
		r.octets[2 * i + 1] = (char)numbers[i];
	}
	memcpy(r.octets + 6, target, size);
	return r;
}

static void read_records(struct srv *out, struct record *records, size_t count)
{
	char *data[65];
	int length[65];
	struct answer a = { .result = RESOLVE_FOUND, .data = data, .length = length, .ttl_us = 7000000, .secure = true };

	for (size_t i = 0; i < count; i++) {
		data[i] = malloc((size_t)records[i].length); /* of just that size: a sanitizer sees one octet too many */
		memcpy(data[i], records[i].octets, (size_t)records[i].length);
		length[i] = records[i].length;
	}
	data[count] = NULL;
	srv_read(out, &a);
	for (size_t i = 0; i < count; i++)
		free(data[i]);
}

#define TARGET(octets) octets, sizeof octets /* with the NUL of the text as the root */

static void good_records_are_read(void)
{
	struct record records[] = {
		record(10, 5, 5061, TARGET("\3sip\7contoso\3com")),
		record(65535, 65535, 65535, TARGET("\4EDGE\7Contoso\3COM")),
	};
	struct srv srv;

	read_records(&srv, records, 2);
	CU_ASSERT_TRUE(srv.result == RESOLVE_FOUND && srv.servers.count == 2 && srv.secure && !srv.no_service);
	CU_ASSERT_EQUAL(srv.ttl_us, 7000000);
	CU_ASSERT_STRING_EQUAL(srv.servers.list[0].domain.text, "sip.contoso.com");
	CU_ASSERT_EQUAL(srv.servers.list[0].domain.length, 15);
	CU_ASSERT_TRUE(srv.servers.list[0].priority == 10 && srv.servers.list[0].weight == 5 && srv.servers.list[0].port == 5061);
	CU_ASSERT_STRING_EQUAL(srv.servers.list[1].domain.text, "edge.contoso.com");
	CU_ASSERT_TRUE(srv.servers.list[1].port == 65535);
}

static void broken_records_are_none(void)
{
	char label64[80] = "\100", longest[300], text[300];
	const struct {
		const char *promise;
		struct record record;
	} rows[] = {
		{ "nothing behind the port", record(1, 1, 5061, "", 0) },
		{ "no port", { "\0\1\0\1\23", 5 } },
		{ "one octet", { "\0", 1 } },
		{ "no root at the end", record(1, 1, 5061, "\3sip\7contoso\3com", 16) },
		{ "a label that ends behind the end", record(1, 1, 5061, TARGET("\3sip\7contoso\17com")) },
		{ "a label and no octet of it", record(1, 1, 5061, "\3", 1) },
		{ "octets behind the root", record(1, 1, 5061, TARGET("\3sip\3com\0\1")) },
		{ "a pointer", record(1, 1, 5061, TARGET("\3sip\300\14")) },
		{ "a pointer to itself", record(1, 1, 5061, TARGET("\300\6")) },
		{ "a label of another kind", record(1, 1, 5061, TARGET("\101\1\1")) },
		{ "a label of 64", record(1, 1, 5061, memset(label64 + 1, 'a', 64) ? label64 : "", 66) },
		{ "a dot inside a label", record(1, 1, 5061, TARGET("\13sip.contoso\3com")) },
		{ "a NUL inside a label", record(1, 1, 5061, TARGET("\4s\0ip\3com")) },
		{ "a blank", record(1, 1, 5061, TARGET("\4s ip\3com")) },
		{ "an underscore", record(1, 1, 5061, TARGET("\4_sip\3com")) },
		{ "UTF-8", record(1, 1, 5061, TARGET("\4s\303\274p\3com")) },
		{ "an address", record(1, 1, 5061, TARGET("\003192\0010\0012\0011")) },
		{ "port 0", record(1, 1, 0, TARGET("\3sip\3com")) },
		{ "a name of 256 octets", record(1, 1, 5061, memset(longest, 'a', sizeof longest), 256) },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct record both[2] = { rows[i].record, record(1, 1, 5061, TARGET("\4good\3com")) };
		struct srv srv;

		read_records(&srv, both, 1);
		snprintf(text, sizeof text, "%s: result %d, %zu servers", rows[i].promise, srv.result, srv.servers.count);
		HOLDS(srv.result == RESOLVE_NONE && srv.servers.count == 0 && !srv.no_service, text);
		read_records(&srv, both, 2); /* and it hurts no other one */
		HOLDS(srv.result == RESOLVE_FOUND && srv.servers.count == 1 && !strcmp(srv.servers.list[0].domain.text, "good.com"), text);
	}
}

static void the_root_is_no_service(void)
{
	struct record root[] = { record(0, 0, 0, TARGET("")), record(1, 1, 5061, TARGET("\3sip\3com")) };
	struct srv srv;

	read_records(&srv, root, 1);
	CU_ASSERT_TRUE(srv.result == RESOLVE_NONE && srv.no_service);
	CU_ASSERT_STRING_EQUAL(srv.why, "the domain says that it has no such service");
	read_records(&srv, root, 2);
	CU_ASSERT_TRUE(srv.result == RESOLVE_FOUND && srv.servers.count == 1 && !srv.no_service);
}

static void sixty_four_records_are_thirty_two(void)
{
	struct record records[64];
	struct srv srv;

	for (unsigned i = 0; i < 64; i++) {
		records[i] = record(63 - i, 1, 5061, TARGET("\3a00\3com"));
		records[i].octets[8] = (char)('0' + i / 8);
		records[i].octets[9] = (char)('0' + i % 8);
	}
	read_records(&srv, records, 64);
	CU_ASSERT_EQUAL(srv.servers.count, SERVERS_MAX);
	CU_ASSERT_STRING_EQUAL(srv.servers.list[0].domain.text, "a77.com");
	CU_ASSERT_EQUAL(srv.servers.list[31].priority, 31);
}

static void what_is_no_answer_stays_what_it_is(void)
{
	struct answer a = { .result = RESOLVE_UNKNOWN, .ttl_us = 5000000, .bogus = true, .why = "forged" };
	struct srv srv;

	srv_read(&srv, &a);
	CU_ASSERT_TRUE(srv.result == RESOLVE_UNKNOWN && srv.bogus && !srv.secure && srv.servers.count == 0);
	CU_ASSERT_STRING_EQUAL(srv.why, "forged");
}

/* Nothing else than names of labels comes out, whatever went in. */
static void chance_finds_no_way_in(void)
{
	struct chance chance = chance_new();
	int found = 0;

	for (int round = chance_rounds(100000); round > 0; round--) {
		struct record r = record(1, 1, 5061, TARGET("\3sip\7contoso\3com"));
		struct srv srv;

		for (uint32_t changes = chance_below(&chance, 4); changes > 0; changes--)
			r.octets[chance_below(&chance, (uint32_t)r.length)] = (char)chance_below(&chance, 256);
		r.length -= (int)chance_below(&chance, 4) ? 0 : (int)chance_below(&chance, (uint32_t)r.length);
		read_records(&srv, &r, r.length > 0);
		for (size_t i = 0; i < srv.servers.count; i++) {
			const struct domain *d = &srv.servers.list[i].domain;
			struct domain again;

			CU_ASSERT_TRUE(domain_parse(&again, d->text, d->length) && domain_same(&again, d));
			found++;
		}
	}
	CU_ASSERT_TRUE(found > 1000);
}

CU_TestInfo srv_tests[] = {
	{ "good records are read, in lower case", good_records_are_read },
	{ "a broken record is none, and hurts no other", broken_records_are_none },
	{ "a target of the root says that there is no service", the_root_is_no_service },
	{ "of sixty-four records the best thirty-two are kept", sixty_four_records_are_thirty_two },
	{ "an answer that cannot tell stays one", what_is_no_answer_stays_what_it_is },
	{ "damaged at random only names come out", chance_finds_no_way_in },
	CU_TEST_INFO_NULL
};
