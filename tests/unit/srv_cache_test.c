/* The cache of SRV: how long, how much, and who goes. */
#include <stdio.h>
#include <string.h>

#include "../../gateway/srv_cache.h"
#include "unit.h"

#define SECOND INT64_C(1000000)

static struct srv named(unsigned servers, const char *prefix)
{
	struct srv srv = { .result = servers ? RESOLVE_FOUND : RESOLVE_NONE, .ttl_us = 10 * SECOND, .secure = true };

	for (unsigned i = 0; i < servers; i++) {
		struct server server = { (uint16_t)i, (uint16_t)(2 * i), 5061, { 0 } };
		char text[DOMAIN_MAX + 1];

		snprintf(text, sizeof text, "%s%u.contoso.com", prefix, i);
		CU_ASSERT_TRUE(domain_parse(&server.domain, text, strlen(text)));
		servers_add(&srv.servers, &server);
	}
	return srv;
}

static void what_is_kept_comes_back(void)
{
	struct srv_cache *c = srv_cache_new(10, 100000);
	struct srv in = named(5, "a"), none = named(0, ""), out;

	none.no_service = true;
	srv_cache_keep(c, "some.example", &in, 100 * SECOND);
	srv_cache_keep(c, "none.example", &none, 100 * SECOND);
	CU_ASSERT_TRUE(srv_cache_find(c, "some.example", 103 * SECOND, &out));
	CU_ASSERT_TRUE(out.result == RESOLVE_FOUND && out.secure && !out.no_service && out.ttl_us == 7 * SECOND);
	CU_ASSERT_EQUAL(out.servers.count, 5);
	for (size_t i = 0; i < 5; i++) {
		CU_ASSERT_TRUE(domain_same(&out.servers.list[i].domain, &in.servers.list[i].domain));
		CU_ASSERT_TRUE(out.servers.list[i].priority == i && out.servers.list[i].weight == 2 * i && out.servers.list[i].port == 5061);
	}
	CU_ASSERT_TRUE(srv_cache_find(c, "none.example", 103 * SECOND, &out));
	CU_ASSERT_TRUE(out.result == RESOLVE_NONE && out.no_service && out.servers.count == 0);
	CU_ASSERT_FALSE(srv_cache_find(c, "other.example", 103 * SECOND, &out));
	srv_cache_free(c);
}

static void its_time_ends(void)
{
	struct srv_cache *c = srv_cache_new(10, 100000);
	struct srv in = named(1, "a"), out;

	srv_cache_keep(c, "some.example", &in, 0);
	CU_ASSERT_TRUE(srv_cache_find(c, "some.example", 10 * SECOND - 1, &out));
	CU_ASSERT_FALSE(srv_cache_find(c, "some.example", 10 * SECOND, &out));
	CU_ASSERT_EQUAL(srv_cache_names(c), 0);
	CU_ASSERT_EQUAL(srv_cache_octets(c), 0);
	srv_cache_free(c);
}

static void what_cannot_be_told_is_not_kept(void)
{
	struct srv_cache *c = srv_cache_new(10, 100000);
	struct srv in = named(1, "a"), unknown = { .result = RESOLVE_UNKNOWN, .ttl_us = 5 * SECOND }, out;

	srv_cache_keep(c, "some.example", &unknown, 0);
	CU_ASSERT_FALSE(srv_cache_find(c, "some.example", 1, &out));
	srv_cache_keep(c, "some.example", &in, 0);
	srv_cache_keep(c, "some.example", &unknown, 1); /* nor is what was known before it */
	CU_ASSERT_FALSE(srv_cache_find(c, "some.example", 2, &out));
	srv_cache_free(c);
}

static void who_was_not_asked_for_goes(void)
{
	struct srv_cache *c = srv_cache_new(3, 100000);
	struct srv in = named(1, "a"), out;

	srv_cache_keep(c, "a.example", &in, 0);
	srv_cache_keep(c, "b.example", &in, 0);
	srv_cache_keep(c, "c.example", &in, 0);
	CU_ASSERT_TRUE(srv_cache_find(c, "a.example", 1, &out));
	srv_cache_keep(c, "d.example", &in, 1);
	CU_ASSERT_EQUAL(srv_cache_names(c), 3);
	CU_ASSERT_FALSE(srv_cache_find(c, "b.example", 1, &out));
	CU_ASSERT_TRUE(srv_cache_find(c, "a.example", 1, &out) && srv_cache_find(c, "c.example", 1, &out) && srv_cache_find(c, "d.example", 1, &out));
	srv_cache_keep(c, "a.example", &in, 1); /* again: no second one */
	CU_ASSERT_EQUAL(srv_cache_names(c), 3);
	srv_cache_free(c);
}

static void ten_thousand_are_under_ten_megabytes(void)
{
	struct srv_cache *c = srv_cache_new(10000, 8 * 1024 * 1024);
	struct srv usual = named(3, "edge"), worst, out;
	char name[300], prefix[240];

	memset(prefix, 'a', sizeof prefix);
	for (size_t i = 60; i < sizeof prefix; i += 61)
		prefix[i] = '.';
	prefix[230] = '\0';
	worst = named(SERVERS_MAX, prefix);
	CU_ASSERT_EQUAL(worst.servers.count, SERVERS_MAX);
	for (unsigned i = 0; i < 11000; i++) {
		snprintf(name, sizeof name, "_sipfederationtls._tcp.partner-%u.example", i);
		srv_cache_keep(c, name, &usual, 0);
	}
	CU_ASSERT_EQUAL(srv_cache_names(c), 10000);
	printf("10,000 names with 3 servers each: %zu octets ... ", srv_cache_octets(c));
	CU_ASSERT_TRUE(srv_cache_octets(c) < 4000000);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof name, "_sipfederationtls._tcp.worst-%u.example", i);
		srv_cache_keep(c, name, &worst, 0);
	}
	CU_ASSERT_TRUE(srv_cache_octets(c) <= 8 * 1024 * 1024 && srv_cache_names(c) > 900);
	CU_ASSERT_TRUE(srv_cache_find(c, name, 1, &out) && out.servers.count == SERVERS_MAX);
	CU_ASSERT_TRUE(domain_same(&out.servers.list[31].domain, &worst.servers.list[31].domain));
	srv_cache_free(c);
}

CU_TestInfo srv_cache_tests[] = {
	{ "what is kept comes back, with what is left of its time", what_is_kept_comes_back },
	{ "its time ends", its_time_ends },
	{ "what DNS cannot tell is not kept", what_cannot_be_told_is_not_kept },
	{ "who was not asked for goes first", who_was_not_asked_for_goes },
	{ "ten thousand names are under ten megabytes, whatever they are", ten_thousand_are_under_ten_megabytes },
	CU_TEST_INFO_NULL
};
