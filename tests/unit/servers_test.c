/* The order of servers, by RFC 2782, and the best of many. */
#include <stdio.h>
#include <string.h>

#include "../../policy/servers.h"
#include "chance.h"
#include "unit.h"

#define TEXT 4096

static void add(struct servers *s, unsigned priority, unsigned weight, unsigned port, const char *name)
{
	struct server server = { (uint16_t)priority, (uint16_t)weight, (uint16_t)port, { 0 } };

	CU_ASSERT_TRUE_FATAL(domain_parse(&server.domain, name, strlen(name)));
	servers_add(s, &server);
}

static const char *names(const struct servers *s, char out[TEXT])
{
	out[0] = '\0';
	for (size_t i = 0; i < s->count; i++)
		strcat(strcat(out, i ? " " : ""), s->list[i].domain.text);
	return out;
}

static void priorities_come_in_order(void)
{
	struct servers s = { 0 };
	char text[TEXT];

	add(&s, 20, 100, 5061, "third.example");
	add(&s, 10, 0, 5061, "second.example");
	add(&s, 0, 0, 5061, "first.example");
	add(&s, 65535, 65535, 1, "last.example");
	for (uint64_t number = 0; number < 50; number++) {
		servers_order(&s, number);
		CU_ASSERT_STRING_EQUAL(names(&s, text), "first.example second.example third.example last.example");
	}
}

static void one_number_is_one_order(void)
{
	struct servers a = { 0 }, b = { 0 };
	char one[TEXT], other[TEXT], text[32];
	int orders = 0;

	for (unsigned i = 0; i < 8; i++) {
		snprintf(text, sizeof text, "s%u.example", i);
		add(&a, 1, 10 + i, 5061, text);
		snprintf(text, sizeof text, "s%u.example", 7 - i);
		add(&b, 1, 17 - i, 5061, text);
	}
	CU_ASSERT_STRING_EQUAL(names(&a, one), names(&b, other));
	for (uint64_t number = 0; number < 100; number++) {
		struct servers a_now = a, b_now = b;

		servers_order(&a_now, number);
		servers_order(&b_now, number);
		CU_ASSERT_STRING_EQUAL(names(&a_now, one), names(&b_now, other));
		orders += strcmp(one, names(&a, other)) != 0;
	}
	CU_ASSERT_TRUE(orders > 90); /* and another number mostly another one */
}

/* How often each is first, of 10,000. */
static void count_first(const struct servers *s, struct chance *chance, const char *name, unsigned *count)
{
	*count = 0;
	for (int i = 0; i < 10000; i++) {
		struct servers now = *s;

		servers_order(&now, chance_next(chance));
		*count += !strcmp(now.list[0].domain.text, name);
	}
}

static void weights_share_the_load(void)
{
	struct chance chance = chance_new();
	struct servers s = { 0 }, even = { 0 }, zeros = { 0 };
	unsigned count;

	add(&s, 1, 60, 5061, "most.example");
	add(&s, 1, 30, 5061, "half.example");
	add(&s, 1, 10, 5061, "few.example");
	add(&s, 1, 0, 5061, "hardly.example");
	count_first(&s, &chance, "most.example", &count);
	CU_ASSERT_TRUE(count > 5700 && count < 6200);
	count_first(&s, &chance, "few.example", &count);
	CU_ASSERT_TRUE(count > 850 && count < 1150);
	count_first(&s, &chance, "hardly.example", &count);
	CU_ASSERT_TRUE(count > 50 && count < 160); /* 1 of 101: small, and not none */
	add(&even, 1, 65535, 5061, "a.example");
	add(&even, 1, 65535, 5061, "b.example");
	count_first(&even, &chance, "a.example", &count);
	CU_ASSERT_TRUE(count > 4800 && count < 5200);
	add(&zeros, 1, 0, 5061, "a.example");
	add(&zeros, 1, 0, 5061, "b.example");
	add(&zeros, 1, 0, 5061, "c.example");
	count_first(&zeros, &chance, "c.example", &count);
	CU_ASSERT_TRUE(count > 3100 && count < 3560);
}

static void the_best_are_kept_however_they_come(void)
{
	struct chance chance = chance_new();
	char first[TEXT] = "", text[TEXT], name[32];

	for (int round = 0; round < 20; round++) {
		unsigned from = chance_below(&chance, 1000);
		struct servers s = { 0 };

		for (unsigned i = 0; i < 1000; i++) {
			unsigned n = (from + i * 7) % 1000;

			snprintf(name, sizeof name, "s%03u.example", n);
			add(&s, n / 10, n % 10, 5061, name);
		}
		CU_ASSERT_EQUAL(s.count, SERVERS_MAX);
		if (!round)
			strcpy(first, names(&s, text));
		CU_ASSERT_STRING_EQUAL(names(&s, text), first);
	}
	CU_ASSERT_EQUAL(strncmp(first, "s009.example s008.example ", 26), 0);
}

static void one_server_counts_once(void)
{
	struct servers s = { 0 };

	for (int i = 0; i < 3; i++)
		add(&s, 1, 1, 5061, "same.example");
	CU_ASSERT_EQUAL(s.count, 1);
	add(&s, 1, 1, 5062, "same.example");
	CU_ASSERT_EQUAL(s.count, 2);
	s.count = 0;
	servers_order(&s, 1);
	CU_ASSERT_EQUAL(s.count, 0);
}

CU_TestInfo servers_tests[] = {
	{ "priorities come in their order", priorities_come_in_order },
	{ "one number is one order, however DNS turned them round", one_number_is_one_order },
	{ "within a priority a server is first as often as its weight says", weights_share_the_load },
	{ "of too many the best are kept, always the same", the_best_are_kept_however_they_come },
	{ "one server counts once", one_server_counts_once },
	CU_TEST_INFO_NULL
};
