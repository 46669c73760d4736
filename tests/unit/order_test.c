/* One decision of an operator, and its text. */
#include <string.h>

#include "../../policy/order.h"
#include "holds.h"
#include "unit.h"

static struct order order(enum order_list list, const char *domain, int64_t made_us)
{
	struct order o = { .list = list, .made_us = made_us, .uid = 1000 };
	const char *why;

	domain_parse(&o.domain, domain, strlen(domain));
	domain_parse(&o.edge, "edge1.example.com", strlen("edge1.example.com"));
	order_set_who(&o, "alice");
	order_set_comment(&o, "ticket 7", &why);
	return o;
}

static void reads_back(void)
{
	struct order o = order(ORDER_ALLOW, "contoso.example", 1000), got;
	char text[ORDER_TEXT_MAX], again[ORDER_TEXT_MAX];
	size_t length;

	o.until_us = 2000;
	length = order_write(&o, text);
	CU_ASSERT_STRING_EQUAL(text, "1000 2000 allow 1000 alice edge1.example.com contoso.example ticket 7");
	CU_ASSERT_EQUAL(length, strlen(text));
	CU_ASSERT_TRUE_FATAL(order_read(&got, text, length));
	order_write(&got, again);
	CU_ASSERT_STRING_EQUAL(again, text);
	o.comment[0] = '\0';
	o.list = ORDER_UNBLOCK;
	o.until_us = 0;
	length = order_write(&o, text);
	CU_ASSERT_TRUE_FATAL(order_read(&got, text, length));
	CU_ASSERT_STRING_EQUAL(got.comment, "");
	CU_ASSERT_EQUAL(got.list, ORDER_UNBLOCK);
}

static void the_longest_fits(void)
{
	struct order o = { .list = ORDER_UNBLOCK, .made_us = (INT64_C(1) << 53) - 2, .uid = UINT32_MAX }, got;
	char name[DOMAIN_MAX + 1], text[ORDER_TEXT_MAX], comment[ORDER_COMMENT_MAX + 2];
	const char *why = NULL;

	for (size_t i = 0; i < DOMAIN_MAX; i++)
		name[i] = i % 64 == 63 ? '.' : 'a';
	CU_ASSERT_TRUE_FATAL(domain_parse(&o.domain, name, DOMAIN_MAX));
	o.edge = o.domain;
	order_set_who(&o, "a-name-longer-than-any-user-should-have");
	memset(comment, 'x', sizeof comment);
	comment[ORDER_COMMENT_MAX + 1] = '\0';
	CU_ASSERT_FALSE(order_set_comment(&o, comment, &why));
	CU_ASSERT_PTR_NOT_NULL(why);
	comment[ORDER_COMMENT_MAX] = '\0';
	CU_ASSERT_TRUE(order_set_comment(&o, comment, &why));
	CU_ASSERT_TRUE(order_read(&got, text, order_write(&o, text)));
	CU_ASSERT_EQUAL(strlen(got.who), ORDER_WHO_MAX);
	CU_ASSERT_STRING_EQUAL(got.comment, comment);
}

static void refuses_what_is_not_ours(void)
{
	static const char *const bad[] = {
		"", " ", "1000 0 allow 1000 alice edge1.example.com contoso.example",
		"1000 0 allow 1000 alice edge1.example.com  comment", "01 0 allow 0 alice e.example contoso.example x",
		"-1 0 allow 0 alice e.example contoso.example x", "1 0 Allow 0 alice e.example contoso.example x",
		"1 0 allow 4294967296 alice e.example contoso.example x", "1 0 allow 0 al!ce e.example contoso.example x",
		"1 0 allow 0 alice e.example Contoso.example x", "1 0 allow 0 alice e.example contoso.example. x",
		"1 0 allow 0 alice e.example 192.0.2.1 x", "1 0 allow 0 alice e.example contoso.example \x1b[31m",
		"1 0 allow 0 alice e.example contoso.example \xc3\xa4", "2 1 allow 0 alice e.example contoso.example x",
		"1 2 unallow 0 alice e.example contoso.example x", "9007199254740992 0 allow 0 alice e.example contoso.example x",
		"1 0 allow 0 a234567890123456789012345678901234 e.example contoso.example x",
	};
	static const char nul[] = "1 0 allow 0 alice e.example contoso.example a\0b";
	struct order got;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		HOLDS(!order_read(&got, bad[i], strlen(bad[i])), bad[i]);
	CU_ASSERT_FALSE(order_read(&got, nul, sizeof nul - 1));
	CU_ASSERT_EQUAL(got.domain.length, 0);
}

static void newest_first(void)
{
	struct order a = order(ORDER_ALLOW, "contoso.example", 5), b = order(ORDER_BLOCK, "contoso.example", 5);

	CU_ASSERT_TRUE(order_is_newer(&b, &a));
	CU_ASSERT_FALSE(order_is_newer(&a, &b));
	CU_ASSERT_FALSE(order_is_newer(&a, &a));
	a.made_us = 6;
	CU_ASSERT_TRUE(order_is_newer(&a, &b));
}

static void words_of_a_user(void)
{
	struct order o = { .uid = 0 };
	char rule[ORDER_RULE_MAX];
	const char *why;

	order_set_who(&o, "al ice\n");
	CU_ASSERT_STRING_EQUAL(o.who, "al_ice_");
	order_rule(&o, rule);
	CU_ASSERT_STRING_EQUAL(rule, "operator:al_ice_");
	order_set_who(&o, "");
	CU_ASSERT_STRING_EQUAL(o.who, "_");
	CU_ASSERT_FALSE(order_set_comment(&o, "a\tb", &why));
	CU_ASSERT_FALSE(order_set_comment(&o, "\x7f", &why));
}

CU_TestInfo order_tests[] = {
	{ "what is written reads back the same", reads_back },
	{ "the longest that can be fits, and reads back", the_longest_fits },
	{ "what order_write does not make is refused whole", refuses_what_is_not_ours },
	{ "the newest goes first, of the same moment the block", newest_first },
	{ "a user's name and comment cannot carry more than plain words", words_of_a_user },
	CU_TEST_INFO_NULL
};
