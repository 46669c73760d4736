/* Numeric addresses, their text, and the questions asked of them. */
#include <string.h>

#include "../../gateway/address.h"
#include "unit.h"

static struct address parsed(const char *text)
{
	struct address address;

	CU_ASSERT_TRUE(address_parse(&address, text));
	return address;
}

static void what_is_written_reads_back(void)
{
	static const struct { const char *text, *host; unsigned port; } rows[] = {
		{ "192.0.2.1:5061", "192.0.2.1", 5061 },
		{ "127.0.0.1:0", "127.0.0.1", 0 },
		{ "0.0.0.0:65535", "0.0.0.0", 65535 },
		{ "[2001:db8::1]:5061", "2001:db8::1", 5061 },
		{ "[::]:443", "::", 443 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address = parsed(rows[i].text), made;
		char text[ADDRESS_TEXT_MAX];

		address_text(&address, text);
		CU_ASSERT_STRING_EQUAL(text, rows[i].text);
		address_host_text(&address, text);
		CU_ASSERT_STRING_EQUAL(text, rows[i].host);
		CU_ASSERT_EQUAL(address_port(&address), rows[i].port);
		CU_ASSERT_TRUE(address_make(&made, rows[i].host, rows[i].port));
		CU_ASSERT_EQUAL(made.length, address.length);
		CU_ASSERT_EQUAL(memcmp(&made, &address, sizeof(made)), 0);
	}
}

static void all_else_is_refused(void)
{
	static const char *const rows[] = {
		"", ":", "5061", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+1",
		"192.0.2.1: 1", "192.0.2.1:1x", "192.0.2.1:000001", "192.0.2:1", "192.0.2.256:1", "localhost:5061",
		"2001:db8::1:5061", "[2001:db8::1]", "[2001:db8::1]5061", "[2001:db8::1]:", "[192.0.2.1]:5061",
		"[2001:db8::1", "[]:1", "[fe80::1%lo]:1", " 192.0.2.1:5061",
		"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:1",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address;

		CU_ASSERT_FALSE(address_parse(&address, rows[i]));
		CU_ASSERT_EQUAL(address.length, 0);
	}
}

static void a_made_address_has_no_brackets_and_a_real_port(void)
{
	struct address address;

	CU_ASSERT_TRUE(address_make(&address, "::1", 5061));
	CU_ASSERT_FALSE(address_make(&address, "[::1]", 5061));
	CU_ASSERT_FALSE(address_make(&address, "192.0.2.1", 65536));
	CU_ASSERT_FALSE(address_make(&address, "director1.example.com", 5061));
}

static void octets_of_dns_are_four_or_sixteen(void)
{
	static const unsigned char octets[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };
	struct address address;
	char text[ADDRESS_TEXT_MAX];

	CU_ASSERT_TRUE(address_from_octets(&address, octets, 16, 5061));
	address_text(&address, text);
	CU_ASSERT_STRING_EQUAL(text, "[2001:db8::7]:5061");
	CU_ASSERT_TRUE(address_from_octets(&address, octets, 4, 5061));
	address_text(&address, text);
	CU_ASSERT_STRING_EQUAL(text, "32.1.13.184:5061");
	CU_ASSERT_FALSE(address_from_octets(&address, octets, 5, 5061));
	CU_ASSERT_FALSE(address_from_octets(&address, octets, 4, 65536));
}

static void an_empty_address_answers_no(void)
{
	struct address none, real = parsed("127.0.0.1:1");
	char text[ADDRESS_TEXT_MAX];

	memset(&none, 0, sizeof(none));
	address_text(&none, text);
	CU_ASSERT_STRING_EQUAL(text, "");
	address_host_text(&none, text);
	CU_ASSERT_STRING_EQUAL(text, "");
	CU_ASSERT_EQUAL(address_port(&none), 0);
	CU_ASSERT_FALSE(address_loopback(&none));
	CU_ASSERT_FALSE(address_private(&none));
	CU_ASSERT_FALSE(address_wildcard(&none));
	CU_ASSERT_FALSE(address_same_host(&none, &none));
	CU_ASSERT_FALSE(address_same_host(&real, &none));
}

static void loopback_and_wildcard_are_known(void)
{
	static const struct { const char *text; bool loopback, wildcard; } rows[] = {
		{ "127.0.0.1:1", true, false },      { "127.255.0.9:1", true, false },
		{ "[::1]:1", true, false },          { "[::ffff:127.0.0.1]:1", true, false },
		{ "0.0.0.0:1", false, true },        { "[::]:1", false, true },
		{ "[::ffff:0.0.0.0]:1", false, true }, { "128.0.0.1:1", false, false },
		{ "[::2]:1", false, false },         { "10.127.0.0:1", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address = parsed(rows[i].text);

		CU_ASSERT_EQUAL(address_loopback(&address), rows[i].loopback);
		CU_ASSERT_EQUAL(address_wildcard(&address), rows[i].wildcard);
	}
}

static void where_no_partner_is(void)
{
	static const struct { const char *text; bool private; } rows[] = {
		{ "9.255.255.255:1", false },      { "10.0.0.0:1", true },            { "10.255.255.255:1", true },
		{ "11.0.0.0:1", false },           { "0.0.0.0:1", true },             { "0.1.2.3:1", true },
		{ "100.63.255.255:1", false },     { "100.64.0.0:1", true },          { "100.127.255.255:1", true },
		{ "100.128.0.0:1", false },        { "127.9.9.9:1", true },           { "128.0.0.1:1", false },
		{ "169.253.255.255:1", false },    { "169.254.169.254:1", true },     { "169.255.0.0:1", false },
		{ "172.15.255.255:1", false },     { "172.16.0.0:1", true },          { "172.31.255.255:1", true },
		{ "172.32.0.0:1", false },         { "192.0.0.8:1", true },           { "192.0.1.1:1", false },
		{ "192.167.255.255:1", false },    { "192.168.0.0:1", true },         { "192.169.0.0:1", false },
		{ "198.17.255.255:1", false },     { "198.19.255.255:1", true },      { "198.20.0.0:1", false },
		{ "203.0.113.1:1", false },        { "223.255.255.255:1", false },    { "224.0.0.1:1", true },
		{ "240.0.0.1:1", true },           { "255.255.255.255:1", true },
		{ "[::]:1", true },                { "[::1]:1", true },               { "[::a00:1]:1", true },
		{ "[fbff::1]:1", false },          { "[fc00::1]:1", true },           { "[fdff::1]:1", true },
		{ "[fe7f::1]:1", false },          { "[fe80::1]:1", true },           { "[febf::1]:1", true },
		{ "[fec0::1]:1", true },           { "[ff02::1]:1", true },           { "[2001:db8::1]:1", false },
		{ "[2001:0:1::1]:1", true },       { "[2001:1::1]:1", false },        { "[2a00:1450::1]:1", false },
		{ "[::ffff:10.0.0.1]:1", true },   { "[::ffff:203.0.113.1]:1", false },
		{ "[64:ff9b::192.168.0.1]:1", true }, { "[64:ff9b::203.0.113.1]:1", false },
		{ "[2002:a00:1::1]:1", true },     { "[2002:cb00:7101::1]:1", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address = parsed(rows[i].text);

		if (address_private(&address) != rows[i].private)
			printf("\n    wrong: %s", rows[i].text);
		CU_ASSERT_EQUAL(address_private(&address), rows[i].private);
	}
}

static void a_host_is_the_same_whatever_the_port(void)
{
	struct address a = parsed("192.0.2.1:1"), b = parsed("192.0.2.1:2"), c = parsed("192.0.2.2:1");
	struct address mapped = parsed("[::ffff:192.0.2.1]:3");
	struct address six = parsed("[2001:db8::1]:1"), same = parsed("[2001:db8:0::1]:9"), other = parsed("[2001:db8::2]:1");

	CU_ASSERT_TRUE(address_same_host(&a, &b));
	CU_ASSERT_FALSE(address_same_host(&a, &c));
	CU_ASSERT_TRUE(address_same_host(&a, &mapped));
	CU_ASSERT_FALSE(address_same_host(&a, &six));
	CU_ASSERT_TRUE(address_same_host(&six, &same));
	CU_ASSERT_FALSE(address_same_host(&six, &other));
}

static void a_prefix_is_24_or_56_bits(void)
{
	struct address a = parsed("192.0.2.1:1"), b = parsed("192.0.2.255:2"), c = parsed("192.0.3.1:1");
	struct address mapped = parsed("[::ffff:192.0.2.9]:1");
	struct address six = parsed("[2001:db8:1:ff01::1]:1"), same = parsed("[2001:db8:1:ffff::2]:1");
	struct address other = parsed("[2001:db8:1:fe01::1]:1"), low = parsed("[::c0:2:0:0:1]:1");

	CU_ASSERT_EQUAL(address_prefix(&a), address_prefix(&b));
	CU_ASSERT_EQUAL(address_prefix(&a), address_prefix(&mapped));
	CU_ASSERT_NOT_EQUAL(address_prefix(&a), address_prefix(&c));
	CU_ASSERT_EQUAL(address_prefix(&six), address_prefix(&same));
	CU_ASSERT_NOT_EQUAL(address_prefix(&six), address_prefix(&other));
	CU_ASSERT_NOT_EQUAL(address_prefix(&low), address_prefix(&a));
}

static void a_socket_of_this_host_has_a_path_and_answers_no(void)
{
	struct address address, other;
	char text[ADDRESS_TEXT_MAX], path[sizeof address.socket.un.sun_path + 1];

	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	CU_ASSERT_FALSE(address_unix(&address, path));
	CU_ASSERT_EQUAL(address.length, 0);
	path[sizeof path - 2] = '\0';
	CU_ASSERT_TRUE(address_unix(&address, path));
	address_text(&address, text);
	CU_ASSERT_EQUAL(strlen(text), ADDRESS_TEXT_MAX - 1);
	CU_ASSERT_FALSE(address_unix(&address, ""));
	CU_ASSERT_TRUE(address_unix(&address, "/run/redis.sock"));
	address_text(&address, text);
	CU_ASSERT_STRING_EQUAL(text, "/run/redis.sock");
	CU_ASSERT_EQUAL(address_port(&address), 0);
	CU_ASSERT_FALSE(address_loopback(&address));
	CU_ASSERT_FALSE(address_private(&address));
	CU_ASSERT_FALSE(address_wildcard(&address));
	CU_ASSERT_EQUAL(address_prefix(&address), 0);
	other = address;
	CU_ASSERT_FALSE(address_same_host(&address, &other));
}

CU_TestInfo address_tests[] = {
	{ "what is written reads back", what_is_written_reads_back },
	{ "all else is refused", all_else_is_refused },
	{ "a made address has no brackets and a real port", a_made_address_has_no_brackets_and_a_real_port },
	{ "octets of DNS are four or sixteen", octets_of_dns_are_four_or_sixteen },
	{ "an empty address answers no", an_empty_address_answers_no },
	{ "loopback and wildcard are known, IPv4-mapped too", loopback_and_wildcard_are_known },
	{ "where no partner can be is known, whatever it hides in", where_no_partner_is },
	{ "a host is the same whatever the port", a_host_is_the_same_whatever_the_port },
	{ "a socket of this host has a path, and answers no", a_socket_of_this_host_has_a_path_and_answers_no },
	{ "a prefix is 24 or 56 bits", a_prefix_is_24_or_56_bits },
	CU_TEST_INFO_NULL
};
